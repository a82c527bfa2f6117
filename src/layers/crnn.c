/* [crnn]: a convolutional recurrent layer, of which one step is run, from a state of zeros:
 * state = input convolution(x) + self convolution(0); output = output convolution(state).
 * The self convolution of zeros is its activated bias at every pixel.
 */
#include "base/memory.h"
#include "base/team.h"
#include "convolution/convolution.h"
#include "layers/filters.h"
#include "layers/rows.h"
#include "layers/types.h"

typedef struct params {
    int size, stride, dilation, pad, padding, output, hidden, groups;
    activation activation;
    filters_format format;

    convolution input_convolution, output_convolution;
    float *start; /* [hidden] what the self convolution makes of zeros */
} params;

#define AT(field) offsetof(params, field)
static const option_spec options[] = {
    {.key = "size", .kind = OPTION_INT, .offset = AT(size), .fallback = 3, .low = 1, .high = 1000},
    {.key = "stride", .kind = OPTION_INT, .offset = AT(stride), .fallback = 1, .low = 1, .high = 1},
    {.key = "dilation", .kind = OPTION_INT, .offset = AT(dilation), .fallback = 1, .low = 1, .high = 1000},
    {.key = "pad", .kind = OPTION_FLAG, .offset = AT(pad)},
    {.key = "padding", .kind = OPTION_INT, .offset = AT(padding), .low = 0, .high = 1000},
    {.key = "output", .kind = OPTION_INT, .offset = AT(output), .fallback = 1, .low = 1, .high = 1 << 20},
    {.key = "hidden", .kind = OPTION_INT, .offset = AT(hidden), .fallback = 1, .low = 1, .high = 1 << 20},
    {.key = "groups", .kind = OPTION_INT, .offset = AT(groups), .fallback = 1, .low = 1, .high = 1 << 20},
    {.key = "activation", .kind = OPTION_ACTIVATION, .offset = AT(activation), .fallback = ACTIVATION_LOGISTIC},
    {.key = "batch_normalize", .kind = OPTION_FLAG, .offset = AT(format.batch_normalize)},
    {.key = "shortcut", .kind = OPTION_IGNORED}, /* adds the state from before: zeros */
    {.key = "xnor", .kind = OPTION_REFUSED},
    {0},
};
#undef AT

static yolo_status check(layer *l, yolo_error *error) {
    params *p = l->params;
    (void)error;
    if (p->size == 1) p->dilation = 1;
    if (p->pad) p->padding = p->size / 2;
    p->padding *= p->dilation;
    return YOLO_OK;
}

static convolution_geometry geometry_of(const params *p, int channels, int filter_count) {
    return (convolution_geometry){
        .channels = channels,
        .filters = filter_count,
        .groups = p->groups,
        .size = p->size,
        .stride_x = 1,
        .stride_y = 1,
        .dilation = p->dilation,
        .padding = p->padding,
    };
}

/* Each of the three must keep the map's size. */
static yolo_status check_geometry(const layer *l, const convolution_geometry *g, shape input, yolo_error *error) {
    shape output;
    size_t count;
    if (g->channels % g->groups || g->filters % g->groups)
        return layer_fail(l, "groups", error, "groups=%d divides not both %d channels and %d filters", g->groups,
                          g->channels, g->filters);
    if (!convolution_weight_count(g, &count)) return layer_fail(l, "output", error, "too many weights to count");
    if (!convolution_output(g, input, &output) || output.height != input.height || output.width != input.width)
        return layer_fail(l, "size", error, "size=%d dilation=%d padding=%d do not keep a map of %dx%d as large",
                          g->size, g->dilation, g->padding, input.width, input.height);
    return YOLO_OK;
}

static size_t cache_lines(size_t count) {
    return (count + 15) / 16 * 16;
}

/* Besides those of the second convolution. */
static void count_weights(const params *p, const layer_plan *first, layer_plan *plan) {
    convolution_geometry self = geometry_of(p, p->hidden, p->hidden);
    size_t loading = convolution_loading_count(&self);
    if (loading < first->loading_count) loading = first->loading_count;
    if (plan->loading_count < loading) plan->loading_count = loading;
    plan->weight_count = size_sum(plan->weight_count, size_sum(first->weight_count, (size_t)p->hidden));
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    shape input = args->inputs[0], hidden = {p->hidden, input.height, input.width};
    convolution_geometry first = geometry_of(p, input.channels, p->hidden);
    convolution_geometry last = geometry_of(p, p->hidden, p->output);
    layer_plan inner;
    yolo_status status = check_geometry(l, &first, input, error);
    if (!status) status = check_geometry(l, &last, hidden, error);
    if (status) return status;
    if (p->start && p->input_convolution.geometry.channels != input.channels)
        return layer_fail(l, NULL, error, "the weights are for %d channels of input, not %d",
                          p->input_convolution.geometry.channels, input.channels);
    convolution_plan(&first, &p->input_convolution, input, args, &inner);
    convolution_plan(&last, &p->output_convolution, hidden, args, plan);
    if (plan->scratch_count < inner.scratch_count) plan->scratch_count = inner.scratch_count;
    plan->scratch_count += cache_lines(shape_count(hidden));
    plan->flops += inner.flops;
    count_weights(p, &inner, plan);
    return YOLO_OK;
}

static yolo_status prepare_one(layer *l, const prepare_args *args, int channels, int filter_count, convolution *c,
                               yolo_error *error) {
    const params *p = l->params;
    convolution_geometry g = geometry_of(p, channels, filter_count);
    shape map = {channels, args->inputs[0].height, args->inputs[0].width};
    filters f;
    yolo_status status = filters_read(l, args->weights, &g, p->format, &f, error);
    if (!status &&
        !convolution_prepare(&g, p->activation, f.weights, f.bias, map, args->options, args->team, args->kernels, c))
        status = layer_fail_memory(l, error);
    if (!status) l->packed_bytes += c->packed_bytes;
    filters_free(&f);
    return status;
}

/* Of the self convolution only the biases count. */
static yolo_status prepare_start(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    size_t hidden = (size_t)p->hidden;
    convolution_geometry g = geometry_of(p, p->hidden, p->hidden);
    filters f;
    yolo_status status = filters_read(l, args->weights, &g, p->format, &f, error);
    if (!status) {
        p->start = f.bias;
        f.bias = NULL;
        args->kernels->activate(p->activation, 1, hidden, p->start, hidden);
        l->packed_bytes += hidden * sizeof *p->start;
    }
    filters_free(&f);
    return status;
}

static yolo_status prepare(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    yolo_status status = prepare_one(l, args, args->inputs[0].channels, p->hidden, &p->input_convolution, error);
    if (!status) status = prepare_start(l, args, error);
    if (!status) status = prepare_one(l, args, p->hidden, p->output, &p->output_convolution, error);
    return status;
}

typedef struct work {
    const run_args *args;
    const tensor *state;
    const float *start;
} work;

static void add_start(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    size_t channels = (size_t)w->state->channels;
    float *data = w->state->data + begin * channels;
    (void)thread;
    w->args->kernels->add(end - begin, channels, data, channels, w->start, 0, data, channels);
}

static void run(const layer *l, const run_args *args) {
    const params *p = l->params;
    const tensor *input = &args->inputs[0];
    tensor state = tensor_packed(args->scratch, (shape){p->hidden, input->height, input->width});
    float *scratch = args->scratch + cache_lines(shape_count(tensor_shape(&state)));
    work w = {args, &state, p->start};
    convolution_run(&p->input_convolution, input, &state, scratch, args->team, args->kernels);
    team_for(args->team, tensor_pixels(&state), rows_grain(p->hidden), add_start, &w);
    convolution_run(&p->output_convolution, &state, &args->output, scratch, args->team, args->kernels);
}

static void release(layer *l) {
    params *p = l->params;
    convolution_release(&p->input_convolution);
    convolution_release(&p->output_convolution);
    memory_free(p->start);
}

const layer_type layer_crnn = {
    .name = "crnn",
    .options = options,
    .params_size = sizeof(params),
    .check = check,
    .prepare = prepare,
    .shape = make_shape,
    .run = run,
    .release = release,
};
