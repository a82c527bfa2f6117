#include "naive.h"

#include <math.h>

double naive_ramp(ramp r, double x) {
    double y = x > 0 ? x : r.slope * x;
    return y < r.ceiling ? y : r.ceiling;
}

static double logistic(double x) {
    return 1 / (1 + exp(-x));
}

static double stair(double x) {
    double n = floor(x);
    return fmod(n, 2) == 0 ? floor(x / 2) : x + (floor(x / 2) - n);
}

static double plse(double x) {
    if (x < -4) return 0.01f * (x + 4);
    return x > 4 ? 0.01f * (x - 4) + 1 : 0.125 * x + 0.5;
}

static double lhtan(double x) {
    if (x < 0) return 0.001f * x;
    return x > 1 ? 0.001f * (x - 1) + 1 : x;
}

double naive_activation(activation kind, double x) {
    ramp r;
    switch (kind) {
    case ACTIVATION_RAMP:
        return x > 0 ? x + 0.1f * x : 0.1f * x;
    case ACTIVATION_LOGISTIC:
        return logistic(x);
    case ACTIVATION_LOGGY: /* 2 / (1 + e^-x) - 1, where nothing cancels */
        return tanh(x / 2);
    case ACTIVATION_TANH:
        return tanh(x);
    case ACTIVATION_SWISH:
        return x * logistic(x);
    case ACTIVATION_MISH:
        return x * tanh(x > 20 ? x : log1p(exp(x)));
    case ACTIVATION_HARD_MISH:
        return x > 0 ? x : x > -2 ? x * x / 2 + x : 0;
    case ACTIVATION_ELU:
        return x >= 0 ? x : expm1(x);
    case ACTIVATION_SELU:
        return x >= 0 ? 1.0507f * x : (double)(1.0507f * 1.6732f) * expm1(x);
    case ACTIVATION_GELU: /* x (1 + tanh(u)) / 2, where nothing cancels */
        return x * logistic(2 * (0.797885f * x + 0.035677f * x * x * x));
    case ACTIVATION_PLSE:
        return plse(x);
    case ACTIVATION_HARDTAN:
        return x < -1 ? -1 : x > 1 ? 1 : x;
    case ACTIVATION_LHTAN:
        return lhtan(x);
    case ACTIVATION_STAIR:
        return stair(x);
    default:
        return ramp_of(kind, &r) ? naive_ramp(r, x) : NAN;
    }
}

static void normalize_row(activation kind, size_t columns, const float *input, double *output) {
    double peak = 0, sum = 1e-4f;
    if (kind == ACTIVATION_NORMALIZE_CHANNELS_SOFTMAX_MAXVAL)
        for (size_t c = 0; c < columns; c++) peak = c == 0 || input[c] > peak ? input[c] : peak;
    for (size_t c = 0; c < columns; c++) {
        output[c] = kind == ACTIVATION_NORMALIZE_CHANNELS ? fmax(input[c], 0) : exp(input[c] - peak);
        sum += output[c];
    }
    for (size_t c = 0; c < columns; c++) output[c] /= sum;
}

void naive_activate_row(activation kind, size_t columns, const float *input, double *output) {
    if (kind >= ACTIVATION_NORMALIZE_CHANNELS) {
        normalize_row(kind, columns, input, output);
        return;
    }
    for (size_t c = 0; c < columns; c++) output[c] = naive_activation(kind, input[c]);
}

void naive_gemm(size_t rows, size_t columns, size_t depth, const float *input, size_t input_stride,
                const float *weights, const float *bias, ramp r, double *output) {
    for (size_t m = 0; m < rows; m++)
        for (size_t n = 0; n < columns; n++) {
            double sum = bias[n];
            for (size_t k = 0; k < depth; k++) sum += (double)input[m * input_stride + k] * weights[n * depth + k];
            output[m * columns + n] = naive_ramp(r, sum);
        }
}

/* The polynomial of the product of x - points[k] over all k but `left_out`, into coefficients [6] from x^0 on. */
static void product_of_roots(int left_out, double coefficients[WINOGRAD_SIDE]) {
    const double points[] = {0, WINOGRAD_POINT_A, -WINOGRAD_POINT_A, WINOGRAD_POINT_B, -WINOGRAD_POINT_B};
    for (int i = 0; i < WINOGRAD_SIDE; i++) coefficients[i] = i == 0;
    for (int k = 0; k < 5; k++)
        for (int i = WINOGRAD_SIDE - 1; k != left_out && i >= 0; i--)
            coefficients[i] = (i > 0 ? coefficients[i - 1] : 0) - points[k] * coefficients[i];
}

static double power(double x, int exponent) {
    return exponent == 0 ? 1 : x * power(x, exponent - 1);
}

void naive_winograd_input(const double *pixels, double *values) {
    double rows[WINOGRAD_SIDE][WINOGRAD_SIDE];
    for (int i = 0; i < WINOGRAD_SIDE; i++) product_of_roots(i, rows[i]); /* the last, at infinity, leaves none out */
    for (int i = 0; i < WINOGRAD_POSITIONS; i++) {
        values[i] = 0;
        for (int k = 0; k < WINOGRAD_POSITIONS; k++)
            values[i] +=
                rows[i / WINOGRAD_SIDE][k / WINOGRAD_SIDE] * rows[i % WINOGRAD_SIDE][k % WINOGRAD_SIDE] * pixels[k];
    }
}

void naive_winograd_output(const double *sums, double *output) {
    const double points[] = {0, WINOGRAD_POINT_A, -WINOGRAD_POINT_A, WINOGRAD_POINT_B, -WINOGRAD_POINT_B};
    double columns[WINOGRAD_TILE][WINOGRAD_SIDE];
    for (int i = 0; i < WINOGRAD_TILE; i++)
        for (int k = 0; k < WINOGRAD_SIDE; k++)
            columns[i][k] = k < WINOGRAD_SIDE - 1 ? power(points[k], i) : i == WINOGRAD_TILE - 1;
    for (int i = 0; i < WINOGRAD_TILE * WINOGRAD_TILE; i++) {
        output[i] = 0;
        for (int k = 0; k < WINOGRAD_POSITIONS; k++)
            output[i] +=
                columns[i / WINOGRAD_TILE][k / WINOGRAD_SIDE] * columns[i % WINOGRAD_TILE][k % WINOGRAD_SIDE] * sums[k];
    }
}

void naive_window(const window_run *run, const float *weights, size_t weight_stride, const uint16_t *weights_of,
                  double *output) {
    for (size_t p = 0; p < run->pixels; p++)
        for (size_t c = 0; c < run->channels; c++) {
            double sum = 0;
            for (size_t t = 0; t < run->taps; t++) {
                double w = weights ? weights[weights_of[t] * weight_stride + c] : 1;
                sum += w * run->input[(ptrdiff_t)(p * run->input_step + c) + run->offsets[t]];
            }
            output[p * run->channels + c] = sum;
        }
}

void naive_maximum(const window_run *run, double *output) {
    for (size_t p = 0; p < run->pixels; p++)
        for (size_t c = 0; c < run->channels; c++) {
            const float *x = run->input + p * run->input_step + c;
            double best = x[run->offsets[0]];
            for (size_t t = 1; t < run->taps; t++)
                if (x[run->offsets[t]] > best) best = x[run->offsets[t]];
            output[p * run->channels + c] = best;
        }
}

typedef struct plane {
    const float *values; /* [height][width] */
    shape shape;
    double border;
} plane;

static double plane_at(const plane *p, int y, int x) {
    bool inside = y >= 0 && y < p->shape.height && x >= 0 && x < p->shape.width;
    return inside ? p->values[(size_t)y * (size_t)p->shape.width + (size_t)x] : p->border;
}

/* One channel's share of one sum. */
static double window_sum(const convolution_geometry *g, const plane *p, int y, int x, const float *weights) {
    double sum = 0;
    for (int i = 0; i < g->size; i++)
        for (int j = 0; j < g->size; j++)
            sum += plane_at(p, y + i * g->dilation, x + j * g->dilation) * weights[i * g->size + j];
    return sum;
}

void naive_convolution(const convolution_geometry *g, shape input_shape, const float *input, const float *weights,
                       const float *bias, double border, double *output) {
    shape out;
    if (!convolution_output(g, input_shape, &out)) return;
    int depth = g->channels / g->groups, group_filters = g->filters / g->groups;
    size_t taps = (size_t)(g->size * g->size);
    for (int n = 0; n < g->filters; n++)
        for (int y = 0; y < out.height; y++)
            for (int x = 0; x < out.width; x++) {
                double sum = bias[n];
                for (int k = 0; k < depth; k++) {
                    size_t channel = (size_t)(n / group_filters * depth + k);
                    plane p = {input + channel * shape_pixels(input_shape), input_shape, border};
                    sum += window_sum(g, &p, y * g->stride_y - g->padding, x * g->stride_x - g->padding,
                                      weights + ((size_t)n * (size_t)depth + (size_t)k) * taps);
                }
                *output++ = sum;
            }
}
