/* How a network runs for one input size: where every value lies in one arena, and for how long.
 *
 * A value is what a layer puts out. Values that are the same numbers share memory (views), a value may be written over
 * the one it replaces (in place), and the parts of a concatenation are written side by side from the start.
 */
#ifndef NETWORK_PLAN_H
#define NETWORK_PLAN_H

#include "network/chain.h"
#include "network/model.h"

typedef struct plan_value {
    shape shape;
    size_t offset; /* floats into the arena, of the first pixel's first channel */
    size_t stride; /* floats from one pixel to the next */
    int ring;      /* rows that there is memory for; 0: all */
} plan_value;

typedef struct plan {
    int layer_count;
    layer_plan *layers; /* [layer_count] */
    plan_value *values; /* [layer_count + 1]: the network's input, then the layers' outputs */
    size_t *scratch;    /* [layer_count] offsets */
    chain *chains;      /* [chain_count] in order: the layers that run together */
    int chain_count;
    size_t arena_count; /* floats, */
    size_t *alive;      /* [layer_count] and how many are in use while this layer runs */
    double flops;
} plan;

/* `keep`: every value lives to the end. YOLO_BAD_MODEL where the layers do not fit the input; YOLO_NO_MEMORY. */
yolo_status plan_build(const struct yolo_model *model, int width, int height, int threads, bool keep, plan *out,
                       yolo_error *error);

void plan_free(plan *p);

#endif
