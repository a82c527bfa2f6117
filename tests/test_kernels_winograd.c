/* The transforms of Winograd's F(4x4, 3x3), tile by tile: against the definition, and the sets with one another. */
#include "kernel_sets.h"
#include "naive.h"

#include <math.h>

enum { MAX_CHANNELS = 70, MAX_GAP = 5, OUTPUTS = WINOGRAD_TILE * WINOGRAD_TILE };

/* Sums of at most 36 products of numbers below 1 with coefficients below 8. */
static const double tolerance = 4e-6;

typedef struct buffers {
    floats_buffer pixels[WINOGRAD_POSITIONS], sums, bias, found, fused;
    double *exact;
    test_random random;
} buffers;

static buffers make_buffers(void) {
    const size_t most = WINOGRAD_POSITIONS * (MAX_CHANNELS + MAX_GAP);
    buffers b = {.sums = floats_buffer_make(most), .bias = floats_buffer_make(MAX_CHANNELS)};
    for (int i = 0; i < WINOGRAD_POSITIONS; i++) b.pixels[i] = floats_buffer_make(MAX_CHANNELS);
    b.found = floats_buffer_make(most);
    b.fused = floats_buffer_make(most);
    b.exact = test_guarded(WINOGRAD_POSITIONS * MAX_CHANNELS * sizeof(double));
    b.random = test_random_start(5);
    return b;
}

static const kernels *fused_set(void) {
    const kernels *set = NULL;
    for (size_t i = 0; kernel_set_at(i); i++) set = kernel_set_at(i);
    return set;
}

static bool compare_input(buffers *b, size_t channels, size_t gap) {
    const float *pixels[WINOGRAD_POSITIONS];
    double line[WINOGRAD_POSITIONS], values[WINOGRAD_POSITIONS];
    size_t stride = channels + gap, count = matrix_count(WINOGRAD_POSITIONS, channels, stride);
    for (int i = 0; i < WINOGRAD_POSITIONS; i++) pixels[i] = floats_random(b->pixels[i], channels, &b->random);
    for (size_t c = 0; c < channels; c++) {
        for (int i = 0; i < WINOGRAD_POSITIONS; i++) line[i] = pixels[i][c];
        naive_winograd_input(line, values);
        for (size_t i = 0; i < WINOGRAD_POSITIONS; i++) b->exact[i * channels + c] = values[i];
    }
    float *fused = floats_unset(b->fused, count);
    fused_set()->winograd_input(&(winograd_input){channels, pixels, fused, stride});
    bool good = true;
    for (size_t i = 0; kernel_set_at(i); i++) {
        float *found = floats_unset(b->found, count);
        test_note("%s: input of %zu channels, gap %zu", kernel_set_at(i)->name, channels, gap);
        kernel_set_at(i)->winograd_input(&(winograd_input){channels, pixels, found, stride});
        good &= kernel_check(kernel_set_at(i), WINOGRAD_POSITIONS, channels, stride, found, fused, b->exact, tolerance);
    }
    return good;
}

static void exact_output(buffers *b, const winograd_output *tile) {
    double line[WINOGRAD_POSITIONS], values[OUTPUTS];
    for (size_t c = 0; c < tile->columns; c++) {
        for (size_t i = 0; i < WINOGRAD_POSITIONS; i++) line[i] = tile->sums[i * tile->position_stride + c];
        naive_winograd_output(line, values);
        for (size_t y = 0; y < tile->height; y++)
            for (size_t x = 0; x < tile->width; x++)
                b->exact[(y * tile->width + x) * tile->columns + c] =
                    naive_ramp(tile->ramp, values[y * WINOGRAD_TILE + x] + tile->bias[c]);
    }
}

/* A part of height x width of the tile, in a map of its own width. */
static bool compare_output(buffers *b, size_t columns, size_t gap, size_t height, size_t width) {
    size_t stride = columns + gap, count = matrix_count(height * width, columns, stride);
    winograd_output tile = {
        .columns = columns,
        .sums = floats_random(b->sums, matrix_count(WINOGRAD_POSITIONS, columns, stride), &b->random),
        .position_stride = stride,
        .bias = floats_random(b->bias, columns, &b->random),
        .ramp = {0.1f, columns % 2 ? 0.5f : INFINITY},
        .output = floats_unset(b->fused, count),
        .row_stride = width * stride,
        .pixel_stride = stride,
        .height = height,
        .width = width,
    };
    exact_output(b, &tile);
    const float *fused = tile.output;
    fused_set()->winograd_output(&tile);
    bool good = true;
    for (size_t i = 0; kernel_set_at(i); i++) {
        tile.output = floats_unset(b->found, count);
        test_note("%s: output of %zu columns, gap %zu, %zux%zu", kernel_set_at(i)->name, columns, gap, width, height);
        kernel_set_at(i)->winograd_output(&tile);
        good &=
            kernel_check(kernel_set_at(i), height * width, columns, stride, tile.output, fused, b->exact, tolerance);
    }
    return good;
}

static void transforms_pixels(void) {
    buffers b = make_buffers();
    for (size_t channels = 1; channels <= MAX_CHANNELS; channels++)
        for (size_t gap = 0; gap <= MAX_GAP; gap += MAX_GAP)
            if (!compare_input(&b, channels, gap)) return;
}

static void transforms_sums(void) {
    buffers b = make_buffers();
    for (size_t columns = 1; columns <= MAX_CHANNELS; columns++)
        for (size_t part = 0; part < OUTPUTS; part++)
            if (!compare_output(&b, columns, part % MAX_GAP, 1 + part / WINOGRAD_TILE, 1 + part % WINOGRAD_TILE))
                return;
}

int main(void) {
    static const test_case cases[] = {TEST(transforms_pixels), TEST(transforms_sums)};
    return kernel_tests_run(cases, sizeof cases / sizeof *cases);
}
