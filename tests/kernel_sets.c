#include "kernel_sets.h"

#include "kernels/sets.h"

#include <math.h>
#include <string.h>

enum { MAX_SETS = 8 };

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

floats_buffer floats_buffer_make(size_t capacity) {
    return (floats_buffer){test_guarded_floats(capacity) + capacity, capacity};
}

float *floats_unset(floats_buffer buffer, size_t count) {
    if (!CHECK(count <= buffer.capacity)) count = buffer.capacity;
    if (count > 0) memset(buffer.end - count, 0xff, count * sizeof(float));
    return buffer.end - count;
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
