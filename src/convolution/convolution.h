/* Convolution of a feature map with filters, a bias and an activation, by the algorithm that suits its geometry. */
#ifndef CONVOLUTION_CONVOLUTION_H
#define CONVOLUTION_CONVOLUTION_H

#include "base/team.h"
#include "kernels/kernels.h"
#include "network/layer.h"
#include "network/tensor.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct convolution_geometry {
    int channels, filters; /* of input and output: both multiples of `groups` */
    int groups;
    int size;               /* taps of a side */
    int stride_x, stride_y; /* pixels between the windows of neighbouring outputs */
    int dilation;           /* pixels between neighbouring taps */
    int padding;            /* pixels of zeros around the input */
} convolution_geometry;

struct convolution_algorithm;

typedef struct convolution {
    convolution_geometry geometry;
    activation activation;
    const struct convolution_algorithm *algorithm;
    float *weights; /* packed for the algorithm and the kernel set */
    float *bias;    /* [filters] */
    size_t packed_bytes;
} convolution;

/* The output's shape; false where no window fits into the padded input, or a side overflows. */
bool convolution_output(const convolution_geometry *geometry, shape input, shape *output);

/* Numbers of `weights` for a geometry; false where they, or what is made of them, overflow. */
bool convolution_weight_count(const convolution_geometry *geometry, size_t *count);

/* Numbers that are read from the weights file before they are packed, statistics of a batch normalisation included. */
size_t convolution_loading_count(const convolution_geometry *geometry);

/* The ways to compute a convolution, as compute_options.algorithm names them; NULL past the last. */
const char *convolution_algorithm_name(size_t index);

/* Packs `weights` [filters][channels / groups][size][size] and `bias` [filters], both left to the caller, for the
 * algorithm that suits an input of this shape, which convolution_output accepts; it serves every other shape, too. The
 * team shares the work. False when memory runs out. */
bool convolution_prepare(const convolution_geometry *geometry, activation kind, const float *weights, const float *bias,
                         shape input, const compute_options *options, team *t, const kernels *set, convolution *c);

/* Fills a plan for an input that convolution_output accepts; of `args` the inputs are not read. While `c` is not
 * prepared (zeroed) the algorithm is the one that convolution_prepare would choose for this input. */
void convolution_plan(const convolution_geometry *geometry, const convolution *c, shape input, const shape_args *args,
                      layer_plan *plan);

/* `scratch` is what convolution_plan asked for, for at least as many threads as the team has. The team does not change
 * a bit of the output. */
void convolution_run(const convolution *c, const tensor *input, const tensor *output, float *scratch, team *t,
                     const kernels *set);

/* The rows [begin, end) of the output only, where convolution_plan said that this can be (layer_plan.rows): by one
 * thread, with the scratch that it named. */
void convolution_run_rows(const convolution *c, const tensor *input, const tensor *output, float *scratch,
                          const kernels *set, int begin, int end);

/* Frees the packed weights; harmless on a zeroed structure. */
void convolution_release(convolution *c);

#endif
