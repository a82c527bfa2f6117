/* Rows of depthwise convolution with the windows that networks have, at every width and number of channels. */
#include "kernel_sets.h"
#include "naive.h"

#include <math.h>

enum { MAX_PIXELS = 21, MAX_CHANNELS = 37, MAX_SIZE = 5, MAX_GAP = 3 };
enum { MAX_WIDTH = MAX_PIXELS * 2 + MAX_SIZE, MAX_STRIDE = MAX_CHANNELS + MAX_GAP };

static const ramp leaky = {0.1f, 0.75f};

typedef struct buffers {
    floats_buffer rows[MAX_SIZE], weights, bias, zeros, found, fused;
    double *exact;
    test_random random;
} buffers;

static buffers make_buffers(void) {
    buffers b = {
        .weights = floats_buffer_make(MAX_SIZE * MAX_SIZE * MAX_CHANNELS),
        .bias = floats_buffer_make(MAX_CHANNELS),
        .zeros = floats_buffer_make(MAX_CHANNELS),
        .found = floats_buffer_make(MAX_PIXELS * MAX_STRIDE),
        .fused = floats_buffer_make(MAX_PIXELS * MAX_STRIDE),
        .exact = test_guarded(MAX_PIXELS * MAX_CHANNELS * sizeof(double)),
        .random = test_random_start(5),
    };
    for (int y = 0; y < MAX_SIZE; y++) b.rows[y] = floats_buffer_make(MAX_WIDTH * MAX_STRIDE);
    return b;
}

static double exact_sum(const depthwise_row *d, size_t p, size_t c) {
    double sum = d->bias[c];
    for (size_t y = 0; y < d->row_count; y++)
        for (size_t x = 0; x < d->size; x++) {
            size_t column = p * d->stride + x;
            if (column < d->before || column - d->before >= d->width) continue;
            sum += (double)d->rows[y][(column - d->before) * d->pixel_stride + c] *
                   d->weights[(y * d->size + x) * d->channels + c];
        }
    return naive_ramp(d->ramp, sum);
}

static const kernels *fused_set(void) {
    const kernels *set = NULL;
    for (size_t i = 0; kernel_set_at(i); i++) set = kernel_set_at(i);
    return set;
}

static bool compare(buffers *b, depthwise_row d) {
    const float *rows[MAX_SIZE];
    float *zeros = floats_random(b->zeros, d.channels, &b->random);
    for (size_t c = 0; c < d.channels; c++) zeros[c] = 0;
    for (size_t y = 0; y < d.row_count; y++)
        rows[y] = floats_random(b->rows[y], matrix_count(d.width, d.channels, d.pixel_stride), &b->random);
    d.rows = rows, d.zeros = zeros, d.ramp = leaky;
    d.weights = floats_random(b->weights, d.row_count * d.size * d.channels, &b->random);
    d.bias = floats_random(b->bias, d.channels, &b->random);
    for (size_t i = 0; i < d.pixels * d.channels; i++) b->exact[i] = exact_sum(&d, i / d.channels, i % d.channels);
    size_t count = matrix_count(d.pixels, d.channels, d.output_stride);
    float *fused = d.output = floats_unset(b->fused, count);
    fused_set()->depthwise_row(&d);
    bool good = true;
    const kernels *set;
    for (size_t i = 0; (set = kernel_set_at(i)); i++) {
        d.output = floats_unset(b->found, count);
        test_note("%s: %zux%zu/%zu, %zu of %zu pixels, %zu before, %zu channels", set->name, d.row_count, d.size,
                  d.stride, d.pixels, d.width, d.before, d.channels);
        set->depthwise_row(&d);
        good &= kernel_check(set, d.pixels, d.channels, d.output_stride, d.output, fused, b->exact, 1e-5);
    }
    return good;
}

/* The last window may end before the map does, with it, or beyond by less than its size. */
static bool compare_widths(buffers *b, size_t size, size_t stride, size_t pixels, size_t channels) {
    size_t gap = channels % (MAX_GAP + 1);
    for (size_t before = 0; before < size; before++)
        for (size_t beyond = 0; beyond <= size; beyond++) {
            size_t end = (pixels - 1) * stride + size + 1;
            if (end <= before + beyond) continue;
            depthwise_row d = {
                .pixels = pixels,
                .channels = channels,
                .size = size,
                .stride = stride,
                .row_count = (pixels + channels + before) % (size + 1),
                .width = end - before - beyond,
                .pixel_stride = channels + gap,
                .before = before,
                .output_stride = channels + (gap + 1) % 3,
            };
            if (!compare(b, d)) return false;
        }
    return true;
}

static void convolves_every_row(void) {
    buffers b = make_buffers();
    for (size_t size = 3; size <= 5; size += 2)
        for (size_t stride = 1; stride <= 2; stride++)
            for (size_t pixels = 1; pixels <= MAX_PIXELS; pixels++)
                for (size_t channels = 1; channels <= MAX_CHANNELS; channels++)
                    if (!compare_widths(&b, size, stride, pixels, channels)) return;
}

int main(void) {
    static const test_case cases[] = {TEST(convolves_every_row)};
    return kernel_tests_run(cases, sizeof cases / sizeof *cases);
}
