/* [reorg] and [reorg3d]: s x s neighbouring pixels become the channels of one, or the reverse.
 *
 * Both are one permutation of Darknet's flat planar order, described by the numbers of the map with small pixels:
 * element (k, j, i) of a map of `dims` goes together with element (k % C, j * s + k / C / s, i * s + k / C % s) of a map
 * of C = dims.channels / s^2 channels, s times as high and wide. [reorg3d] takes the dims of its output: space to depth,
 * as one expects. [reorg], from YOLOv2's days, takes those of its input, which shuffles pixels, but trained networks
 * depend on it.
 */
#include "base/team.h"
#include "layers/types.h"

#include <limits.h>
#include <string.h>

typedef struct params {
    int stride, reverse;
} params;

static const option_spec options[] = {
    {.key = "stride", .kind = OPTION_INT, .offset = offsetof(params, stride), .fallback = 1, .low = 1, .high = 64},
    {.key = "reverse", .kind = OPTION_FLAG, .offset = offsetof(params, reverse)},
    {.key = "flatten", .kind = OPTION_REFUSED}, /* pjreddie's */
    {.key = "extra", .kind = OPTION_REFUSED},
    {0},
};

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    int s = p->stride;
    shape from = args->inputs[0], to = from;
    if (from.channels > INT_MAX / (s * s))
        return layer_fail(l, "stride", error, "%d channels are too many to rearrange", from.channels);
    if (p->reverse) {
        to.channels /= s * s;
        to.height *= s;
        to.width *= s;
    } else {
        to.channels *= s * s;
        to.height /= s;
        to.width /= s;
    }
    bool divides = shape_count(to) == shape_count(from); /* else a division above left a rest */
    const shape *dims = l->type == &layer_reorg ? &from : &to;
    if (!divides || dims->channels % (s * s) != 0)
        return layer_fail(l, "stride", error, "a map of %dx%dx%d cannot be rearranged by stride=%d", from.width,
                          from.height, from.channels, s);
    *plan = (layer_plan){.output = to, .placement = PLACE_NEW, .algorithm = ""};
    return YOLO_OK;
}

/* A place in a map, given and moved in Darknet's flat planar order. */
typedef struct cursor {
    const tensor *map;
    size_t pixels, pixel, channel;
} cursor;

static cursor cursor_at(const tensor *map, size_t flat) {
    size_t pixels = tensor_pixels(map);
    return (cursor){map, pixels, flat % pixels, flat / pixels};
}

static float *cursor_place(const cursor *c) {
    return c->map->data + c->pixel * c->map->stride + c->channel;
}

static void cursor_move(cursor *c, size_t step) {
    for (c->pixel += step; c->pixel >= c->pixels; c->pixel -= c->pixels) c->channel++;
}

typedef struct work {
    const tensor *input, *output;
    shape dims;
    int stride, reverse;
} work;

/* Row j of channel k of the map of `dims`: it lies as it is in one tensor and spread by `stride` in the other. */
static void permute_row(const work *w, size_t k, size_t j) {
    size_t s = (size_t)w->stride, width = (size_t)w->dims.width, height = (size_t)w->dims.height;
    size_t groups = (size_t)w->dims.channels / (s * s), part = k / groups;
    size_t wide_row = j * s + part / s + height * s * (k % groups);
    cursor close = cursor_at(w->reverse ? w->input : w->output, width * (j + height * k));
    cursor spread = cursor_at(w->reverse ? w->output : w->input, width * s * wide_row + part % s);
    const cursor *from = w->reverse ? &close : &spread, *to = w->reverse ? &spread : &close;
    for (size_t i = 0; i < width; i++) {
        *cursor_place(to) = *cursor_place(from);
        cursor_move(&close, 1);
        cursor_move(&spread, s);
    }
}

static void permute_channels(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    (void)thread;
    for (size_t k = begin; k < end; k++)
        for (size_t j = 0; j < (size_t)w->dims.height; j++) permute_row(w, k, j);
}

static void run_permutation(const params *p, const run_args *args, const tensor *described) {
    work w = {&args->inputs[0], &args->output, tensor_shape(described), p->stride, p->reverse};
    size_t grain = 1 + 16384 / tensor_pixels(described);
    team_for(args->team, (size_t)w.dims.channels, grain, permute_channels, &w);
}

static void run_reorg(const layer *l, const run_args *args) {
    run_permutation(l->params, args, &args->inputs[0]);
}

/* Space to depth moves whole pixels: those of a square side by side, row by row. */
static void gather_rows(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    size_t bytes = (size_t)w->input->channels * sizeof(float);
    int s = w->stride;
    (void)thread;
    for (int y = (int)begin; y < (int)end; y++)
        for (int x = 0; x < w->output->width; x++)
            for (int part = 0; part < s * s; part++)
                memcpy(tensor_at(w->output, y, x) + (size_t)part * (size_t)w->input->channels,
                       tensor_at(w->input, y * s + part / s, x * s + part % s), bytes);
}

static void run_reorg3d(const layer *l, const run_args *args) {
    const params *p = l->params;
    if (p->reverse) {
        run_permutation(p, args, &args->output);
        return;
    }
    work w = {&args->inputs[0], &args->output, tensor_shape(&args->output), p->stride, 0};
    size_t grain = 1 + 16384 / ((size_t)args->output.width * (size_t)args->output.channels);
    team_for(args->team, (size_t)args->output.height, grain, gather_rows, &w);
}

const layer_type layer_reorg = {
    .name = "reorg",
    .options = options,
    .params_size = sizeof(params),
    .shape = make_shape,
    .run = run_reorg,
};

const layer_type layer_reorg3d = {
    .name = "reorg3d",
    .options = options,
    .params_size = sizeof(params),
    .shape = make_shape,
    .run = run_reorg3d,
};
