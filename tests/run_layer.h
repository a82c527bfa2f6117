/* Runs one layer with a team of its own, as a context does. */
#ifndef RUN_LAYER_H
#define RUN_LAYER_H

#include "network/layer.h"

/* `args.team` is filled in. */
void run_layer(const layer *l, run_args args, int threads);

#endif
