#include "layers/dense.h"

#include "base/memory.h"
#include "base/team.h"

#include <math.h>
#include <string.h>

enum { BLOCK_COUNT = 1 << 18 }; /* numbers to read at a time, if whole rows allow */

static size_t panel_count(const kernels *set, size_t outputs) {
    return (outputs + set->gemm_columns - 1) / set->gemm_columns;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

void dense_pack_panel(const kernels *set, size_t pixels, size_t channels, size_t columns, const float *weights,
                      float *panel) {
    for (size_t i = 0; i < pixels; i++)
        gemm_pack(set, channels, columns, weights + i, channels * pixels, pixels,
                  panel + i * channels * set->gemm_columns);
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

/* File order [outputs][inputs]: a panel's rows at a time. */
static yolo_status read_rows(layer *l, const prepare_args *args, const dense *d, yolo_error *error) {
    const kernels *set = args->kernels;
    size_t inputs = shape_count(d->input), outputs = (size_t)d->outputs, width = set->gemm_columns;
    float *rows = memory_allocate(least(width, outputs) * inputs, sizeof *rows);
    yolo_status status = rows ? YOLO_OK : layer_fail_memory(l, error);
    for (size_t first = 0; first < outputs && !status; first += width) {
        size_t columns = least(width, outputs - first);
        status = weights_read(args->weights, l, "weights", rows, columns * inputs, error);
        if (!status)
            dense_pack_panel(set, shape_pixels(d->input), (size_t)d->input.channels, columns, rows,
                             d->weights + first * inputs);
    }
    memory_free(rows);
    return status;
}

/* Deals one number of the input's weights [outputs] out to the panels; `k` is its place in planar order. */
static void deal_row(const kernels *set, const dense *d, size_t k, const float *row) {
    size_t pixels = shape_pixels(d->input), inputs = shape_count(d->input), outputs = (size_t)d->outputs;
    size_t place = k % pixels * (size_t)d->input.channels + k / pixels;
    for (size_t first = 0; first < outputs; first += set->gemm_columns) {
        size_t columns = least(set->gemm_columns, outputs - first);
        float *to = d->weights + first * inputs + place * set->gemm_columns;
        memcpy(to, row + first, columns * sizeof *to);
        memset(to + columns, 0, (set->gemm_columns - columns) * sizeof *to);
    }
}

/* File order [inputs][outputs], as very old files have it. */
static yolo_status read_columns(layer *l, const prepare_args *args, const dense *d, yolo_error *error) {
    size_t inputs = shape_count(d->input), outputs = (size_t)d->outputs, block = 1 + BLOCK_COUNT / outputs;
    float *rows = memory_allocate(least(block, inputs) * outputs, sizeof *rows);
    if (!rows) return layer_fail_memory(l, error);
    yolo_status status = YOLO_OK;
    for (size_t first = 0; first < inputs && !status; first += block) {
        size_t count = least(block, inputs - first);
        status = weights_read(args->weights, l, "weights", rows, count * outputs, error);
        for (size_t i = 0; i < count && !status; i++) deal_row(args->kernels, d, first + i, rows + i * outputs);
    }
    memory_free(rows);
    return status;
}

/* Batch normalization, y = (x - mean) / sqrt(variance + 1e-5) * scale + bias, becomes factor * x + bias: changes `bias`
 * and makes `*factors` [outputs]. Where the file lacks the numbers Darknet goes on with scale 1, mean 0, variance 0. */
static yolo_status read_statistics(layer *l, const prepare_args *args, size_t outputs, float *bias, float **factors,
                                   yolo_error *error) {
    float *scales = *factors = memory_allocate_zeroed(3 * outputs, sizeof *scales);
    if (!scales) return layer_fail_memory(l, error);
    float *means = scales + outputs, *variances = means + outputs;
    for (size_t i = 0; i < outputs; i++) scales[i] = 1;
    yolo_status status = YOLO_OK;
    if (!l->dont_load_scales) {
        status = weights_read(args->weights, l, "scales", scales, outputs, error);
        if (!status) status = weights_read(args->weights, l, "means", means, outputs, error);
        if (!status) status = weights_read(args->weights, l, "variances", variances, outputs, error);
    }
    for (size_t i = 0; i < outputs && !status; i++) {
        double factor = scales[i] / sqrt((double)variances[i] + 1e-5);
        if (!isfinite(factor)) return weights_refuse_variance(args->weights, l, i, variances[i], error);
        scales[i] = (float)factor;
        bias[i] = (float)(bias[i] - means[i] * factor);
    }
    return status;
}

static void scale_outputs(const kernels *set, const dense *d, const float *factors) {
    size_t inputs = shape_count(d->input), outputs = (size_t)d->outputs, width = set->gemm_columns;
    for (size_t first = 0; first < outputs; first += width)
        for (size_t k = 0; k < inputs; k++)
            for (size_t n = first; n < outputs && n < first + width; n++)
                d->weights[first * inputs + k * width + n - first] *= factors[n];
}

static yolo_status read_all(layer *l, const prepare_args *args, bool batch_normalize, dense *d, yolo_error *error) {
    float *factors = NULL;
    size_t outputs = (size_t)d->outputs;
    yolo_status status = weights_read(args->weights, l, "biases", d->bias, outputs, error);
    if (!status)
        status = weights_transposed(args->weights) ? read_columns(l, args, d, error) : read_rows(l, args, d, error);
    if (!status && batch_normalize) {
        status = read_statistics(l, args, outputs, d->bias, &factors, error);
        if (!status) scale_outputs(args->kernels, d, factors);
    }
    memory_free(factors);
    return status;
}

yolo_status dense_read(layer *l, const prepare_args *args, shape input, int outputs, bool batch_normalize, dense *d,
                       yolo_error *error) {
    size_t inputs = shape_count(input), width = args->kernels->gemm_columns, columns, count;
    columns = panel_count(args->kernels, (size_t)outputs) * width;
    if (!size_multiply(columns, inputs, &count)) return layer_fail_memory(l, error);
    *d = (dense){.input = input, .outputs = outputs};
    d->weights = memory_allocate(count, sizeof *d->weights);
    d->bias = memory_allocate((size_t)outputs, sizeof *d->bias);
    if (!d->weights || !d->bias) return layer_fail_memory(l, error);
    l->packed_bytes += (count + (size_t)outputs) * sizeof(float);
    return read_all(l, args, batch_normalize, d, error);
}

yolo_status dense_read_for_zeros(layer *l, const prepare_args *args, size_t input_count, int outputs,
                                 bool batch_normalize, float *sums, yolo_error *error) {
    size_t count = (size_t)outputs;
    float *bias;
    float *factors = NULL;
    yolo_status status = weights_read_new(args->weights, l, "biases", &bias, count, error);
    if (status) return status;
    size_t skipped;
    status = size_multiply(input_count, count, &skipped) ? weights_skip(args->weights, l, "weights", skipped, error)
                                                         : layer_fail_memory(l, error);
    if (!status && batch_normalize) status = read_statistics(l, args, count, bias, &factors, error);
    for (size_t i = 0; i < count && sums && !status; i++) sums[i] += bias[i];
    memory_free(factors);
    memory_free(bias);
    return status;
}

/* Reading takes some rows or columns at a time, and the statistics of a batch normalisation. */
static size_t loading_count(size_t width, size_t inputs, size_t outputs) {
    size_t rows = size_product(least(width, outputs), inputs), columns = BLOCK_COUNT + outputs;
    return size_sum(rows > columns ? rows : columns, 4 * outputs);
}

void dense_count(const shape_args *args, shape input, int outputs, layer_plan *plan) {
    size_t inputs = shape_count(input), width = args->kernels->gemm_columns, count = (size_t)outputs;
    size_t kept = size_sum(size_product(panel_count(args->kernels, count) * width, inputs), count);
    size_t loading = loading_count(width, inputs, count);
    plan->weight_count = size_sum(plan->weight_count, kept);
    if (loading > plan->loading_count) plan->loading_count = loading;
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

size_t dense_scratch_count(shape input) {
    return shape_pixels(input) > 1 ? shape_count(input) : 0;
}

yolo_status dense_check_input(const layer *l, const dense *d, shape input, yolo_error *error) {
    if (!d->weights ||
        (d->input.channels == input.channels && d->input.height == input.height && d->input.width == input.width))
        return YOLO_OK;
    return layer_fail(l, NULL, error, "its weights are for a map of %dx%dx%d, not %dx%dx%d: use the cfg's own size",
                      d->input.width, d->input.height, d->input.channels, input.width, input.height, input.channels);
}

double dense_flops(shape input, int outputs) {
    return 2.0 * (double)shape_count(input) * outputs;
}

/* The input as one run of numbers; maps of one pixel, or without gaps between pixels, are that already. */
static const float *gather(const tensor *input, float *scratch) {
    size_t channels = (size_t)input->channels;
    if (tensor_pixels(input) == 1 || input->stride == channels) return input->data;
    tensor close = tensor_packed(scratch, tensor_shape(input));
    tensor_copy(input, &close);
    return scratch;
}

typedef struct work {
    const dense *dense;
    const kernels *kernels;
    const float *input;
    float *output;
    ramp ramp;
} work;

static void multiply_panels(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    size_t inputs = shape_count(w->dense->input), width = w->kernels->gemm_columns;
    (void)thread;
    for (size_t panel = begin; panel < end; panel++) {
        size_t first = panel * width;
        gemm_panel job = {
            .rows = 1,
            .columns = least(width, (size_t)w->dense->outputs - first),
            .depth = inputs,
            .input = w->input,
            .input_stride = inputs,
            .weights = w->dense->weights + first * inputs,
            .bias = w->dense->bias + first,
            .output = w->output + first,
            .output_stride = width,
            .ramp = w->ramp,
        };
        w->kernels->gemm(&job);
    }
}

void dense_run(const dense *d, const run_args *args, const tensor *input, activation kind, float *scratch,
               float *output) {
    work w = {.dense = d, .kernels = args->kernels, .input = gather(input, scratch), .output = output};
    bool fused = ramp_of(kind, &w.ramp);
    size_t outputs = (size_t)d->outputs, grain = 1 + 65536 / (shape_count(d->input) * args->kernels->gemm_columns);
    team_for(args->team, panel_count(args->kernels, outputs), grain, multiply_panels, &w);
    if (!fused) args->kernels->activate(kind, 1, outputs, output, outputs);
}

void dense_free(dense *d) {
    memory_free(d->weights);
    memory_free(d->bias);
    *d = (dense){0};
}
