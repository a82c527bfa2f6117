/* The numbers of a convolution as the weights file holds them, with batch normalisation folded in. */
#ifndef LAYERS_FILTERS_H
#define LAYERS_FILTERS_H

#include "convolution/convolution.h"
#include "network/layer.h"

typedef struct filters {
    float *weights; /* [filters][channels / groups][size][size] */
    float *bias;    /* [filters] */
} filters;

typedef struct filters_format {
    int batch_normalize;
    int flipped; /* weights lie with the filters last */
} filters_format;

/* Reads the next numbers of layer `l`: biases, then, with batch normalisation, scales, means and variances, then
 * weights. Under dontloadscales the statistics are those that Darknet begins training with: 1, 0 and 0. On failure
 * `f` holds what was read so far. */
yolo_status filters_read(const layer *l, weight_reader *weights, const convolution_geometry *geometry,
                         filters_format format, filters *f, yolo_error *error);

void filters_free(filters *f);

#endif
