/* [batchnorm]: each channel by a scale and a shift, worked out once from the statistics of the training. */
#include "base/memory.h"
#include "base/team.h"
#include "layers/rows.h"
#include "layers/types.h"

#include <math.h>

typedef struct params {
    float *scale, *shift; /* [channels] */
    int channels;
} params;

/* y = (x - mean) / sqrt(variance + 1e-5) * scale + bias, as scale * x + shift. */
static yolo_status fold(const layer *l, const weight_reader *weights, const float *mean, const float *variance,
                        yolo_error *error) {
    params *p = l->params;
    for (int i = 0; i < p->channels; i++) {
        double scale = p->scale[i] / sqrt((double)variance[i] + 1e-5);
        if (!isfinite(scale)) return weights_refuse_variance(weights, l, (size_t)i, variance[i], error);
        p->shift[i] = (float)(p->shift[i] - mean[i] * scale);
        p->scale[i] = (float)scale;
    }
    return YOLO_OK;
}

static yolo_status read_statistics(layer *l, weight_reader *weights, float *buffer, yolo_error *error) {
    params *p = l->params;
    size_t count = (size_t)p->channels;
    yolo_status status = weights_read(weights, l, "biases", p->shift, count, error);
    if (!status) status = weights_read(weights, l, "scales", p->scale, count, error);
    if (!status) status = weights_read(weights, l, "means", buffer, count, error);
    if (!status) status = weights_read(weights, l, "variances", buffer + count, count, error);
    return status ? status : fold(l, weights, buffer, buffer + count, error);
}

static yolo_status prepare(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    p->channels = args->inputs[0].channels;
    size_t count = (size_t)p->channels;
    p->scale = memory_allocate(count, sizeof *p->scale);
    p->shift = memory_allocate(count, sizeof *p->shift);
    float *buffer = memory_allocate(2 * count, sizeof *buffer);
    yolo_status status =
        p->scale && p->shift && buffer ? read_statistics(l, args->weights, buffer, error) : layer_fail_memory(l, error);
    memory_free(buffer);
    l->packed_bytes += 2 * count * sizeof(float);
    return status;
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    yolo_status status = layer_in_place(l, args, plan, error);
    plan->flops = 2 * (double)shape_count(plan->output);
    plan->weight_count = plan->loading_count = 2 * (size_t)plan->output.channels;
    return status;
}

typedef struct work {
    const params *params;
    const run_args *args;
} work;

static void normalize_pixels(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    const tensor *input = &w->args->inputs[0], *output = &w->args->output;
    (void)thread;
    w->args->kernels->affine(end - begin, (size_t)output->channels, input->data + begin * input->stride, input->stride,
                             w->params->scale, w->params->shift, output->data + begin * output->stride, output->stride);
}

static void run(const layer *l, const run_args *args) {
    work w = {l->params, args};
    team_for(args->team, tensor_pixels(&args->output), rows_grain(args->output.channels), normalize_pixels, &w);
}

static void release(layer *l) {
    params *p = l->params;
    memory_free(p->scale);
    memory_free(p->shift);
}

const layer_type layer_batchnorm = {
    .name = "batchnorm",
    .params_size = sizeof(params),
    .prepare = prepare,
    .shape = make_shape,
    .run = run,
    .release = release,
};
