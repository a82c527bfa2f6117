/* [conv_lstm]: a long short-term memory of maps. With a convolution for every product,
 *
 *     f, i = logistic(W h + U x + V cell)    g = tanh(W h + U x)    cell = f cell + i g
 *     o = logistic(W h + U x + V cell)       h = o tanh(cell)
 *
 * where the V are there with `peephole` only. Every image is a first one here: cell and h before it are zero, so f does
 * not matter, and the W and the V of i add a constant to each channel.
 */
#include "base/memory.h"
#include "base/team.h"
#include "layers/filters.h"
#include "layers/rows.h"
#include "layers/types.h"

enum gate { GATE_I, GATE_G, GATE_O, GATE_COUNT };

typedef struct params {
    int outputs, groups, size, stride, dilation, pad, padding;
    int batch_normalize, peephole;
    activation activation;      /* of each convolution */
    activation lstm_activation; /* of g and the cell */
    convolution gates[GATE_COUNT];
    convolution peephole_o;       /* V of o, if any */
    float *constants[GATE_COUNT]; /* [outputs] */
} params;

#define AT(field) offsetof(params, field)
static const option_spec options[] = {
    {.key = "output", .kind = OPTION_INT, .offset = AT(outputs), .fallback = 1, .low = 1, .high = 65536},
    {.key = "groups", .kind = OPTION_INT, .offset = AT(groups), .fallback = 1, .low = 1, .high = 65536},
    {.key = "size", .kind = OPTION_INT, .offset = AT(size), .fallback = 3, .low = 1, .high = 64},
    {.key = "stride", .kind = OPTION_INT, .offset = AT(stride), .fallback = 1, .low = 1, .high = 64},
    {.key = "dilation", .kind = OPTION_INT, .offset = AT(dilation), .fallback = 1, .low = 1, .high = 64},
    {.key = "pad", .kind = OPTION_FLAG, .offset = AT(pad)},
    {.key = "padding", .kind = OPTION_INT, .offset = AT(padding), .low = 0, .high = 1024},
    {.key = "batch_normalize", .kind = OPTION_FLAG, .offset = AT(batch_normalize)},
    {.key = "peephole", .kind = OPTION_FLAG, .offset = AT(peephole)},
    {.key = "activation", .kind = OPTION_ACTIVATION, .offset = AT(activation), .fallback = ACTIVATION_LINEAR},
    {.key = "lstm_activation", .kind = OPTION_ACTIVATION, .offset = AT(lstm_activation), .fallback = ACTIVATION_TANH},
    {.key = "xnor", .kind = OPTION_REFUSED},
    {.key = "bottleneck", .kind = OPTION_REFUSED},      /* Darknet has no CPU path for it */
    {.key = "shortcut", .kind = OPTION_IGNORED},        /* of the bottleneck */
    {.key = "state_constrain", .kind = OPTION_IGNORED}, /* limits the cell that the next image sees */
    {.key = "time_normalizer", .kind = OPTION_IGNORED},
    {0},
};
#undef AT

static yolo_status check(layer *l, yolo_error *error) {
    params *p = l->params;
    if (p->size == 1) p->dilation = 1;
    if (p->pad) p->padding = p->size / 2;
    p->padding *= p->dilation;
    if (p->outputs % p->groups == 0) return YOLO_OK;
    return layer_fail(l, "groups", error, "output=%d cannot be cut into %d groups", p->outputs, p->groups);
}

static convolution_geometry geometry_of(const params *p, int channels) {
    return (convolution_geometry){
        .channels = channels,
        .filters = p->outputs,
        .groups = p->groups,
        .size = p->size,
        .stride_x = p->stride,
        .stride_y = p->stride,
        .dilation = p->dilation,
        .padding = p->padding,
    };
}

/* ---- Weights ---------------------------------------------------------------------------------------------------- */

static yolo_status read_convolution(layer *l, const prepare_args *args, int channels, convolution *c,
                                    yolo_error *error) {
    const params *p = l->params;
    filters f = {0};
    convolution_geometry g = geometry_of(p, channels);
    shape map = {channels, args->inputs[0].height, args->inputs[0].width};
    filters_format format = {.batch_normalize = p->batch_normalize};
    yolo_status status = filters_read(l, args->weights, &g, format, &f, error);
    if (!status &&
        !convolution_prepare(&g, p->activation, f.weights, f.bias, map, args->options, args->team, args->kernels, c))
        status = layer_fail_memory(l, error);
    l->packed_bytes += c->packed_bytes;
    filters_free(&f);
    return status;
}

/* A convolution that only sees zeros puts out its biases: adds them to the constants of a gate, or of none (NULL). */
static yolo_status read_for_zeros(layer *l, const prepare_args *args, int channels, float *constants,
                                  yolo_error *error) {
    const params *p = l->params;
    filters f = {0};
    size_t outputs = (size_t)p->outputs;
    convolution_geometry g = geometry_of(p, channels);
    filters_format format = {.batch_normalize = p->batch_normalize};
    yolo_status status = filters_read(l, args->weights, &g, format, &f, error);
    if (!status && constants) {
        args->kernels->activate(p->activation, 1, outputs, f.bias, outputs);
        args->kernels->add(1, outputs, constants, outputs, f.bias, outputs, constants, outputs);
    }
    filters_free(&f);
    return status;
}

/* File order: V of f, i, o; W of f, i, g, o; U of f, i, g, o. */
static yolo_status read_all(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    int channels = args->inputs[0].channels;
    float *w_constants[] = {NULL, p->constants[GATE_I], p->constants[GATE_G], p->constants[GATE_O]};
    yolo_status status = YOLO_OK;
    if (p->peephole) {
        status = read_for_zeros(l, args, p->outputs, NULL, error);
        if (!status) status = read_for_zeros(l, args, p->outputs, p->constants[GATE_I], error);
        if (!status) status = read_convolution(l, args, p->outputs, &p->peephole_o, error);
    }
    for (int i = 0; i < 4 && !status; i++) status = read_for_zeros(l, args, p->outputs, w_constants[i], error);
    if (!status) status = read_for_zeros(l, args, channels, NULL, error);
    for (int gate = 0; gate < GATE_COUNT && !status; gate++)
        status = read_convolution(l, args, channels, &p->gates[gate], error);
    return status;
}

static yolo_status prepare(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        p->constants[gate] = memory_allocate_zeroed((size_t)p->outputs, sizeof(float));
        if (!p->constants[gate]) return layer_fail_memory(l, error);
        l->packed_bytes += (size_t)p->outputs * sizeof(float);
    }
    return read_all(l, args, error);
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

static yolo_status check_shape(const layer *l, shape input, shape *output, yolo_error *error) {
    const params *p = l->params;
    convolution_geometry g = geometry_of(p, input.channels);
    if (input.channels % p->groups != 0)
        return layer_fail(l, "groups", error, "%d channels cannot be cut into %d groups", input.channels, p->groups);
    if (!convolution_output(&g, input, output))
        return layer_fail(l, "size", error, "a window of %dx%d does not fit a map of %dx%d", p->size, p->size,
                          input.width, input.height);
    if (p->peephole && (output->height != input.height || output->width != input.width))
        return layer_fail(l, "peephole", error, "peephole=1 needs convolutions that keep the size of the map");
    return YOLO_OK;
}

/* `plan` is that of one of the gates; all that see only zeros are read, too. */
static void count_weights(const params *p, const layer_plan *peephole, layer_plan *plan) {
    convolution_geometry w = geometry_of(p, p->outputs);
    size_t loading = convolution_loading_count(&w), gates = size_product(plan->weight_count, GATE_COUNT);
    if (plan->loading_count < loading) plan->loading_count = loading;
    plan->weight_count = size_sum(size_sum(gates, peephole->weight_count), GATE_COUNT * (size_t)p->outputs);
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    shape input = args->inputs[0], output = {0};
    yolo_status status = check_shape(l, input, &output, error);
    if (status) return status;
    convolution_geometry u = geometry_of(p, input.channels), v = geometry_of(p, p->outputs);
    layer_plan peephole = {0};
    convolution_plan(&u, &p->gates[0], input, args, plan);
    plan->flops *= GATE_COUNT;
    if (p->peephole) convolution_plan(&v, &p->peephole_o, output, args, &peephole);
    if (peephole.scratch_count > plan->scratch_count) plan->scratch_count = peephole.scratch_count;
    plan->flops += peephole.flops;
    plan->scratch_count += 2 * shape_count(output);
    count_weights(p, &peephole, plan);
    return YOLO_OK;
}

typedef struct work {
    const params *params;
    const run_args *args;
    tensor i, g; /* scratch; i becomes the cell, g the peephole's part of o */
} work;

/* map = activation(map + constants) for some pixels. */
static void open_gate(const work *w, const tensor *map, enum gate gate, activation kind, size_t begin, size_t rows) {
    const kernels *k = w->args->kernels;
    size_t channels = (size_t)map->channels;
    float *data = map->data + begin * map->stride;
    k->add(rows, channels, data, map->stride, w->params->constants[gate], 0, data, map->stride);
    k->activate(kind, rows, channels, data, map->stride);
}

static void multiply(const work *w, const tensor *a, const tensor *b, size_t begin, size_t rows) {
    float *data = a->data + begin * a->stride;
    w->args->kernels->multiply(rows, (size_t)a->channels, data, a->stride, b->data + begin * b->stride, b->stride, data,
                               a->stride);
}

/* cell = logistic(i) * tanh(g) */
static void make_cell(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    (void)thread;
    open_gate(w, &w->i, GATE_I, ACTIVATION_LOGISTIC, begin, end - begin);
    open_gate(w, &w->g, GATE_G, w->params->lstm_activation, begin, end - begin);
    multiply(w, &w->i, &w->g, begin, end - begin);
}

/* output = logistic(o) * tanh(cell) */
static void make_output(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    const tensor *o = &w->args->output, *cell = &w->i, *peephole = &w->g;
    const kernels *k = w->args->kernels;
    size_t rows = end - begin, channels = (size_t)o->channels;
    float *data = o->data + begin * o->stride;
    (void)thread;
    if (w->params->peephole)
        k->add(rows, channels, data, o->stride, peephole->data + begin * peephole->stride, peephole->stride, data,
               o->stride);
    open_gate(w, o, GATE_O, ACTIVATION_LOGISTIC, begin, rows);
    k->activate(w->params->lstm_activation, rows, channels, cell->data + begin * cell->stride, cell->stride);
    multiply(w, o, cell, begin, rows);
}

static void run(const layer *l, const run_args *args) {
    const params *p = l->params;
    const tensor *input = &args->inputs[0];
    shape s = tensor_shape(&args->output);
    size_t count = shape_count(s), grain = rows_grain(s.channels);
    float *scratch = args->scratch + 2 * count;
    work w = {p, args, tensor_packed(args->scratch, s), {0}};
    w.g = w.i;
    w.g.data += count;
    const tensor *maps[] = {&w.i, &w.g, &args->output};
    for (int gate = 0; gate < GATE_COUNT; gate++)
        convolution_run(&p->gates[gate], input, maps[gate], scratch, args->team, args->kernels);
    team_for(args->team, shape_pixels(s), grain, make_cell, &w);
    if (p->peephole) convolution_run(&p->peephole_o, &w.i, &w.g, scratch, args->team, args->kernels);
    team_for(args->team, shape_pixels(s), grain, make_output, &w);
}

static void release(layer *l) {
    params *p = l->params;
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        convolution_release(&p->gates[gate]);
        memory_free(p->constants[gate]);
    }
    convolution_release(&p->peephole_o);
}

const layer_type layer_conv_lstm = {
    .name = "conv_lstm",
    .options = options,
    .params_size = sizeof(params),
    .check = check,
    .prepare = prepare,
    .shape = make_shape,
    .run = run,
    .release = release,
};
