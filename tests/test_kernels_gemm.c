/* The matrix product at every odd size, and what surrounds it: packing, and the choice of a set. */
#include "kernel_sets.h"
#include "naive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROWS = 30, MAX_COLUMNS = 67, MAX_DEPTH = 300, MAX_GAP = 5 };
enum { MAX_PANELS = MAX_COLUMNS + 32 };

typedef struct problem {
    size_t rows, columns, depth, input_stride, output_stride;
    const float *input, *weights, *bias; /* weights [columns][depth] */
    ramp ramp;
} problem;

/* All panels, with each at the end of guarded memory in turn. */
static void multiply(const kernels *set, const problem *p, floats_buffer packed_buffer, float *output) {
    size_t width = set->gemm_columns;
    for (size_t n = 0; n < p->columns; n += width) {
        size_t columns = p->columns - n < width ? p->columns - n : width;
        float *packed = floats_unset(packed_buffer, gemm_packed_count(set, p->depth, columns));
        gemm_pack(set, p->depth, columns, p->weights + n * p->depth, p->depth, 1, packed);
        set->gemm(&(gemm_panel){p->rows, columns, p->depth, p->input, p->input_stride, packed, p->bias + n, output + n,
                                p->output_stride, p->ramp, NULL, NULL, 0});
    }
}

typedef struct buffers {
    floats_buffer input, weights, bias, packed, found, fused;
    double *exact;
} buffers;

static buffers make_buffers(void) {
    return (buffers){
        .input = floats_buffer_make(MAX_ROWS * (MAX_DEPTH + MAX_GAP)),
        .weights = floats_buffer_make(MAX_COLUMNS * MAX_DEPTH),
        .bias = floats_buffer_make(MAX_COLUMNS),
        .packed = floats_buffer_make(MAX_PANELS * MAX_DEPTH),
        .found = floats_buffer_make(MAX_ROWS * (MAX_COLUMNS + MAX_GAP)),
        .fused = floats_buffer_make(MAX_ROWS * (MAX_COLUMNS + MAX_GAP)),
        .exact = test_guarded(MAX_ROWS * MAX_COLUMNS * sizeof(double)),
    };
}

static const kernels *fused_set(void) {
    const kernels *set = NULL;
    for (size_t i = 0; kernel_set_at(i); i++) set = kernel_set_at(i);
    return set;
}

static bool compare(const buffers *b, size_t rows, size_t columns, size_t depth, size_t gap, test_random *random) {
    problem p = {rows, columns, depth, depth + gap, columns + gap, NULL, NULL, NULL, {1, INFINITY}};
    p.input = floats_random(b->input, matrix_count(rows, depth, p.input_stride), random);
    p.weights = floats_random(b->weights, columns * depth, random);
    p.bias = floats_random(b->bias, columns, random);
    if (rows % 3 == 1) p.ramp = (ramp){0.1f, INFINITY};
    if (rows % 3 == 2) p.ramp = (ramp){0, 0.5f};
    naive_gemm(rows, columns, depth, p.input, p.input_stride, p.weights, p.bias, p.ramp, b->exact);
    size_t count = matrix_count(rows, columns, p.output_stride);
    float *fused = floats_unset(b->fused, count);
    multiply(fused_set(), &p, b->packed, fused);
    bool good = true;
    for (size_t i = 0; kernel_set_at(i); i++) {
        float *found = floats_unset(b->found, count);
        test_note("%s: %zu x %zu x %zu, gap %zu", kernel_set_at(i)->name, rows, depth, columns, gap);
        multiply(kernel_set_at(i), &p, b->packed, found);
        good &= kernel_check(kernel_set_at(i), rows, columns, p.output_stride, found, fused, b->exact,
                             1e-6 * (double)(depth + 2));
    }
    return good;
}

static void multiplies_at_every_size(void) {
    static const size_t depths[] = {0, 1, 2, 3, 7, 16};
    buffers b = make_buffers();
    test_random random = test_random_start(1);
    for (size_t rows = 0; rows <= MAX_ROWS; rows++)
        for (size_t columns = 1; columns <= MAX_COLUMNS; columns++)
            for (size_t i = 0; i < sizeof depths / sizeof *depths; i++)
                if (!compare(&b, rows, columns, depths[i], columns % MAX_GAP, &random)) return;
}

static void multiplies_at_every_depth(void) {
    buffers b = make_buffers();
    test_random random = test_random_start(2);
    for (size_t depth = 0; depth <= 40; depth++)
        if (!compare(&b, 15, 33, depth, depth % 3, &random)) return;
    for (size_t rows = 1; rows <= MAX_ROWS; rows += 7)
        if (!compare(&b, rows, MAX_COLUMNS, MAX_DEPTH, MAX_GAP, &random)) return;
}

/* Rows that overlap and lie in pieces give the bits that copies of them give, and nothing else is read. */
static void multiplies_segments(void) {
    enum { ROWS = 23, DEPTH = 5, STEP = 7, COLUMNS = 19, REACH = (ROWS - 1) * STEP };
    static const gemm_segment pieces[] = {{30, 2 * DEPTH}, {0, 0}, {11, 5 * DEPTH}, {12, DEPTH}};
    enum { PIECES = sizeof pieces / sizeof *pieces, WIDTH = 32 };
    test_random random = test_random_start(4);
    float *input = test_guarded_floats(REACH + 30 + DEPTH), gathered[ROWS][PIECES * DEPTH];
    float bias[COLUMNS], *weights = test_guarded_floats(6 * DEPTH * WIDTH), chosen[PIECES * DEPTH * WIDTH];
    test_random_floats(&random, input, REACH + 30 + DEPTH);
    test_random_floats(&random, bias, COLUMNS);
    for (size_t i = 0; kernel_set_at(i); i++) {
        const kernels *set = kernel_set_at(i);
        const size_t width = set->gemm_columns, columns = COLUMNS < width ? COLUMNS : width;
        float found[ROWS][COLUMNS] = {{0}}, expected[ROWS][COLUMNS] = {{0}};
        gemm_segment segments[PIECES];
        test_random_floats(&random, weights, 6 * DEPTH * WIDTH);
        for (size_t s = 0; s < PIECES; s++) {
            segments[s] = (gemm_segment){pieces[s].input, pieces[s].weights * width};
            memcpy(chosen + s * DEPTH * width, weights + segments[s].weights, DEPTH * width * sizeof *chosen);
            for (size_t m = 0; m < ROWS; m++)
                memcpy(gathered[m] + s * DEPTH, input + m * STEP + pieces[s].input, DEPTH * sizeof *input);
        }
        gemm_panel p = {.rows = ROWS,
                        .columns = columns,
                        .depth = DEPTH,
                        .input = input,
                        .input_stride = STEP,
                        .weights = weights,
                        .bias = bias,
                        .output = found[0],
                        .output_stride = COLUMNS,
                        .ramp = {0.1f, INFINITY},
                        .segments = segments,
                        .segment_count = PIECES};
        set->gemm(&p);
        p.depth = PIECES * DEPTH, p.input = gathered[0], p.input_stride = PIECES * DEPTH, p.weights = chosen;
        p.output = expected[0], p.segments = NULL;
        set->gemm(&p);
        test_note("%s", set->name);
        CHECK(memcmp(found, expected, sizeof found) == 0);
    }
}

static void lets_nan_and_infinity_through(void) {
    static const float weights[] = {1, 1}, bias[] = {0};
    const float input[] = {NAN, 1, INFINITY, 1, -INFINITY, 1, 1, 2};
    buffers b = make_buffers();
    problem p = {4, 1, 2, 2, 1, input, weights, bias, {0.1f, 6}};
    for (size_t i = 0; kernel_set_at(i); i++) {
        float found[4];
        multiply(kernel_set_at(i), &p, b.packed, found);
        CHECK(isnan(found[0]) && found[1] == 6 && found[2] == -INFINITY && found[3] == 3);
    }
}

static void packs_any_strides(void) {
    enum { COLUMNS = 5, DEPTH = 3 };
    float weights[DEPTH * COLUMNS];
    for (int i = 0; i < DEPTH * COLUMNS; i++) weights[i] = (float)i;
    for (size_t i = 0; kernel_set_at(i); i++) {
        const kernels *set = kernel_set_at(i);
        size_t width = set->gemm_columns, count = gemm_packed_count(set, DEPTH, COLUMNS);
        float *packed = test_guarded_floats(count);
        gemm_pack(set, DEPTH, COLUMNS, weights, 1, COLUMNS, packed); /* weights [depth][columns] */
        CHECK_INT((long long)count, (long long)((COLUMNS + width - 1) / width * width * DEPTH));
        for (size_t k = 0; k < DEPTH; k++)
            for (size_t n = 0; n < (COLUMNS + width - 1) / width * width; n++) {
                float expected = n < COLUMNS ? weights[k * COLUMNS + n] : 0;
                CHECK(packed[n / width * width * DEPTH + k * width + n % width] == expected);
            }
    }
}

static void selects_a_set(void) {
    const kernels *best = kernels_select(NULL);
    CHECK(best && kernels_supported(best));
    const kernels *portable = kernels_select("portable");
    CHECK(portable && strcmp(portable->name, "portable") == 0);
    CHECK(kernels_select("no such set") == NULL);
    size_t count = 0;
    while (kernels_at(count)) count++;
    CHECK(kernels_at(count - 1) == portable);
    for (size_t i = 0; i < count; i++) {
        const kernels *set = kernels_at(i);
        CHECK(kernels_select(set->name) == (kernels_supported(set) ? set : NULL));
    }
}

static void knows_the_ramps(void) {
    ramp r;
    CHECK(ramp_of(ACTIVATION_LINEAR, &r) && r.slope == 1 && r.ceiling == INFINITY);
    CHECK(ramp_of(ACTIVATION_LEAKY, &r) && r.slope == 0.1f);
    CHECK(ramp_of(ACTIVATION_RELU6, &r) && r.slope == 0 && r.ceiling == 6);
    CHECK(!ramp_of(ACTIVATION_LOGISTIC, &r) && r.slope == 1 && r.ceiling == INFINITY);
}

int main(void) {
    static const test_case cases[] = {
        TEST(multiplies_at_every_size), TEST(multiplies_at_every_depth),
        TEST(multiplies_segments),      TEST(lets_nan_and_infinity_through),
        TEST(packs_any_strides),        TEST(selects_a_set),
        TEST(knows_the_ramps),
    };
    return kernel_tests_run(cases, sizeof cases / sizeof *cases);
}
