/* [shortcut]: the layer before it plus earlier maps of the same size, each with a weight where the cfg asks for it.
 * Where the channels differ in number, those that both have are added, and the output has those of the layer before.
 */
#include "base/memory.h"
#include "base/team.h"
#include "layers/rows.h"
#include "layers/types.h"

#include <math.h>
#include <string.h>

enum weights_type { WEIGHTS_NONE, WEIGHTS_PER_FEATURE, WEIGHTS_PER_LAYER, WEIGHTS_PER_CHANNEL };
enum normalization { NORMALIZATION_NONE, NORMALIZATION_RELU, NORMALIZATION_AVG_RELU, NORMALIZATION_SOFTMAX };

static const char *const weights_types[] = {"none", "per_feature", "per_layer", "per_channel", NULL};
static const char *const normalizations[] = {"none", "relu", "avg_relu", "softmax", NULL};

typedef struct params {
    int_list from;
    activation activation;
    int weights_type, normalization;
    float *weights; /* [input_count][channels], or NULL: all 1 */
    float *zeros;   /* [channels], the shift that goes with them */
    int channels;
} params;

#define AT(field) offsetof(params, field)
static const option_spec options[] = {
    {.key = "from", .kind = OPTION_LAYERS, .offset = AT(from), .fallback = NAN},
    {.key = "activation", .kind = OPTION_ACTIVATION, .offset = AT(activation), .fallback = ACTIVATION_LINEAR},
    {.key = "weights_type", .kind = OPTION_CHOICE, .offset = AT(weights_type), .choices = weights_types},
    {.key = "weights_normalization", .kind = OPTION_CHOICE, .offset = AT(normalization), .choices = normalizations},
    {.key = "alpha", .kind = OPTION_REFUSED, .fallback = 1}, /* pjreddie's factors of the two operands */
    {.key = "beta", .kind = OPTION_REFUSED, .fallback = 1},
    {0},
};
#undef AT

/* Makes the weights of one channel a mean: each is divided by their sum. `weights` [count] of `step`. */
static void normalize(enum normalization kind, float *weights, size_t count, size_t step) {
    float sum = 0.0001f, greatest = -INFINITY;
    for (size_t i = 0; i < count; i++) greatest = fmaxf(greatest, weights[i * step]);
    for (size_t i = 0; i < count; i++) {
        float w = weights[i * step];
        w = kind == NORMALIZATION_SOFTMAX ? expf(w - greatest) : fmaxf(w, 0.001f);
        weights[i * step] = w;
        sum += w;
    }
    for (size_t i = 0; i < count; i++) weights[i * step] /= sum;
}

/* Reads one weight for each input, or one for each input and channel, and spreads the former over the channels. */
static yolo_status read_weights(layer *l, weight_reader *weights, yolo_error *error) {
    params *p = l->params;
    size_t inputs = (size_t)l->input_count, channels = (size_t)p->channels;
    size_t columns = p->weights_type == WEIGHTS_PER_CHANNEL ? channels : 1;
    yolo_status status = weights_read(weights, l, "weights", p->weights, inputs * columns, error);
    if (status) return status;
    if (p->normalization != NORMALIZATION_NONE)
        for (size_t c = 0; c < columns; c++)
            normalize((enum normalization)p->normalization, p->weights + c, inputs, columns);
    if (columns == channels) return YOLO_OK;
    for (size_t i = inputs; i-- > 0;)
        for (size_t c = channels; c-- > 0;) p->weights[i * channels + c] = p->weights[i];
    return YOLO_OK;
}

static yolo_status prepare(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    if (p->weights_type == WEIGHTS_NONE) return YOLO_OK;
    p->channels = args->output.channels;
    size_t channels = (size_t)p->channels, inputs = (size_t)l->input_count;
    p->weights = memory_allocate(inputs * channels, sizeof *p->weights);
    p->zeros = memory_allocate_zeroed(channels, sizeof *p->zeros);
    if (!p->weights || !p->zeros) return layer_fail_memory(l, error);
    l->packed_bytes += (inputs + 1) * channels * sizeof(float);
    return read_weights(l, args->weights, error);
}

static yolo_status check_sizes(const layer *l, const shape *inputs, yolo_error *error) {
    for (int i = 1; i < l->input_count; i++)
        if (inputs[i].height != inputs[0].height || inputs[i].width != inputs[0].width)
            return layer_fail(l, "from", error, "layer %d is %dx%d, but layer %d is %dx%d: they cannot be added",
                              l->inputs[0], inputs[0].width, inputs[0].height, l->inputs[i], inputs[i].width,
                              inputs[i].height);
    return YOLO_OK;
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    yolo_status status = check_sizes(l, args->inputs, error);
    if (status) return status;
    layer_same_shape(l, args, plan, error);
    /* With two operands nothing is read after it was written over; with more the sum would overwrite one of them if
     * that is the layer before, too. */
    plan->placement = l->input_count == 2 ? PLACE_IN_PLACE : PLACE_NEW;
    plan->flops = (double)shape_count(plan->output) * (l->input_count - 1);
    if (l->input_count == 2 && p->weights_type == WEIGHTS_NONE) plan->rows = (layer_rows){.size = 1, .stride = 1};
    if (p->weights_type != WEIGHTS_NONE) {
        plan->flops *= 2;
        plan->scratch_count = (size_t)args->threads * rows_block(plan->output.channels) * (size_t)plan->output.channels;
        plan->weight_count = ((size_t)l->input_count + 1) * (size_t)plan->output.channels;
    }
    return YOLO_OK;
}

typedef struct work {
    const layer *layer;
    const run_args *args;
} work;

/* The pixels [begin, end) of a map. */
static float *pixels_of(const tensor *t, size_t begin) {
    return t->data + begin * t->stride;
}

static size_t common_channels(const tensor *a, const tensor *b) {
    return (size_t)(a->channels < b->channels ? a->channels : b->channels);
}

static void add_block(const work *w, size_t begin, size_t rows) {
    const run_args *args = w->args;
    const tensor *output = &args->output, *first = &args->inputs[0];
    for (int i = 1; i < w->layer->input_count; i++) {
        const tensor *sum = i == 1 ? first : output, *next = &args->inputs[i];
        size_t columns = common_channels(output, next);
        args->kernels->add(rows, columns, pixels_of(sum, begin), sum->stride, pixels_of(next, begin), next->stride,
                           pixels_of(output, begin), output->stride);
        if (sum == output || sum->data == output->data) continue;
        for (size_t row = begin; row < begin + rows; row++) /* channels that the other operand lacks */
            memcpy(pixels_of(output, row) + columns, pixels_of(sum, row) + columns,
                   ((size_t)output->channels - columns) * sizeof(float));
    }
}

static void add_weighted_block(const work *w, size_t begin, size_t rows, float *scratch) {
    const run_args *args = w->args;
    const params *p = w->layer->params;
    const tensor *output = &args->output, *first = &args->inputs[0];
    size_t channels = (size_t)output->channels;
    args->kernels->affine(rows, channels, pixels_of(first, begin), first->stride, p->weights, p->zeros,
                          pixels_of(output, begin), output->stride);
    for (int i = 1; i < w->layer->input_count; i++) {
        const tensor *next = &args->inputs[i];
        size_t columns = common_channels(output, next);
        args->kernels->affine(rows, columns, pixels_of(next, begin), next->stride, p->weights + (size_t)i * channels,
                              p->zeros, scratch, channels);
        args->kernels->add(rows, columns, pixels_of(output, begin), output->stride, scratch, channels,
                           pixels_of(output, begin), output->stride);
    }
}

static void add_pixels(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    const params *p = w->layer->params;
    const tensor *output = &w->args->output;
    size_t channels = (size_t)output->channels, block = rows_block(output->channels);
    for (size_t at = begin; at < end; at += block) {
        size_t rows = end - at < block ? end - at : block;
        if (p->weights)
            add_weighted_block(w, at, rows, w->args->scratch + (size_t)thread * block * channels);
        else
            add_block(w, at, rows);
        if (p->activation != ACTIVATION_LINEAR)
            w->args->kernels->activate(p->activation, rows, channels, pixels_of(output, at), output->stride);
    }
}

/* Each piece of rows that lies together in all maps is a map of its own. */
static void run_rows(const layer *l, const run_args *args, int begin, int end) {
    const tensor *inputs = args->inputs, *output = &args->output;
    for (int y = begin, rows; y < end; y += rows) {
        rows = tensor_rows_together(output, y, end - y);
        for (int k = 0; k < 2; k++) rows = tensor_rows_together(&inputs[k], y, rows);
        tensor from[2] = {inputs[0], inputs[1]};
        run_args piece = {.inputs = from, .output = *output, .kernels = args->kernels};
        for (int k = 0; k < 2; k++) from[k].data = tensor_row(&inputs[k], y);
        piece.output.data = tensor_row(output, y);
        add_pixels(&(work){l, &piece}, 0, (size_t)rows * (size_t)output->width, 0);
    }
}

static void run(const layer *l, const run_args *args) {
    work w = {l, args};
    team_for(args->team, tensor_pixels(&args->output), rows_grain(args->output.channels), add_pixels, &w);
}

static void release(layer *l) {
    params *p = l->params;
    memory_free(p->weights);
    memory_free(p->zeros);
}

const layer_type layer_shortcut = {
    .name = "shortcut",
    .options = options,
    .params_size = sizeof(params),
    .sources = SOURCES_PREVIOUS_LISTED,
    .sources_offset = offsetof(params, from),
    .prepare = prepare,
    .shape = make_shape,
    .run = run,
    .run_rows = run_rows,
    .release = release,
};
