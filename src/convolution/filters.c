#include "convolution/filters.h"

size_t filters_depth(const convolution_geometry *g) {
    return (size_t)(g->channels / g->groups) * (size_t)g->size * (size_t)g->size;
}

size_t filters_of_group(const convolution_geometry *g) {
    return (size_t)(g->filters / g->groups);
}

size_t filters_packed_count(const convolution_geometry *g, const kernels *set) {
    return (size_t)g->groups * gemm_packed_count(set, filters_depth(g), filters_of_group(g));
}

/* Each tap of each panel is packed by itself, because Darknet's channels stand outside the taps. */
static void pack_group(const convolution_geometry *g, const kernels *set, const float *weights, float *packed) {
    size_t depth = filters_depth(g), filters = filters_of_group(g), width = set->gemm_columns;
    size_t taps = (size_t)g->size * (size_t)g->size, channels = depth / taps;
    for (size_t n = 0; n < filters; n += width) {
        size_t columns = filters - n < width ? filters - n : width;
        for (size_t t = 0; t < taps; t++, packed += channels * width)
            gemm_pack(set, channels, columns, weights + n * depth + t, depth, taps, packed);
    }
}

void filters_pack(const convolution_geometry *g, const kernels *set, const float *weights, float *packed) {
    size_t depth = filters_depth(g), filters = filters_of_group(g);
    for (int group = 0; group < g->groups; group++) {
        pack_group(g, set, weights, packed);
        weights += filters * depth;
        packed += gemm_packed_count(set, depth, filters);
    }
}
