/* What the tests of the kernels share: the sets to try, memory that guards its end, and the two comparisons, with
 * double by tolerance and with the fused oracle by bits. */
#ifndef KERNEL_SETS_H
#define KERNEL_SETS_H

#include "kernels/kernels.h"
#include "test.h"

/* The sets that this CPU can run, the fused oracle last: NULL past it. Not to be called with a greater index. */
const kernels *kernel_set_at(size_t index);

/* Runs the cases twice: with memory that ends at an unmapped page, and with memory that begins behind one. */
int kernel_tests_run(const test_case *cases, size_t count);

/* Memory for at most `capacity` floats, between guards. */
typedef struct floats_buffer {
    float *end;
    float *begin; /* of other memory */
    size_t capacity;
} floats_buffer;

floats_buffer floats_buffer_make(size_t capacity);

/* `count` floats at the guard, filled with NaN, with random numbers, or with a copy. */
float *floats_unset(floats_buffer buffer, size_t count);
float *floats_random(floats_buffer buffer, size_t count, test_random *random);

/* Floats from the first element of a matrix to its last. */
size_t matrix_count(size_t rows, size_t columns, size_t stride);

/* A result [rows][stride], as `set` left it in memory that was NaN before: every element within
 * tolerance * max(1, |exact|) of `exact` [rows][columns], the gaps between the rows untouched, and, for a set that
 * fuses, the same bits as `fused` [rows][stride]. */
bool kernel_check(const kernels *set, size_t rows, size_t columns, size_t stride, const float *found,
                  const float *fused, const double *exact, double tolerance);

#endif
