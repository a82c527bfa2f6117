/* A plan with its arena: what one thread needs to run a model. */
#ifndef NETWORK_CONTEXT_H
#define NETWORK_CONTEXT_H

#include "network/plan.h"

typedef struct context {
    const struct yolo_model *model;
    plan plan;
    float *arena;
    tensor *values;        /* [layer_count + 1], as in plan.values */
    tensor *operands;      /* the inputs of all layers, one layer after another */
    size_t *first_operand; /* [layer_count] */
    int threads;
} context;

/* YOLO_BAD_ARGUMENT where sides or threads are out of their ranges. */
yolo_status context_check_options(const yolo_context_options *options, yolo_error *error);

/* Plans and allocates; `out` is zeroed after an error. `more_bytes` are counted as memory of the context's that the
 * caller allocates. */
yolo_status context_create(const struct yolo_model *model, int width, int height, int threads, bool keep,
                           size_t more_bytes, context *out, yolo_error *error);

/* Runs every layer on what lies in the input's tensor, with a team of at most context.threads. `seconds` [layer_count]
 * receives the time of each; NULL: nobody asks. */
void context_run(const context *c, team *t, double *seconds);

/* A layer's output, or with LAYER_IMAGE the network's input. */
const tensor *context_value(const context *c, int layer_index);

void context_free(context *c);

#endif
