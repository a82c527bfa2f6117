/* [scale_channels]: an earlier map, each of its channels times one number of the layer before (squeeze and excitation),
 * or with scale_wh each of its pixels.
 */
#include "base/team.h"
#include "layers/rows.h"
#include "layers/types.h"

#include <math.h>

typedef struct params {
    int_list from;
    int scale_wh;
    activation activation;
} params;

static const option_spec options[] = {
    {.key = "from", .kind = OPTION_LAYERS, .offset = offsetof(params, from), .fallback = NAN},
    {.key = "scale_wh", .kind = OPTION_FLAG, .offset = offsetof(params, scale_wh)},
    {.key = "activation", .kind = OPTION_ACTIVATION, .offset = offsetof(params, activation)},
    {0},
};

static yolo_status check(layer *l, yolo_error *error) {
    const params *p = l->params;
    if (p->from.count == 1) return YOLO_OK;
    return layer_fail(l, "from", error, "from must name one layer, not %zu", p->from.count);
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    shape scales = args->inputs[0], map = args->inputs[1];
    shape wanted = p->scale_wh ? (shape){1, map.height, map.width} : (shape){map.channels, 1, 1};
    if (scales.channels != wanted.channels || scales.height != wanted.height || scales.width != wanted.width)
        return layer_fail(l, "from", error,
                          "layer %d is %dx%dx%d, but %dx%dx%d is needed to scale the %dx%dx%d of layer %d",
                          l->inputs[0], scales.width, scales.height, scales.channels, wanted.width, wanted.height,
                          wanted.channels, map.width, map.height, map.channels, l->inputs[1]);
    *plan = (layer_plan){.output = map, .placement = PLACE_NEW, .flops = (double)shape_count(map), .algorithm = ""};
    return YOLO_OK;
}

typedef struct work {
    const params *params;
    const run_args *args;
} work;

static void scale_block(const work *w, size_t begin, size_t rows) {
    const tensor *scales = &w->args->inputs[0], *map = &w->args->inputs[1], *output = &w->args->output;
    const float *from = map->data + begin * map->stride;
    float *to = output->data + begin * output->stride;
    if (!w->params->scale_wh) {
        w->args->kernels->multiply(rows, (size_t)map->channels, from, map->stride, scales->data, 0, to, output->stride);
        return;
    }
    for (size_t row = 0; row < rows; row++) {
        float scale = scales->data[(begin + row) * scales->stride];
        for (int c = 0; c < map->channels; c++)
            to[row * output->stride + (size_t)c] = from[row * map->stride + (size_t)c] * scale;
    }
}

static void scale_pixels(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    const tensor *output = &w->args->output;
    size_t channels = (size_t)output->channels, block = rows_block(output->channels);
    (void)thread;
    for (size_t at = begin; at < end; at += block) {
        size_t rows = end - at < block ? end - at : block;
        scale_block(w, at, rows);
        if (w->params->activation != ACTIVATION_LINEAR)
            w->args->kernels->activate(w->params->activation, rows, channels, output->data + at * output->stride,
                                       output->stride);
    }
}

static void run(const layer *l, const run_args *args) {
    work w = {l->params, args};
    team_for(args->team, tensor_pixels(&args->output), rows_grain(args->output.channels), scale_pixels, &w);
}

const layer_type layer_scale_channels = {
    .name = "scale_channels",
    .options = options,
    .params_size = sizeof(params),
    .sources = SOURCES_PREVIOUS_LISTED,
    .sources_offset = offsetof(params, from),
    .check = check,
    .shape = make_shape,
    .run = run,
};
