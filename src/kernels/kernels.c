#include "kernels/kernels.h"

#include "kernels/cpu.h"
#include "kernels/sets.h"

#include <math.h>
#include <string.h>

static const kernels *const sets[] = {
#if defined(__x86_64__)
    &kernels_avx512,
    &kernels_avx2,
#elif defined(__aarch64__)
    &kernels_neon,
#endif
    &kernels_portable,
};

const kernels *kernels_at(size_t index) {
    return index < sizeof sets / sizeof *sets ? sets[index] : NULL;
}

static bool runs_with(const kernels *set, unsigned features) {
    return (set->needs & ~features) == 0;
}

bool kernels_supported(const kernels *set) {
    return runs_with(set, cpu_features());
}

const kernels *kernels_select(const char *name) {
    const kernels *set;
    for (size_t i = 0; (set = kernels_at(i)); i++)
        if ((!name || strcmp(name, set->name) == 0) && kernels_supported(set)) return set;
    return NULL;
}

bool ramp_of(activation kind, ramp *r) {
    *r = (ramp){.slope = 1, .ceiling = INFINITY};
    switch (kind) {
    case ACTIVATION_LINEAR:
        return true;
    case ACTIVATION_RELU:
        r->slope = 0;
        return true;
    case ACTIVATION_LEAKY:
        r->slope = 0.1f;
        return true;
    case ACTIVATION_RELU6:
        *r = (ramp){.slope = 0, .ceiling = 6};
        return true;
    case ACTIVATION_RELIE:
        r->slope = 0.01f;
        return true;
    default:
        return false;
    }
}

size_t gemm_packed_count(const kernels *set, size_t depth, size_t columns) {
    size_t panels = (columns + set->gemm_columns - 1) / set->gemm_columns;
    return panels * depth * set->gemm_columns;
}

void gemm_pack(const kernels *set, size_t depth, size_t columns, const float *weights, size_t column_stride,
               size_t depth_stride, float *packed) {
    size_t width = set->gemm_columns;
    memset(packed, 0, gemm_packed_count(set, depth, columns) * sizeof *packed);
    for (size_t n = 0; n < columns; n++) {
        float *column = packed + n / width * depth * width + n % width;
        for (size_t k = 0; k < depth; k++) column[k * width] = weights[n * column_stride + k * depth_stride];
    }
}
