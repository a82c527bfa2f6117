#include "layers/filters.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

/* Batch normalisation (x - mean) / sqrt(variance + 1e-5) * scale + bias makes a convolution with other numbers. */
static yolo_status fold(const layer *l, weight_reader *weights, filters *f, const float *statistics,
                        size_t filter_count, size_t depth, yolo_error *error) {
    const float *scales = statistics, *means = scales + filter_count, *variances = means + filter_count;
    for (size_t n = 0; n < filter_count; n++) {
        double scale = scales[n] / sqrt((double)variances[n] + 1e-5);
        if (!isfinite(scale)) return weights_refuse_variance(weights, l, n, variances[n], error);
        f->bias[n] = (float)(f->bias[n] - means[n] * scale);
        for (size_t k = 0; k < depth; k++) f->weights[n * depth + k] = (float)(f->weights[n * depth + k] * scale);
    }
    return YOLO_OK;
}

/* [depth][filters] to [filters][depth] */
static yolo_status unflip(const layer *l, filters *f, size_t filter_count, size_t depth, yolo_error *error) {
    float *turned = memory_allocate(filter_count * depth, sizeof *turned);
    if (!turned) return layer_fail_memory(l, error);
    for (size_t n = 0; n < filter_count; n++)
        for (size_t k = 0; k < depth; k++) turned[n * depth + k] = f->weights[k * filter_count + n];
    memory_free(f->weights);
    f->weights = turned;
    return YOLO_OK;
}

static yolo_status read_statistics(const layer *l, weight_reader *weights, size_t count, float *statistics,
                                   yolo_error *error) {
    if (l->dont_load_scales) {
        for (size_t n = 0; n < count; n++) statistics[n] = 1;
        memset(statistics + count, 0, 2 * count * sizeof *statistics);
        return YOLO_OK;
    }
    yolo_status status = weights_read(weights, l, "scales", statistics, count, error);
    if (!status) status = weights_read(weights, l, "means", statistics + count, count, error);
    if (!status) status = weights_read(weights, l, "variances", statistics + 2 * count, count, error);
    return status;
}

static yolo_status read_all(const layer *l, weight_reader *weights, size_t filter_count, size_t depth,
                            filters_format format, float *statistics, filters *f, yolo_error *error) {
    yolo_status status = weights_read_new(weights, l, "biases", &f->bias, filter_count, error);
    if (!status && format.batch_normalize) status = read_statistics(l, weights, filter_count, statistics, error);
    if (!status) status = weights_read_new(weights, l, "weights", &f->weights, filter_count * depth, error);
    if (!status && format.flipped) status = unflip(l, f, filter_count, depth, error);
    if (!status && format.batch_normalize) status = fold(l, weights, f, statistics, filter_count, depth, error);
    return status;
}

yolo_status filters_read(const layer *l, weight_reader *weights, const convolution_geometry *g, filters_format format,
                         filters *f, yolo_error *error) {
    size_t filter_count = (size_t)g->filters, count;
    *f = (filters){0};
    if (!convolution_weight_count(g, &count)) return layer_fail_memory(l, error);
    float *statistics = memory_allocate(3 * filter_count, sizeof *statistics);
    yolo_status status = statistics
                             ? read_all(l, weights, filter_count, count / filter_count, format, statistics, f, error)
                             : layer_fail_memory(l, error);
    memory_free(statistics);
    return status;
}

void filters_free(filters *f) {
    memory_free(f->weights);
    memory_free(f->bias);
    *f = (filters){0};
}
