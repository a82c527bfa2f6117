/* A matrix of weights times a whole map: [connected], and what the recurrent layers are made of.
 *
 * The file has the weights in Darknet's planar order of the map; they are put into our channels-last order once, while
 * they are read, block by block, so that no second copy of the largest layers there are (10^8 numbers) ever exists.
 */
#ifndef LAYERS_DENSE_H
#define LAYERS_DENSE_H

#include "network/layer.h"

typedef struct dense {
    shape input; /* of the map it reads: no other fits */
    int outputs;
    float *weights; /* packed for gemm: [panels][numbers of the input][gemm_columns] */
    float *bias;    /* [outputs], batch normalization folded in */
} dense;

/* Reads biases, weights and, with batch_normalize, scales, means and variances. */
yolo_status dense_read(layer *l, const prepare_args *args, shape input, int outputs, bool batch_normalize, dense *d,
                       yolo_error *error);

/* Reads past a matrix of `input_count` columns that is only ever multiplied by zeros: what it then puts out is added
 * to `sums` [outputs], if that is not NULL. */
yolo_status dense_read_for_zeros(layer *l, const prepare_args *args, size_t input_count, int outputs,
                                 bool batch_normalize, float *sums, yolo_error *error);

/* Adds the numbers that dense_read keeps to a plan, and sees to it that it has room for what reading takes. */
void dense_count(const shape_args *args, shape input, int outputs, layer_plan *plan);

/* Floats of scratch that dense_run needs. */
size_t dense_scratch_count(shape input);

/* output [outputs] = activation(bias + weights * input) */
void dense_run(const dense *d, const run_args *args, const tensor *input, activation kind, float *scratch,
               float *output);

/* For `shape`: whether a map is the one that the weights were read for. Before that any is. */
yolo_status dense_check_input(const layer *l, const dense *d, shape input, yolo_error *error);

double dense_flops(shape input, int outputs);

/* Harmless on a zeroed one. */
void dense_free(dense *d);

/* Packs weights [columns][channels][pixels], columns <= gemm_columns, as one panel [pixels][channels][gemm_columns]. */
void dense_pack_panel(const kernels *set, size_t pixels, size_t channels, size_t columns, const float *weights,
                      float *panel);

#endif
