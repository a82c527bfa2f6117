/* Filters as a matrix product reads them: [group][panel][size][size][channels][gemm_columns], what every algorithm uses
 * that sums over a window's taps in this order. */
#ifndef CONVOLUTION_PACKING_H
#define CONVOLUTION_PACKING_H

#include "convolution/convolution.h"

/* Numbers that one output sums: size * size * channels of a group. */
size_t packing_depth(const convolution_geometry *g);

/* Outputs of a group. */
size_t packing_group_filters(const convolution_geometry *g);

size_t packing_count(const convolution_geometry *g, const kernels *set);

/* Panels of all groups. */
size_t packing_panel_count(const convolution_geometry *g, const kernels *set);

/* Packs the panels [begin, end) from Darknet's [filters][channels][size][size]; `packed` is that of all. */
void packing_pack(const convolution_geometry *g, const kernels *set, const float *weights, float *packed, size_t begin,
                  size_t end);

#endif
