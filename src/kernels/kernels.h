/* The contract of every inner loop. A kernel knows no layer, no network and no thread.
 *
 * Matrices are [rows][columns] of float with a free stride (floats from one row to the next, at least `columns`, or 0
 * for a single row that serves every row). A pixel of a feature map is a row, its channels are the columns. A kernel
 * reads and writes exactly the elements named: nothing beyond `columns`, nothing between the rows. Pointers need no
 * alignment beyond float's. Unless a comment allows it, an output must not overlap an input, except to be the same.
 *
 * All sets but `portable` give the same bits: sums are one chain of fused multiply-adds in the order the comment says.
 */
#ifndef KERNELS_KERNELS_H
#define KERNELS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Darknet's activations; f(x) is in docs/layers.md. The first four are piecewise linear and cost nothing where a
 * kernel takes a `struct ramp`. */
typedef enum activation {
    ACTIVATION_LINEAR,
    ACTIVATION_RELU,
    ACTIVATION_LEAKY,
    ACTIVATION_RELU6,
    ACTIVATION_RELIE,
    ACTIVATION_RAMP,
    ACTIVATION_LOGISTIC,
    ACTIVATION_LOGGY,
    ACTIVATION_TANH,
    ACTIVATION_SWISH,
    ACTIVATION_MISH,
    ACTIVATION_HARD_MISH,
    ACTIVATION_ELU,
    ACTIVATION_SELU,
    ACTIVATION_GELU,
    ACTIVATION_PLSE,
    ACTIVATION_HARDTAN,
    ACTIVATION_LHTAN,
    ACTIVATION_STAIR,
    ACTIVATION_NORMALIZE_CHANNELS,                /* over a whole row */
    ACTIVATION_NORMALIZE_CHANNELS_SOFTMAX,        /* over a whole row */
    ACTIVATION_NORMALIZE_CHANNELS_SOFTMAX_MAXVAL, /* over a whole row */
    ACTIVATION_COUNT,
} activation;

/* What a kernel can do to a sum at no cost: y = x > 0 ? x : slope * x, then at most `ceiling`. */
typedef struct ramp {
    float slope;   /* 1 linear, 0 ReLU, 0.1 leaky */
    float ceiling; /* INFINITY, or 6 for ReLU6 */
} ramp;

/* Whether an activation is a ramp, and which; *r is the linear ramp where it is not. */
bool ramp_of(activation kind, ramp *r);

/* A row of input need not lie in one piece: the sum runs over segments in order, each of gemm_panel.depth numbers. So a
 * window of a map is multiplied as it lies. Floats from gemm_panel.input and gemm_panel.weights on. */
typedef struct gemm_segment {
    ptrdiff_t input;
    size_t weights;
} gemm_segment;

/* output[m][n] = ramp(bias[n] + sum over segments, and k in each, ascending, of input[m][k] * weights[k][n]) for one
 * panel of columns. */
typedef struct gemm_panel {
    size_t rows, columns, depth; /* columns <= kernels.gemm_columns; rows and depth any, rows may be 0 */
    const float *input;          /* [rows][input_stride] */
    size_t input_stride;
    const float *weights; /* [depth][gemm_columns], zeros beyond `columns` */
    const float *bias;    /* [columns] */
    float *output;        /* [rows][output_stride] */
    size_t output_stride;
    ramp ramp;
    const float *next; /* weights as long as these that are wanted soon: fetched to a cache meanwhile; NULL: none */
    const gemm_segment *segments; /* NULL: one, from the beginning of input and weights */
    size_t segment_count;
} gemm_panel;

/* A run of output pixels that see the same taps of a window (none of them outside the map):
 * for each pixel p and channel c, over taps t ascending, with x[t] = input[p * input_step + offsets[t] + c]. */
typedef struct window_run {
    size_t pixels, channels;
    const float *input;       /* of the first pixel, where offsets count from */
    size_t input_step;        /* floats from one output pixel's window to the next's */
    const ptrdiff_t *offsets; /* [taps] */
    size_t taps;
    float *output; /* [pixels][output_stride] */
    size_t output_stride;
} window_run;

/* A row of outputs of a depthwise convolution: with rows[y] the map's rows that the window sees and x0 = p * stride -
 * before, output[p][c] = ramp(bias[c] + sum over y, and x of `size`, ascending, of rows[y][x0 + x][c] * weights[y][x][c]),
 * where pixels beside the map are zeros. */
typedef struct depthwise_row {
    size_t pixels, channels;    /* of the output */
    size_t size, stride;        /* 3 or 5 taps of a side; 1 or 2 pixels between neighbouring outputs */
    const float *const *rows;   /* [row_count] first pixels of the map's rows */
    size_t row_count;           /* 0 to `size` */
    size_t width, pixel_stride; /* of a row: pixels, and floats from one to the next */
    size_t before;              /* pixels by which the first output's window begins before the row: less than `size` */
    const float *zeros;         /* [channels] */
    const float *weights;       /* [row_count][size][channels] */
    const float *bias;          /* [channels] */
    ramp ramp;
    float *output; /* [pixels][output_stride] */
    size_t output_stride;
} depthwise_row;

/* Winograd's minimal filtering F(4x4, 3x3) (Lavin & Gray, arXiv 1509.09308): a tile of 4x4 outputs of a 3x3 window of
 * stride 1 needs 36 products for each pair of channels instead of 144. The 6x6 pixels that the tile sees, and the
 * weights, are transformed to values at 6x6 positions, multiplied there, and summed over channels by one matrix product
 * for each position; a transform of the sums gives the outputs.
 *
 * The points of the underlying interpolation are 0, +-sqrt(1/2), +-sqrt(2) and infinity: with them the error is that of
 * the plain sum, where the usual 0, +-1, +-2 are three times as far off (Barabasz et al., arXiv 1803.10986, tell why). */
enum { WINOGRAD_TILE = 4, WINOGRAD_SIDE = 6, WINOGRAD_POSITIONS = 36 };
#define WINOGRAD_POINT_A 0.70710678118654752440
#define WINOGRAD_POINT_B 1.41421356237309504880

/* One tile: output = B^T pixels B, channel by channel, first down the columns, then along the rows. With a, b the points,
 * a line of six x is transformed to
 *   x4 - 5/2 x2 + x0,  e + a o, e - a o (e = x4 - 2 x2, o = x3 - 2 x1),
 *   f + b p, f - b p (f = x4 - 1/2 x2, p = x3 - 1/2 x1),  x5 - 5/2 x3 + x1
 * where each multiplication is fused with the addition of what stands before it. */
typedef struct winograd_input {
    size_t channels;
    const float *const *pixels; /* [36] row by row, each [channels]; those outside the map point to zeros */
    float *output;              /* [36][position_stride], `channels` of each */
    size_t position_stride;
} winograd_input;

/* One tile: output = ramp(bias + A^T sums A), first down the columns, then along the rows. A line of six m, with
 * p = m1 + m2, q = m1 - m2, r = m3 + m4, s = m3 - m4, is transformed to
 *   (m0 + p) + r,  a q + (b s),  a^2 p + (b^2 r),  a^3 q + (b^3 s + m5)
 * where each multiplication outside brackets is fused with the addition. Only the part of the tile that lies in the map
 * is written. */
typedef struct winograd_output {
    size_t columns;    /* output channels */
    const float *sums; /* [36][position_stride], `columns` of each */
    size_t position_stride;
    const float *bias; /* [columns] */
    ramp ramp;
    float *output;        /* the tile's first pixel */
    size_t row_stride;    /* floats from one row of the map to the next */
    size_t pixel_stride;  /* floats from one pixel to the next */
    size_t height, width; /* of the part in the map: 1 to 4 */
} winograd_output;

/* One tap of a horizontal bilinear resize: (1 - weight) * row[left] + weight * row[right], whole pixels. */
typedef struct resize_tap {
    uint32_t left, right; /* pixel indices: of the last tap, `right` is a pixel of the row, too */
    float weight;
} resize_tap;

/* A row of the resized picture, between two of its rows of bytes, 0..255 to 0..1: each is resized by the taps, then
 * output = fma(lower_weight, lower, upper_weight * upper). */
typedef struct resize_between {
    size_t width; /* of the output, and how many taps there are */
    int channels; /* of bytes and floats */
    const uint8_t *upper, *lower;
    float upper_weight, lower_weight;
    const resize_tap *taps;
    float *output; /* [width][channels] */
} resize_between;

typedef struct kernels {
    const char *name;
    unsigned needs;      /* CPU features, a set of enum cpu_feature */
    size_t gemm_rows;    /* rows of the register tile: blocks of rows are best a multiple */
    size_t gemm_columns; /* columns of a packed panel */

    void (*gemm)(const gemm_panel *panel);

    /* output = ramp(bias[c] + sum of x[t] * weights[t][c]): depthwise convolution. weights [t][weight_stride], where
     * `weights_of[t]` is the row of tap t (a border run lacks some taps). */
    void (*depthwise)(const window_run *run, const float *weights, size_t weight_stride, const uint16_t *weights_of,
                      const float *bias, ramp ramp);

    /* The same for the windows that networks have, and about twice as fast. */
    void (*depthwise_row)(const depthwise_row *row);

    void (*winograd_input)(const winograd_input *tile);
    void (*winograd_output)(const winograd_output *tile);

    /* output = max of x[t], from taps[0] on, comparing x > best: NaN never wins unless it comes first. */
    void (*maximum)(const window_run *run);

    /* output = scale * sum of x[t] */
    void (*average)(const window_run *run, float scale);

    /* data = activation(data), in place; the NORMALIZE kinds work on whole rows. */
    void (*activate)(activation kind, size_t rows, size_t columns, float *data, size_t stride);

    /* output = a + b and a * b; output may be a or b. */
    void (*add)(size_t rows, size_t columns, const float *a, size_t a_stride, const float *b, size_t b_stride,
                float *output, size_t output_stride);
    void (*multiply)(size_t rows, size_t columns, const float *a, size_t a_stride, const float *b, size_t b_stride,
                     float *output, size_t output_stride);

    /* output = fma(input, scale[column], shift[column]); output may be input. */
    void (*affine)(size_t rows, size_t columns, const float *input, size_t input_stride, const float *scale,
                   const float *shift, float *output, size_t output_stride);

    /* sums[column] += the column's elements, rows ascending. */
    void (*sum_rows)(size_t rows, size_t columns, const float *input, size_t input_stride, float *sums);

    void (*resize_row)(const resize_between *rows);

    /* For measuring what a core can do at most. Both write a number to `sink` that means nothing. */

    /* `steps` multiply-adds in each of a dozen independent vectors: the floating-point operations that this took. */
    double (*multiply_adds)(size_t steps, float *sink);

    /* Reads `input` [count], whole vectors of it. */
    void (*read_memory)(size_t count, const float *input, float *sink);
} kernels;

/* The sets compiled in, best first; NULL past the last. */
const kernels *kernels_at(size_t index);

/* Whether this CPU can run it. */
bool kernels_supported(const kernels *set);

/* The first set that this CPU can run, or, where `name` is not NULL, the set of that name if this CPU can run it;
 * NULL otherwise. */
const kernels *kernels_select(const char *name);

/* Floats of `weights` packed for gemm: panels of [depth][gemm_columns], zeros beyond `columns`. */
size_t gemm_packed_count(const kernels *set, size_t depth, size_t columns);

/* Packs weights[n][k] (n of `columns`, k of `depth`, both with free strides) for gemm into `packed`. */
void gemm_pack(const kernels *set, size_t depth, size_t columns, const float *weights, size_t column_stride,
               size_t depth_stride, float *packed);

#endif
