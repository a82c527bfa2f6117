/* Activations against double, over every magnitude a float can have, and at every size. */
#include "kernel_sets.h"
#include "naive.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { MAX_ROWS = 5, MAX_COLUMNS = 67, MAX_GAP = 3 };

/* What template/activation.inc promises. */
static const double ULPS = 2.5, TINY = 1e-36;

static float float_of(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Units in the last place of the float nearest to `exact`. */
static double ulps_off(float found, double exact) {
    int exponent;
    frexp(exact, &exponent);
    double unit = ldexp(1, (exponent < FLT_MIN_EXP ? FLT_MIN_EXP : exponent) - FLT_MANT_DIG);
    return fabs(found - exact) / unit;
}

static bool is_near(activation kind, float x, float found) {
    double exact = naive_activation(kind, x);
    if (isinf((float)exact)) return found == (float)exact;
    double more = kind == ACTIVATION_MISH ? 1 : 0;
    if (kind == ACTIVATION_GELU) more = 1 + 4 * fabs(0.797885 * x + 0.035677 * pow(x, 3));
    return fabs(found - exact) <= TINY || ulps_off(found, exact) <= ULPS + more;
}

/* All floats at equal steps of their bits, so at equal numbers for each power of two, with both signs. */
static void check_range(const kernels *set, activation kind) {
    enum { BATCH = 1024, STEP = 4001 };
    float x[BATCH], y[BATCH];
    size_t wrong = 0, worst = 0;
    for (uint32_t bits = 0; bits < 0x7f800000u - BATCH * STEP; bits += BATCH * STEP / 2) {
        for (uint32_t i = 0; i < BATCH; i++) x[i] = float_of((bits + i / 2 * STEP) | i << 31);
        memcpy(y, x, sizeof y);
        set->activate(kind, 1, BATCH, y, BATCH);
        for (size_t i = 0; i < BATCH; i++)
            if (!is_near(kind, x[i], y[i]) && wrong++ == 0) worst = i;
        if (wrong == 0) continue;
        test_note("%s: activation %d of %.9g is %.9g, exactly %.12g", set->name, kind, (double)x[worst],
                  (double)y[worst], naive_activation(kind, x[worst]));
        CHECK_INT((long long)wrong, 0);
        return;
    }
}

static void is_exact_over_the_whole_range(void) {
    for (int kind = 0; kind < ACTIVATION_NORMALIZE_CHANNELS; kind++)
        for (size_t i = 0; kernel_set_at(i); i++) check_range(kernel_set_at(i), (activation)kind);
}

typedef struct buffers {
    floats_buffer input, found, fused;
    double *exact;
    test_random random;
} buffers;

static float *activated(const kernels *set, activation kind, size_t rows, size_t columns, size_t stride,
                        const float *input, floats_buffer buffer) {
    float *data = floats_unset(buffer, matrix_count(rows, columns, stride));
    for (size_t i = 0; i < rows; i++) memcpy(data + i * stride, input + i * columns, columns * sizeof *data);
    set->activate(kind, rows, columns, data, stride);
    return data;
}

static bool compare(buffers *b, activation kind, size_t rows, size_t columns, size_t gap) {
    size_t stride = columns + gap;
    float *input = floats_random(b->input, rows * columns, &b->random);
    for (size_t i = 0; i < rows * columns; i++) input[i] *= 12;
    for (size_t i = 0; i < rows; i++) naive_activate_row(kind, columns, input + i * columns, b->exact + i * columns);
    const kernels *set;
    float *fused = NULL;
    for (size_t i = 0; (set = kernel_set_at(i)); i++)
        if (!kernel_set_at(i + 1)) fused = activated(set, kind, rows, columns, stride, input, b->fused);
    bool good = true;
    for (size_t i = 0; (set = kernel_set_at(i)); i++) {
        test_note("%s: activation %d, %zu rows of %zu", set->name, kind, rows, columns);
        float *found = activated(set, kind, rows, columns, stride, input, b->found);
        good &= kernel_check(set, rows, columns, stride, found, fused, b->exact, 4e-6);
    }
    return good;
}

static void works_at_every_size(void) {
    buffers b = {
        .input = floats_buffer_make(MAX_ROWS * MAX_COLUMNS),
        .found = floats_buffer_make(MAX_ROWS * (MAX_COLUMNS + MAX_GAP)),
        .fused = floats_buffer_make(MAX_ROWS * (MAX_COLUMNS + MAX_GAP)),
        .exact = test_guarded(MAX_ROWS * MAX_COLUMNS * sizeof(double)),
        .random = test_random_start(4),
    };
    for (int kind = 0; kind < ACTIVATION_COUNT; kind++)
        for (size_t rows = 0; rows <= MAX_ROWS; rows++)
            for (size_t columns = 1; columns <= MAX_COLUMNS; columns++)
                if (!compare(&b, (activation)kind, rows, columns, columns % (MAX_GAP + 1))) return;
}

static void lets_nan_through(void) {
    for (size_t i = 0; kernel_set_at(i); i++)
        for (int kind = 0; kind < ACTIVATION_NORMALIZE_CHANNELS; kind++) {
            float x = NAN;
            kernel_set_at(i)->activate((activation)kind, 1, 1, &x, 1);
            test_note("%s: activation %d", kernel_set_at(i)->name, kind);
            CHECK(isnan(x));
        }
}

int main(void) {
    static const test_case cases[] = {TEST(is_exact_over_the_whole_range), TEST(works_at_every_size),
                                      TEST(lets_nan_through)};
    return kernel_tests_run(cases, sizeof cases / sizeof *cases);
}
