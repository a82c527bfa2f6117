/* Sliding windows over a map, cut into runs of outputs that see the same taps.
 *
 * Where a window reaches over the map's edge some of its taps are missing. A row of outputs is therefore cut into the
 * pixels at the left edge, one long run, and the pixels at the right edge; a kernel then works on each without asking.
 */
#ifndef NETWORK_WINDOW_H
#define NETWORK_WINDOW_H

#include "kernels/kernels.h"
#include "network/tensor.h"

#include <stdbool.h>

typedef struct window {
    int size_y, size_x; /* taps */
    int stride_y, stride_x;
    int dilation;  /* pixels from one tap to the next */
    int top, left; /* pixels by which the first output's window begins before the map */
} window;

/* The taps [begin, end) that an output sees along one axis of the map; none where begin == end. */
typedef struct window_taps {
    int begin, end;
} window_taps;

window_taps window_taps_seen(int output, int size, int stride, int dilation, int before, int input);

/* Walks the runs of one row of outputs:
 *
 *     window_row row = window_row_start(&w, &input, &output, y, offsets, NULL);
 *     while (window_row_next(&row)) kernels->maximum(&row.run);
 */
typedef struct window_row {
    const window *window;
    const tensor *input, *output;
    int y, x;           /* the output that the next run begins with */
    ptrdiff_t *offsets; /* [size_y * size_x] the caller's */
    uint16_t
        *tap_of;    /* [size_y * size_x] the caller's, or NULL: for each tap of the run, which of the window's it is */
    window_run run; /* of all channels of `output` */
} window_row;

window_row window_row_start(const window *w, const tensor *input, const tensor *output, int y, ptrdiff_t *offsets,
                            uint16_t *tap_of);

/* Fills `run` with the next run of the row; false after the last. A run may have no taps at all. */
bool window_row_next(window_row *row);

#endif
