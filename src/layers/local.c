/* [local]: a convolution with filters of its own at every place of the output. */
#include "base/memory.h"
#include "base/team.h"
#include "convolution/gather.h"
#include "layers/dense.h"
#include "layers/types.h"

typedef struct params {
    int filters, size, stride, pad;
    activation activation;
    convolution_geometry geometry;
    shape input, output; /* those that the weights were read for */
    float *weights;      /* [places][panels][size][size][channels][gemm_columns] */
    float *bias;         /* [places][filters] */
} params;

#define AT(field) offsetof(params, field)
static const option_spec options[] = {
    {.key = "filters", .kind = OPTION_INT, .offset = AT(filters), .fallback = 1, .low = 1, .high = 65536},
    {.key = "size", .kind = OPTION_INT, .offset = AT(size), .fallback = 1, .low = 1, .high = 64},
    {.key = "stride", .kind = OPTION_INT, .offset = AT(stride), .fallback = 1, .low = 1, .high = 64},
    {.key = "pad", .kind = OPTION_INT, .offset = AT(pad), .low = 0, .high = 64},
    {.key = "activation", .kind = OPTION_ACTIVATION, .offset = AT(activation), .fallback = ACTIVATION_LOGISTIC},
    {0},
};
#undef AT

static convolution_geometry geometry_of(const params *p, int channels) {
    return (convolution_geometry){
        .channels = channels,
        .filters = p->filters,
        .groups = 1,
        .size = p->size,
        .stride_x = p->stride,
        .stride_y = p->stride,
        .dilation = 1,
        .padding = p->pad,
    };
}

/* Darknet's output has, for any pad but 0, a place at every stride of the input, whatever the window; its windows begin
 * `pad` pixels before it. Only where both agree does it compute a convolution. */
static yolo_status check_padding(const layer *l, shape input, const shape *output, yolo_error *error) {
    const params *p = l->params;
    if (p->pad == 0 ||
        (output->height == (input.height - 1) / p->stride + 1 && output->width == (input.width - 1) / p->stride + 1))
        return YOLO_OK;
    return layer_fail(l, "pad", error, "pad=%d does not suit size=%d: (size - 1) / 2 does", p->pad, p->size);
}

static yolo_status check_input(const layer *l, shape input, yolo_error *error) {
    const params *p = l->params;
    if (!p->weights ||
        (p->input.channels == input.channels && p->input.height == input.height && p->input.width == input.width))
        return YOLO_OK;
    return layer_fail(l, NULL, error, "its weights are for a map of %dx%dx%d, not %dx%dx%d: use the cfg's own size",
                      p->input.width, p->input.height, p->input.channels, input.width, input.height, input.channels);
}

static size_t depth_of(const convolution_geometry *g) {
    return (size_t)g->size * (size_t)g->size * (size_t)g->channels;
}

static void count_weights(const kernels *set, const convolution_geometry *g, layer_plan *plan) {
    size_t depth = depth_of(g), filters = (size_t)g->filters, outputs = shape_count(plan->output);
    size_t kept = size_product(gemm_packed_count(set, depth, filters), shape_pixels(plan->output));
    plan->weight_count = size_sum(kept, outputs);
    plan->loading_count = depth * filters > outputs ? depth * filters : outputs;
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    shape input = args->inputs[0];
    convolution_geometry g = geometry_of(p, input.channels);
    *plan =
        (layer_plan){.placement = PLACE_NEW, .scratch_count = depth_of(&g) * (size_t)args->threads, .algorithm = ""};
    if (!convolution_output(&g, input, &plan->output))
        return layer_fail(l, "size", error, "a window of %dx%d does not fit a map of %dx%d", p->size, p->size,
                          input.width, input.height);
    plan->flops = 2.0 * (double)shape_count(plan->output) * (double)depth_of(&g);
    count_weights(args->kernels, &g, plan);
    yolo_status status = check_padding(l, input, &plan->output, error);
    return status ? status : check_input(l, input, error);
}

/* Darknet has the biases as a map, [filters][places]. */
static yolo_status read_biases(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    size_t count = shape_count(p->output);
    float *planar;
    p->bias = memory_allocate(count, sizeof *p->bias);
    if (!p->bias) return layer_fail_memory(l, error);
    yolo_status status = weights_read_new(args->weights, l, "biases", &planar, count, error);
    if (status) return status;
    tensor bias = tensor_packed(p->bias, p->output);
    tensor_from_planar(planar, &bias);
    memory_free(planar);
    l->packed_bytes += count * sizeof(float);
    return YOLO_OK;
}

/* The filters [filters][channels][size][size] of one place. */
static void pack_place(const params *p, const kernels *set, const float *filters, float *packed) {
    size_t depth = depth_of(&p->geometry), taps = (size_t)p->size * (size_t)p->size, count = (size_t)p->filters;
    for (size_t first = 0; first < count; first += set->gemm_columns) {
        size_t columns = count - first < set->gemm_columns ? count - first : set->gemm_columns;
        dense_pack_panel(set, taps, (size_t)p->geometry.channels, columns, filters + first * depth,
                         packed + first * depth);
    }
}

static yolo_status read_weights(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    size_t depth = depth_of(&p->geometry), places = shape_pixels(p->output), count;
    size_t packed = gemm_packed_count(args->kernels, depth, (size_t)p->filters);
    if (!size_multiply(packed, places, &count)) return layer_fail_memory(l, error);
    p->weights = memory_allocate(count, sizeof *p->weights);
    float *filters = memory_allocate(depth * (size_t)p->filters, sizeof *filters);
    yolo_status status = p->weights && filters ? YOLO_OK : layer_fail_memory(l, error);
    for (size_t i = 0; i < places && !status; i++) {
        status = weights_read(args->weights, l, "weights", filters, depth * (size_t)p->filters, error);
        if (!status) pack_place(p, args->kernels, filters, p->weights + i * packed);
    }
    memory_free(filters);
    l->packed_bytes += count * sizeof(float);
    return status;
}

static yolo_status prepare(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    p->input = args->inputs[0];
    p->output = args->output;
    p->geometry = geometry_of(p, p->input.channels);
    yolo_status status = read_biases(l, args, error);
    return status ? status : read_weights(l, args, error);
}

typedef struct work {
    const params *params;
    const run_args *args;
    ramp ramp;
    bool fused; /* the activation is a ramp */
} work;

/* The filters of one place times what its window sees. */
static void multiply_place(const work *w, size_t place, const float *seen, float *output) {
    const params *p = w->params;
    const kernels *set = w->args->kernels;
    size_t depth = depth_of(&p->geometry), filters = (size_t)p->filters, width = set->gemm_columns;
    const float *weights = p->weights + place * gemm_packed_count(set, depth, filters);
    for (size_t first = 0; first < filters; first += width) {
        gemm_panel job = {
            .rows = 1,
            .columns = filters - first < width ? filters - first : width,
            .depth = depth,
            .input = seen,
            .input_stride = depth,
            .weights = weights + first * depth,
            .bias = p->bias + place * filters + first,
            .output = output + first,
            .output_stride = width,
            .ramp = w->ramp,
        };
        set->gemm(&job);
    }
    if (!w->fused) set->activate(p->activation, 1, filters, output, filters);
}

static void run_places(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    const tensor *output = &w->args->output;
    size_t depth = depth_of(&w->params->geometry);
    float *seen = w->args->scratch + (size_t)thread * depth;
    for (size_t i = begin; i < end; i++) {
        gather_windows(&w->params->geometry, &w->args->inputs[0], output->width, 0, i, 1, seen, depth);
        multiply_place(w, i, seen, output->data + i * output->stride);
    }
}

static void run(const layer *l, const run_args *args) {
    const params *p = l->params;
    work w = {.params = p, .args = args};
    w.fused = ramp_of(p->activation, &w.ramp);
    size_t grain = 1 + 65536 / (depth_of(&p->geometry) * (size_t)p->filters);
    team_for(args->team, tensor_pixels(&args->output), grain, run_places, &w);
}

static void release(layer *l) {
    params *p = l->params;
    memory_free(p->weights);
    memory_free(p->bias);
}

const layer_type layer_local = {
    .name = "local",
    .options = options,
    .params_size = sizeof(params),
    .prepare = prepare,
    .shape = make_shape,
    .run = run,
    .release = release,
};
