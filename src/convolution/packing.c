#include "convolution/packing.h"

size_t packing_depth(const convolution_geometry *g) {
    return (size_t)(g->channels / g->groups) * (size_t)g->size * (size_t)g->size;
}

size_t packing_group_filters(const convolution_geometry *g) {
    return (size_t)(g->filters / g->groups);
}

size_t packing_count(const convolution_geometry *g, const kernels *set) {
    return (size_t)g->groups * gemm_packed_count(set, packing_depth(g), packing_group_filters(g));
}

static size_t panels_of_group(const convolution_geometry *g, const kernels *set) {
    return (packing_group_filters(g) + set->gemm_columns - 1) / set->gemm_columns;
}

size_t packing_panel_count(const convolution_geometry *g, const kernels *set) {
    return (size_t)g->groups * panels_of_group(g, set);
}

/* Each tap is packed by itself, because Darknet's channels stand outside the taps. */
static void pack_panel(const convolution_geometry *g, const kernels *set, const float *weights, float *packed,
                       size_t panel) {
    size_t depth = packing_depth(g), filters = packing_group_filters(g), width = set->gemm_columns;
    size_t taps = (size_t)g->size * (size_t)g->size, channels = depth / taps;
    size_t group = panel / panels_of_group(g, set), first = panel % panels_of_group(g, set) * width;
    size_t columns = filters - first < width ? filters - first : width;
    weights += (group * filters + first) * depth;
    packed += panel * depth * width;
    for (size_t t = 0; t < taps; t++, packed += channels * width)
        gemm_pack(set, channels, columns, weights + t, depth, taps, packed);
}

void packing_pack(const convolution_geometry *g, const kernels *set, const float *weights, float *packed, size_t begin,
                  size_t end) {
    for (size_t panel = begin; panel < end; panel++) pack_panel(g, set, weights, packed, panel);
}
