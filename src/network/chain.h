/* Layers that follow one another and run together, some rows at a time: what lies between them is read while it is still
 * in a near cache, and only as many rows of it are kept as the next layer's windows see, in a ring.
 *
 * A thread's share is a range of rows of the last layer's output; it computes all that this needs itself, so that at the
 * seam between two threads some rows between the layers are computed twice, and threads meet once a chain. */
#ifndef NETWORK_CHAIN_H
#define NETWORK_CHAIN_H

#include "network/layer.h"

enum { CHAIN_MOST_LAYERS = 16 };

typedef struct chain {
    int first, last; /* layers */
    int rows;        /* of the last layer's output, at a time */
    size_t offset;   /* floats into the arena, of the first thread's scratch */
    size_t own;      /* floats from one thread's scratch to the next's, rings and all */
    double flops;
} chain;

/* What a layer of a chain works on: rings are those of the first thread. */
typedef struct chain_member {
    const layer *layer;
    layer_rows rows;
    const tensor *inputs;
    tensor output;
    float *scratch;
} chain_member;

/* Runs the layers whose `count` members are given, without views. `seconds` [count] receives what each took, as the
 * calling thread saw it; NULL: nobody asks. */
void chain_run(const chain *c, const chain_member *members, int count, const kernels *set, team *t, double *seconds);

#endif
