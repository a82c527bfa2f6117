#include "convolution/gather.h"

#include <string.h>

/* memcpy, for short runs (9 numbers at the first layer) in words of 8 numbers, the last of which may overlap the one
 * before: a call would cost more than the copy. */
static inline void copy(float *to, const float *from, size_t count) {
    enum { WORD = 8, LONG = 64 };
    if (count >= LONG) {
        memcpy(to, from, count * sizeof *to);
        return;
    }
    if (count < WORD) {
        for (size_t i = 0; i < count; i++) to[i] = from[i];
        return;
    }
    for (size_t i = 0; i + WORD <= count; i += WORD) memcpy(to + i, from + i, WORD * sizeof *to);
    memcpy(to + count - WORD, from + count - WORD, WORD * sizeof *to);
}

typedef struct gathering {
    const convolution_geometry *g;
    const tensor *input;
    size_t first_channel, channels; /* of the group */
} gathering;

/* One row of a window's taps, of map row y, which exists. */
static void gather_tap_row(const gathering *w, int y, int x, float *to) {
    const convolution_geometry *g = w->g;
    const float *from = w->input->data + (size_t)y * (size_t)w->input->width * w->input->stride + w->first_channel;
    size_t taps = (size_t)g->size, channels = w->channels, stride = w->input->stride;
    bool inside = x >= 0 && x + (g->size - 1) * g->dilation < w->input->width;
    if (inside && g->dilation == 1 && stride == channels) {
        copy(to, from + (size_t)x * stride, taps * channels);
        return;
    }
    for (size_t t = 0; t < taps; t++, x += g->dilation, to += channels) {
        if (x >= 0 && x < w->input->width)
            copy(to, from + (size_t)x * stride, channels);
        else
            memset(to, 0, channels * sizeof *to);
    }
}

static void gather_window(const gathering *w, int output_y, int output_x, float *to) {
    const convolution_geometry *g = w->g;
    int y = output_y * g->stride_y - g->padding, x = output_x * g->stride_x - g->padding;
    size_t count = (size_t)g->size * w->channels;
    for (int t = 0; t < g->size; t++, y += g->dilation, to += count) {
        if (y >= 0 && y < w->input->height)
            gather_tap_row(w, y, x, to);
        else
            memset(to, 0, count * sizeof *to);
    }
}

void gather_windows(const convolution_geometry *g, const tensor *input, int output_width, int group, size_t first,
                    size_t count, float *rows, size_t stride) {
    size_t channels = (size_t)(g->channels / g->groups);
    gathering w = {g, input, (size_t)group * channels, channels};
    int y = (int)(first / (size_t)output_width), x = (int)(first % (size_t)output_width);
    for (size_t i = 0; i < count; i++) {
        gather_window(&w, y, x, rows + i * stride);
        if (++x == output_width) x = 0, y++;
    }
}
