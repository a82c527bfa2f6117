/* What an algorithm is: one row of the table in convolution.c, where the first that applies and pays is taken. The choice
 * depends on the geometry, on the map's size at the network's own input size and on the options, never on a measurement:
 * weights are packed once for one algorithm, which then serves every input size. */
#ifndef CONVOLUTION_ALGORITHM_H
#define CONVOLUTION_ALGORITHM_H

#include "convolution/convolution.h"

typedef struct convolution_job {
    const convolution *convolution;
    const tensor *input, *output;
    float *scratch;
    team *team;
    const kernels *kernels;
    ramp ramp;        /* applied to each sum */
    activation after; /* then this, pixel by pixel or on whatever part of its channels; or linear */
} convolution_job;

typedef struct convolution_algorithm {
    const char *name;
    bool (*applies)(const convolution_geometry *g);                             /* whether it can be used */
    bool (*pays)(const convolution_geometry *g, shape output, bool low_memory); /* and should be; NULL: always */
    size_t (*packed_count)(const convolution_geometry *g, const kernels *set);
    size_t (*pack_parts)(const convolution_geometry *g, const kernels *set); /* pieces that threads can share out */
    void (*pack)(const convolution_geometry *g, const kernels *set, const float *weights, float *packed, size_t begin,
                 size_t end); /* the pieces [begin, end) */
    size_t (*scratch_count)(const convolution_geometry *g, shape output, int threads, const kernels *set);
    void (*run)(const convolution_job *job);
    bool (*goes_by_rows)(const convolution_geometry *g); /* whether run_rows can be used; NULL: it cannot */
    bool whole_input;                                    /* which must be no ring then */
    void (*run_rows)(const convolution_job *job, int begin, int end); /* of the output, by one thread; a row of input or
                                                                         output is where tensor_row says */
} convolution_algorithm;

extern const convolution_algorithm convolution_depthwise;
extern const convolution_algorithm convolution_gemm_1x1;
extern const convolution_algorithm convolution_winograd;
extern const convolution_algorithm convolution_direct;
extern const convolution_algorithm convolution_gemm_im2col;

/* Rows (of pixels or of maps) that are worth a thread, where each takes so many floating-point operations. */
static inline size_t convolution_grain(double flops_per_row) {
    return 1 + (size_t)(500e3 / flops_per_row); /* 5 to 10 microseconds: waking a thread takes two or so */
}

#endif
