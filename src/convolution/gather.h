/* im2col for a channels-last map: the windows of some outputs as rows of a matrix. */
#ifndef CONVOLUTION_GATHER_H
#define CONVOLUTION_GATHER_H

#include "convolution/convolution.h"

/* For `count` outputs from number `first` (counted along the rows of the output), copies the window of each into
 * rows [count][stride]: [size][size][channels / groups], zeros outside the map. `group` chooses the channels. */
void gather_windows(const convolution_geometry *g, const tensor *input, int output_width, int group, size_t first,
                    size_t count, float *rows, size_t stride);

#endif
