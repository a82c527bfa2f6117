/* Depthwise convolution, maximum and average over runs of windows. */
#include "kernel_sets.h"
#include "naive.h"

#include <math.h>

enum { MAX_PIXELS = 30, MAX_CHANNELS = 67, MAX_TAPS = 25, MAX_STEP = 2 * (MAX_CHANNELS + 3), MAX_REACH = 400 };

typedef enum window_kernel { DEPTHWISE, MAXIMUM, AVERAGE, KERNEL_COUNT } window_kernel;

typedef struct weights {
    const float *values, *bias; /* [rows][stride], [channels] */
    size_t stride;
    uint16_t rows[MAX_TAPS];
} weights;

static const ramp leaky = {0.1f, 0.75f};

static void call(const kernels *set, window_kernel kernel, const window_run *run, const weights *w) {
    switch (kernel) {
    case DEPTHWISE:
        set->depthwise(run, w->values, w->stride, w->rows, w->bias, leaky);
        break;
    case MAXIMUM:
        set->maximum(run);
        break;
    default:
        set->average(run, 0.3f);
    }
}

static void call_naive(window_kernel kernel, const window_run *run, const weights *w, double *output) {
    if (kernel == MAXIMUM) {
        naive_maximum(run, output);
        return;
    }
    naive_window(run, kernel == DEPTHWISE ? w->values : NULL, w->stride, w->rows, output);
    for (size_t i = 0; i < run->pixels * run->channels; i++)
        output[i] = kernel == DEPTHWISE ? naive_ramp(leaky, output[i] + w->bias[i % run->channels]) : output[i] * 0.3f;
}

typedef struct buffers {
    floats_buffer input, weights, bias, found, fused;
    double *exact;
    test_random random;
} buffers;

static buffers make_buffers(void) {
    return (buffers){
        .input = floats_buffer_make(MAX_PIXELS * MAX_STEP + MAX_REACH + MAX_CHANNELS),
        .weights = floats_buffer_make(2 * MAX_TAPS * (MAX_CHANNELS + 3)),
        .bias = floats_buffer_make(MAX_CHANNELS),
        .found = floats_buffer_make(MAX_PIXELS * (MAX_CHANNELS + 3)),
        .fused = floats_buffer_make(MAX_PIXELS * (MAX_CHANNELS + 3)),
        .exact = test_guarded(MAX_PIXELS * MAX_CHANNELS * sizeof(double)),
        .random = test_random_start(3),
    };
}

static bool compare(buffers *b, window_kernel kernel, size_t pixels, size_t channels, size_t taps, size_t gap) {
    ptrdiff_t offsets[MAX_TAPS];
    weights w = {.stride = channels + gap};
    size_t reach = 0;
    for (size_t t = 0; t < taps; t++) {
        offsets[t] = test_random_int(&b->random, 0, MAX_REACH);
        if ((size_t)offsets[t] > reach) reach = (size_t)offsets[t];
        w.rows[t] = (uint16_t)test_random_int(&b->random, 0, 2 * MAX_TAPS - 1);
    }
    size_t step = (channels + gap) * (1 + pixels % 2), count = matrix_count(pixels, channels, channels + gap);
    w.values = floats_random(b->weights, matrix_count(2 * MAX_TAPS, channels, w.stride), &b->random);
    w.bias = floats_random(b->bias, channels, &b->random);
    float *input = floats_random(b->input, matrix_count(pixels, channels, step) + reach, &b->random);
    float *fused = floats_unset(b->fused, count);
    window_run run = {pixels, channels, input, step, offsets, taps, fused, channels + gap};
    call_naive(kernel, &run, &w, b->exact);
    const kernels *set;
    for (size_t i = 0; (set = kernel_set_at(i)); i++)
        if (!kernel_set_at(i + 1)) call(set, kernel, &run, &w);
    bool good = true;
    for (size_t i = 0; (set = kernel_set_at(i)); i++) {
        run.output = floats_unset(b->found, count);
        test_note("%s: kernel %d, %zu pixels, %zu channels, %zu taps", set->name, kernel, pixels, channels, taps);
        call(set, kernel, &run, &w);
        good &= kernel_check(set, pixels, channels, channels + gap, run.output, fused, b->exact, 1e-5);
    }
    return good;
}

static void folds_at_every_size(void) {
    static const size_t taps[] = {1, 2, 4, 6, 9, MAX_TAPS};
    buffers b = make_buffers();
    for (int kernel = 0; kernel < KERNEL_COUNT; kernel++)
        for (size_t pixels = 0; pixels <= MAX_PIXELS; pixels++)
            for (size_t channels = 1; channels <= MAX_CHANNELS; channels++)
                if (!compare(&b, (window_kernel)kernel, pixels, channels, taps[(pixels + channels) % 6], channels % 4))
                    return;
}

/* A window wholly outside the map has no taps: the bias alone, or nothing. */
static void folds_no_taps(void) {
    buffers b = make_buffers();
    for (size_t channels = 1; channels <= MAX_CHANNELS; channels++) {
        if (!compare(&b, DEPTHWISE, 5, channels, 0, 1)) return;
        if (!compare(&b, AVERAGE, 5, channels, 0, 1)) return;
    }
}

static void keeps_nan_only_where_it_is_first(void) {
    const float first[] = {NAN, 1, -INFINITY, 2}, later[] = {1, NAN, -INFINITY, 3};
    const ptrdiff_t offsets[] = {0, 1};
    for (size_t i = 0; kernel_set_at(i); i++) {
        float found[4] = {0};
        for (int n = 0; n < 4; n++) {
            const float input[] = {first[n], later[n]};
            kernel_set_at(i)->maximum(&(window_run){1, 1, input, 2, offsets, 2, &found[n], 1});
        }
        CHECK(isnan(found[0]) && found[1] == 1 && found[2] == -INFINITY && found[3] == 3);
    }
}

int main(void) {
    static const test_case cases[] = {TEST(folds_at_every_size), TEST(folds_no_taps),
                                      TEST(keeps_nan_only_where_it_is_first)};
    return kernel_tests_run(cases, sizeof cases / sizeof *cases);
}
