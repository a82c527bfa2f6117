/* [sam]: the layer before it times an earlier map, number by number (the attention of YOLOv4's SAM block). */
#include "base/team.h"
#include "layers/rows.h"
#include "layers/types.h"

#include <math.h>

typedef struct params {
    int_list from;
    activation activation;
} params;

static const option_spec options[] = {
    {.key = "from", .kind = OPTION_LAYERS, .offset = offsetof(params, from), .fallback = NAN},
    {.key = "activation", .kind = OPTION_ACTIVATION, .offset = offsetof(params, activation)},
    {0},
};

static yolo_status check(layer *l, yolo_error *error) {
    const params *p = l->params;
    if (p->from.count == 1) return YOLO_OK;
    return layer_fail(l, "from", error, "from must name one layer, not %zu", p->from.count);
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    shape a = args->inputs[0], b = args->inputs[1];
    if (a.channels != b.channels || a.height != b.height || a.width != b.width)
        return layer_fail(l, "from", error, "layer %d is %dx%dx%d, but layer %d is %dx%dx%d: they cannot be multiplied",
                          l->inputs[0], a.width, a.height, a.channels, l->inputs[1], b.width, b.height, b.channels);
    layer_in_place(l, args, plan, error);
    plan->flops = (double)shape_count(plan->output);
    return YOLO_OK;
}

typedef struct work {
    const params *params;
    const run_args *args;
} work;

static void multiply_pixels(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    const tensor *a = &w->args->inputs[0], *b = &w->args->inputs[1], *output = &w->args->output;
    size_t channels = (size_t)output->channels, block = rows_block(output->channels);
    (void)thread;
    for (size_t at = begin; at < end; at += block) {
        size_t rows = end - at < block ? end - at : block;
        float *product = output->data + at * output->stride;
        w->args->kernels->multiply(rows, channels, a->data + at * a->stride, a->stride, b->data + at * b->stride,
                                   b->stride, product, output->stride);
        if (w->params->activation != ACTIVATION_LINEAR)
            w->args->kernels->activate(w->params->activation, rows, channels, product, output->stride);
    }
}

static void run(const layer *l, const run_args *args) {
    work w = {l->params, args};
    team_for(args->team, tensor_pixels(&args->output), rows_grain(args->output.channels), multiply_pixels, &w);
}

const layer_type layer_sam = {
    .name = "sam",
    .options = options,
    .params_size = sizeof(params),
    .sources = SOURCES_PREVIOUS_LISTED,
    .sources_offset = offsetof(params, from),
    .check = check,
    .shape = make_shape,
    .run = run,
};
