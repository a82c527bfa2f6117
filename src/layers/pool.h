/* What [maxpool] and [local_avgpool] share: the window and its walk over the map. */
#ifndef LAYERS_POOL_H
#define LAYERS_POOL_H

#include "network/layer.h"
#include "network/window.h"

enum {
    POOL_SIZE_MAX = 64, /* the largest in any cfg is 13 */
    POOL_TAPS_MAX = POOL_SIZE_MAX * POOL_SIZE_MAX,
    POOL_PADDING_MAX = 2 * POOL_SIZE_MAX,
};

typedef struct pool {
    int size, stride, stride_x, stride_y; /* as in the cfg; 0: not given */
    int padding;                          /* of both sides together; -1: not given */
} pool;

/* Puts Darknet's defaults, which depend on one another, where nothing was given. */
void pool_set_defaults(pool *p);

/* The map that the window makes of `input`, `plan->output`; the window begins padding / 2 before the map. */
yolo_status pool_shape(const layer *l, const pool *p, shape input, shape *output, yolo_error *error);

window pool_window(const pool *p);

/* Each output is the greatest, or the mean (of the taps inside the map), of what its window sees. */
void pool_maximum(const run_args *args, const window *w, const tensor *input, const tensor *output);
void pool_average(const run_args *args, const window *w, const tensor *input, const tensor *output);

#endif
