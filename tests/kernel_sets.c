#include "kernel_sets.h"

#include "kernels/sets.h"

#include <math.h>
#include <string.h>

enum { MAX_SETS = 8, MAX_CASES = 16 };

static bool guards_begin; /* in the second half of a run */

/* Asked once: in a virtual machine it takes tens of microseconds to find out what the CPU can do. */
static const kernels *const *list_sets(void) {
    static const kernels *list[MAX_SETS + 1];
    if (list[0]) return list;
    size_t count = 0;
    for (size_t i = 0; kernels_at(i) && count + 1 < MAX_SETS; i++)
        if (kernels_supported(kernels_at(i))) list[count++] = kernels_at(i);
    list[count] = &kernels_fused;
    return list;
}

const kernels *kernel_set_at(size_t index) {
    return list_sets()[index];
}

static void guard_beginnings(void) {
    guards_begin = true;
}

int kernel_tests_run(const test_case *cases, size_t count) {
    test_case all[2 * MAX_CASES + 1];
    if (count > MAX_CASES) return 2;
    memcpy(all, cases, count * sizeof *cases);
    all[count] = (test_case)TEST(guard_beginnings);
    memcpy(all + count + 1, cases, count * sizeof *cases);
    return test_run(all, 2 * count + 1);
}

floats_buffer floats_buffer_make(size_t capacity) {
    return (floats_buffer){test_guarded_floats(capacity) + capacity, test_guarded_before(capacity * sizeof(float)),
                           capacity};
}

float *floats_unset(floats_buffer buffer, size_t count) {
    if (!CHECK(count <= buffer.capacity)) count = buffer.capacity;
    float *values = guards_begin ? buffer.begin : buffer.end - count;
    if (count > 0) memset(values, 0xff, count * sizeof(float));
    return values;
}

float *floats_random(floats_buffer buffer, size_t count, test_random *random) {
    float *values = floats_unset(buffer, count);
    test_random_floats(random, values, count);
    return values;
}

size_t matrix_count(size_t rows, size_t columns, size_t stride) {
    return rows > 0 ? (rows - 1) * stride + columns : 0;
}

static uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static bool near(double found, double exact, double tolerance) {
    if (isnan(exact)) return isnan(found);
    return found == exact || fabs(found - exact) <= tolerance * fmax(1, fabs(exact));
}

static bool same(float a, float b) {
    return bits_of(a) == bits_of(b) || (isnan(a) && isnan(b));
}

bool kernel_check(const kernels *set, size_t rows, size_t columns, size_t stride, const float *found,
                  const float *fused, const double *exact, double tolerance) {
    bool is_fused = strcmp(set->name, "portable") != 0;
    size_t wrong = 0, other_bits = 0, touched = 0;
    for (size_t i = 0; i < rows; i++) {
        for (size_t c = 0; c < columns; c++) {
            float x = found[i * stride + c];
            wrong += !near(x, exact[i * columns + c], tolerance);
            other_bits += is_fused && !same(x, fused[i * stride + c]);
        }
        for (size_t c = columns; c < stride && i + 1 < rows; c++)
            touched += bits_of(found[i * stride + c]) != 0xffffffffu;
    }
    CHECK_INT((long long)wrong, 0);
    CHECK_INT((long long)other_bits, 0);
    CHECK_INT((long long)touched, 0);
    return wrong + other_bits + touched == 0;
}
