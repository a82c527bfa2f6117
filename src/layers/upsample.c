/* [upsample]: each pixel stride x stride times, or for a negative stride the sum of as many; times `scale`. */
#include "base/team.h"
#include "layers/types.h"
#include "network/window.h"

#include <string.h>

enum { STRIDE_MAX = 64 };

typedef struct params {
    int stride;
    float scale;
} params;

static const option_spec options[] = {
    {.key = "stride",
     .kind = OPTION_INT,
     .offset = offsetof(params, stride),
     .fallback = 2,
     .low = -STRIDE_MAX,
     .high = STRIDE_MAX},
    {.key = "scale", .kind = OPTION_FLOAT, .offset = offsetof(params, scale), .fallback = 1},
    {0},
};

static yolo_status check(layer *l, yolo_error *error) {
    const params *p = l->params;
    return p->stride == 0 ? layer_fail(l, "stride", error, "stride must not be 0") : YOLO_OK;
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    shape s = args->inputs[0];
    if (p->stride > 0) {
        s.height *= p->stride, s.width *= p->stride;
    } else {
        const int side = p->stride < 0 ? -p->stride : 1; /* check has refused 0 */
        if (s.height % side != 0 || s.width % side != 0)
            return layer_fail(l, "stride", error, "a map of %dx%d cannot be cut into squares of %dx%d", s.width,
                              s.height, side, side);
        s.height /= side, s.width /= side;
    }
    *plan = (layer_plan){.output = s, .placement = PLACE_NEW, .algorithm = ""};
    return YOLO_OK;
}

typedef struct work {
    const params *params;
    const run_args *args;
} work;

/* One row of outputs; what lies between two pixels' channels belongs to others and is left alone. */
static void enlarge_row(const params *p, const tensor *input, const tensor *output, int y) {
    size_t channels = (size_t)input->channels;
    for (int x = 0; x < output->width; x++) {
        const float *from = tensor_at(input, y / p->stride, x / p->stride);
        float *to = tensor_at(output, y, x);
        memcpy(to, from, channels * sizeof *to);
        if (p->scale == 1) continue;
        for (size_t c = 0; c < channels; c++) to[c] *= p->scale;
    }
}

static void enlarge_rows(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    (void)thread;
    for (size_t y = begin; y < end; y++) enlarge_row(w->params, &w->args->inputs[0], &w->args->output, (int)y);
}

static void reduce_rows(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    int size = -w->params->stride;
    window square = {size, size, size, size, 1, 0, 0};
    ptrdiff_t offsets[STRIDE_MAX * STRIDE_MAX];
    (void)thread;
    for (size_t y = begin; y < end; y++) {
        window_row row = window_row_start(&square, &w->args->inputs[0], &w->args->output, (int)y, offsets, NULL);
        while (window_row_next(&row)) w->args->kernels->average(&row.run, w->params->scale);
    }
}

static void run(const layer *l, const run_args *args) {
    work w = {l->params, args};
    const tensor *output = &args->output;
    size_t grain = 1 + 16384 / ((size_t)output->width * (size_t)output->channels);
    team_for(args->team, (size_t)output->height, grain, w.params->stride > 0 ? enlarge_rows : reduce_rows, &w);
}

const layer_type layer_upsample = {
    .name = "upsample",
    .options = options,
    .params_size = sizeof(params),
    .check = check,
    .shape = make_shape,
    .run = run,
};
