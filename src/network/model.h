/* A network with its weights, as loaded: never changed afterwards, shared by any number of contexts. */
#ifndef NETWORK_MODEL_H
#define NETWORK_MODEL_H

#include "network/layer.h"
#include "network/names.h"
#include "network/net.h"

#include <stdatomic.h>

struct yolo_model {
    cfg cfg;
    net_params net;
    const kernels *kernels;
    compute_options compute; /* while it is loaded: its texts are the caller's */
    layer *layers;           /* [layer_count] */
    int layer_count;
    class_names class_names; /* of class_count */
    int class_count;
    bool has_heads, has_weights;
    atomic_int contexts; /* that use it: counted by builds for debugging, which do not let it be freed under them */
    head_info head;      /* of the last head: what it asks of suppression */
    yolo_resize resize;  /* what YOLO_RESIZE_AUTO means */
    size_t parameter_count, weight_bytes;
    uint64_t max_memory; /* bytes that the weights and a context may take */
};

/* The network's input for a picture of this size; the channels are the cfg's. */
shape model_input_shape(const struct yolo_model *model, int width, int height);

/* Asks every layer for its shape, in order, from an input of this shape: `plans` [layer_count] receives the answers.
 * The layers need not be prepared. */
yolo_status model_shapes(const struct yolo_model *model, shape input, int threads, layer_plan *plans,
                         yolo_error *error);

#endif
