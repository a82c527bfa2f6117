/* Feature maps: channels-last, with a free stride from pixel to pixel.
 *
 * A pixel's channels lie side by side, so 1x1 convolution is a matrix product with no copy, k x k convolution gathers
 * whole runs, and pooling and depthwise convolution vectorise over channels. The stride lets a map be some channels of
 * a wider one: a slice, or a part of a concatenation. Nothing between a pixel's channels and the next pixel may be
 * read or written: it may belong to a neighbour.
 */
#ifndef NETWORK_TENSOR_H
#define NETWORK_TENSOR_H

#include <stddef.h>

typedef struct shape {
    int channels, height, width;
} shape;

typedef struct tensor {
    float *data; /* [height][width][stride], of which `channels` are its own */
    int channels, height, width;
    size_t stride; /* floats from one pixel to the next, at least `channels` */
    int ring;      /* rows that there is memory for, where only the last few are kept; 0: all are */
} tensor;

static inline size_t shape_pixels(shape s) {
    return (size_t)s.height * (size_t)s.width;
}

/* Numbers in it, padding not counted. */
static inline size_t shape_count(shape s) {
    return shape_pixels(s) * (size_t)s.channels;
}

static inline shape tensor_shape(const tensor *t) {
    return (shape){t->channels, t->height, t->width};
}

static inline size_t tensor_pixels(const tensor *t) {
    return (size_t)t->height * (size_t)t->width;
}

/* Floats from pixel to pixel where a map may choose: whole vectors if there are channels to fill them, and off the
 * multiples of 4 KiB, at which the rows of a matrix would fight for the same cache lines. */
static inline size_t shape_stride(shape s) {
    size_t channels = (size_t)s.channels;
    if (channels < 8 || shape_pixels(s) == 1) return channels;
    size_t stride = (channels + 7) / 8 * 8;
    return stride % 1024 == 0 ? stride + 16 : stride;
}

/* A map with nothing between its pixels. */
static inline tensor tensor_packed(float *data, shape s) {
    return (tensor){data, s.channels, s.height, s.width, (size_t)s.channels, 0};
}

static inline float *tensor_at(const tensor *t, int y, int x) {
    return t->data + ((size_t)y * (size_t)t->width + (size_t)x) * t->stride;
}

/* The beginning of row y, of a ring, too: whoever may get one reaches its rows by this alone. */
static inline float *tensor_row(const tensor *t, int y) {
    return tensor_at(t, t->ring ? y % t->ring : y, 0);
}

/* How many of `rows` from y on lie in one piece. */
static inline int tensor_rows_together(const tensor *t, int y, int rows) {
    return t->ring && rows > t->ring - y % t->ring ? t->ring - y % t->ring : rows;
}

/* Copies `input` into `output`, of the same shape. Nothing to do where they are the same memory. */
void tensor_copy(const tensor *input, const tensor *output);

/* Darknet's flat order [channels][height][width], out of and into a tensor. */
void tensor_to_planar(const tensor *input, float *planar);
void tensor_from_planar(const float *planar, const tensor *output);

/* The flat order [height][width][channels], which Darknet has for some layers. */
void tensor_to_cells(const tensor *input, float *cells);

#endif
