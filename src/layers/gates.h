/* The filters of a head's gates by themselves (network/heads.h): what a convolution before the head has for them, and
 * what that becomes for the input of layers before it. */
#ifndef LAYERS_GATES_H
#define LAYERS_GATES_H

#include "layers/filters.h"

typedef struct gates {
    float *weights; /* [count][channels] */
    float *bias;    /* [count] */
    float *slack;   /* [count] how far rounding may make what they compute differ from what the layers would */
    size_t count, channels;
} gates;

/* Picks them out of a layer's filters, each of so many channels. The three return false when memory runs out, and leave
 * something to free in any case. */
bool gates_pick(const head_gates *which, const filters *all, size_t channels, gates *picked);

/* Multiplies them by the filters [g->channels][channels] of an inner layer, whose output they have been for. */
bool gates_reach_through(gates *g, const filters *inner, size_t channels);

/* Reaching through a layer they are rounded in another way than the layers themselves. This raises them by more than that
 * can be for inputs of usual size: a pixel too many costs little. */
void gates_raise(gates *g);

void gates_free(gates *g);

#endif
