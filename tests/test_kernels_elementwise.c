/* Sums, products, affine maps and sums over rows of matrices, and the kernels that make the network's input. */
#include "kernel_sets.h"

#include <string.h>

enum { MAX_ROWS = 9, MAX_COLUMNS = 67, MAX_GAP = 3, MAX_COUNT = MAX_ROWS * (MAX_COLUMNS + MAX_GAP) };

typedef enum operation { ADD, MULTIPLY, AFFINE, SUM_ROWS, OPERATION_COUNT } operation;

typedef struct matrices {
    size_t rows, columns, a_stride, b_stride, stride;
    const float *a, *b, *scale, *shift; /* [rows][a_stride], [rows][b_stride], [columns] twice */
} matrices;

/* SUM_ROWS makes one row. */
static size_t output_rows(operation o, const matrices *m) {
    return o < SUM_ROWS ? m->rows : 1;
}

static void call(const kernels *set, operation o, const matrices *m, float *output) {
    switch (o) {
    case ADD:
        set->add(m->rows, m->columns, m->a, m->a_stride, m->b, m->b_stride, output, m->stride);
        break;
    case MULTIPLY:
        set->multiply(m->rows, m->columns, m->a, m->a_stride, m->b, m->b_stride, output, m->stride);
        break;
    case AFFINE:
        set->affine(m->rows, m->columns, m->a, m->a_stride, m->scale, m->shift, output, m->stride);
        break;
    default:
        memcpy(output, m->shift, m->columns * sizeof *output);
        set->sum_rows(m->rows, m->columns, m->a, m->a_stride, output);
    }
}

static double exact_element(operation o, const matrices *m, size_t i, size_t c) {
    double a = m->a[i * m->a_stride + c], b = m->b[i * m->b_stride + c], sum = m->shift[c];
    switch (o) {
    case ADD:
        return a + b;
    case MULTIPLY:
        return a * b;
    case AFFINE:
        return a * m->scale[c] + m->shift[c];
    default:
        for (size_t row = 0; row < m->rows; row++) sum += m->a[row * m->a_stride + c];
        return sum;
    }
}

typedef struct buffers {
    floats_buffer a, b, scale, shift, found, fused;
    double exact[MAX_ROWS * MAX_COLUMNS];
    test_random random;
} buffers;

static bool compare(buffers *t, operation o, size_t rows, size_t columns, size_t gap) {
    matrices m = {rows, columns, columns + gap, columns + gap / 2, columns + gap, NULL, NULL, NULL, NULL};
    if (rows % 3 == 2) m.b_stride = 0; /* one row for all */
    m.a = floats_random(t->a, matrix_count(rows, columns, m.a_stride), &t->random);
    m.b = floats_random(t->b, matrix_count(rows, columns, m.b_stride), &t->random);
    m.scale = floats_random(t->scale, columns, &t->random);
    m.shift = floats_random(t->shift, columns, &t->random);
    size_t made = output_rows(o, &m), count = matrix_count(made, columns, m.stride);
    for (size_t i = 0; i < made; i++)
        for (size_t c = 0; c < columns; c++) t->exact[i * columns + c] = exact_element(o, &m, i, c);
    float *fused = floats_unset(t->fused, count);
    const kernels *set;
    for (size_t i = 0; (set = kernel_set_at(i)); i++)
        if (!kernel_set_at(i + 1)) call(set, o, &m, fused);
    bool good = true;
    for (size_t i = 0; (set = kernel_set_at(i)); i++) {
        float *found = floats_unset(t->found, count);
        test_note("%s: operation %d, %zu rows of %zu, gap %zu", set->name, o, rows, columns, gap);
        call(set, o, &m, found);
        good &= kernel_check(set, made, columns, m.stride, found, fused, t->exact, 2e-6);
    }
    return good;
}

static void computes_at_every_size(void) {
    buffers t = {
        .a = floats_buffer_make(MAX_COUNT),
        .b = floats_buffer_make(MAX_COUNT),
        .scale = floats_buffer_make(MAX_COLUMNS),
        .shift = floats_buffer_make(MAX_COLUMNS),
        .found = floats_buffer_make(MAX_COUNT),
        .fused = floats_buffer_make(MAX_COUNT),
        .random = test_random_start(5),
    };
    for (int o = 0; o < OPERATION_COUNT; o++)
        for (size_t rows = 1; rows <= MAX_ROWS; rows++)
            for (size_t columns = 1; columns <= MAX_COLUMNS; columns++)
                if (!compare(&t, (operation)o, rows, columns, columns % (MAX_GAP + 1))) return;
}

static void computes_in_place(void) {
    enum { COUNT = 3 * 21 };
    test_random random = test_random_start(6);
    float a[COUNT], b[COUNT], scale[21], shift[21];
    test_random_floats(&random, scale, 21);
    test_random_floats(&random, shift, 21);
    test_random_floats(&random, b, COUNT);
    for (size_t i = 0; kernel_set_at(i); i++) {
        const kernels *set = kernel_set_at(i);
        float apart[COUNT];
        test_random_floats(&random, a, COUNT);
        set->add(3, 21, a, 21, b, 21, apart, 21);
        set->add(3, 21, a, 21, b, 21, a, 21);
        CHECK_SAME_FLOATS(a, apart, COUNT);
        set->multiply(3, 21, b, 21, a, 21, apart, 21);
        set->multiply(3, 21, b, 21, a, 21, a, 21);
        CHECK_SAME_FLOATS(a, apart, COUNT);
        set->affine(3, 21, a, 21, scale, shift, apart, 21);
        set->affine(3, 21, a, 21, scale, shift, a, 21);
        CHECK_SAME_FLOATS(a, apart, COUNT);
    }
}

static void does_nothing_to_no_rows(void) {
    for (size_t i = 0; kernel_set_at(i); i++) {
        const kernels *set = kernel_set_at(i);
        set->add(0, 8, NULL, 8, NULL, 8, NULL, 8);
        set->multiply(0, 8, NULL, 8, NULL, 8, NULL, 8);
        set->affine(0, 8, NULL, 8, NULL, NULL, NULL, 8);
        set->resize_row(&(resize_between){.channels = 3});
    }
}

enum { SOURCE = 40 }; /* pixels */

static double exact_resized(const uint8_t *row, const resize_tap *tap, size_t channels, size_t c) {
    const double weight = tap->weight;
    return ((1 - weight) * row[tap->left * channels + c] + weight * row[tap->right * channels + c]) / 255;
}

static bool compare_resize(const kernels *fused, size_t width, int channels, test_random *random) {
    const size_t each = (size_t)channels, bytes = SOURCE * each, count = width * each;
    uint8_t *upper = test_guarded(bytes), *lower = test_guarded(bytes);
    resize_tap *taps = test_guarded(width * sizeof *taps);
    double *exact = test_guarded(count * sizeof *exact);
    resize_between rows = {width, channels, upper, lower, 0.4f, 0.6f, taps, test_guarded_floats(count)};
    const float *expected = rows.output;
    for (size_t i = 0; i < bytes; i++) {
        upper[i] = (uint8_t)test_random_int(random, 0, 255);
        lower[i] = (uint8_t)test_random_int(random, 0, 255);
    }
    for (size_t x = 0; x < width; x++) {
        uint32_t left = (uint32_t)test_random_int(random, 0, SOURCE - 1), right = left + (left + 1 < SOURCE);
        taps[x] = (resize_tap){left, right, test_random_float(random) / 2 + 0.5f};
        for (size_t c = 0; c < each; c++)
            exact[x * each + c] = (double)rows.upper_weight * exact_resized(upper, &taps[x], each, c) +
                                  (double)rows.lower_weight * exact_resized(lower, &taps[x], each, c);
    }
    fused->resize_row(&rows);
    bool good = true;
    for (size_t i = 0; kernel_set_at(i); i++) {
        rows.output = test_guarded_floats(count);
        test_note("%s: width %zu, %d channels", kernel_set_at(i)->name, width, channels);
        kernel_set_at(i)->resize_row(&rows);
        good &= kernel_check(kernel_set_at(i), 1, count, count, rows.output, expected, exact, 1e-6);
    }
    return good;
}

static void resizes_rows(void) {
    test_random random = test_random_start(7);
    const kernels *fused = NULL;
    for (size_t i = 0; kernel_set_at(i); i++) fused = kernel_set_at(i);
    for (size_t width = 1; width <= 35; width++)
        for (int channels = 1; channels <= 4; channels++)
            if (!compare_resize(fused, width, channels, &random)) return;
}

int main(void) {
    static const test_case cases[] = {TEST(computes_at_every_size), TEST(computes_in_place),
                                      TEST(does_nothing_to_no_rows), TEST(resizes_rows)};
    return kernel_tests_run(cases, sizeof cases / sizeof *cases);
}
