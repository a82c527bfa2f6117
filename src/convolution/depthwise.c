/* One filter for each channel: no sum over channels, so the kernels work on the map as it lies, a row of outputs at a
 * time: one made for windows of 3 and 5 pixels, the other for all that are rarer. */
#include "base/team.h"
#include "convolution/algorithm.h"
#include "network/window.h"

#include <string.h>

enum { SIZE_MAX_TAPS = 11, TAPS_MAX = SIZE_MAX_TAPS * SIZE_MAX_TAPS }; /* lists of taps live on the stack */
enum { COMMON_SIZE = 5 };

static bool applies(const convolution_geometry *g) {
    return g->groups == g->channels && g->filters == g->channels && g->size <= SIZE_MAX_TAPS;
}

static size_t taps_of(const convolution_geometry *g) {
    return (size_t)g->size * (size_t)g->size;
}

static size_t packed_count(const convolution_geometry *g, const kernels *set) {
    (void)set;
    return taps_of(g) * (size_t)g->channels;
}

static size_t pack_parts(const convolution_geometry *g, const kernels *set) {
    (void)set;
    return taps_of(g);
}

/* [channels][taps] to [taps][channels] */
static void pack(const convolution_geometry *g, const kernels *set, const float *weights, float *packed, size_t begin,
                 size_t end) {
    size_t taps = taps_of(g), channels = (size_t)g->channels;
    (void)set;
    for (size_t t = begin; t < end; t++)
        for (size_t c = 0; c < channels; c++) packed[t * channels + c] = weights[c * taps + t];
}

static size_t scratch_count(const convolution_geometry *g, shape output, int threads, const kernels *set) {
    (void)output, (void)threads, (void)set;
    return (size_t)g->channels; /* a pixel of zeros */
}

static bool is_common(const convolution_geometry *g) {
    return (g->size == 3 || g->size == 5) && g->stride_x <= 2 && g->dilation == 1 && g->padding < g->size;
}

static void convolve_common_row(const convolution_job *job, int y) {
    const convolution *c = job->convolution;
    const convolution_geometry *g = &c->geometry;
    const tensor *input = job->input;
    const float *rows[COMMON_SIZE];
    size_t taps = (size_t)g->size * (size_t)g->channels;
    window_taps seen = window_taps_seen(y, g->size, g->stride_y, 1, g->padding, input->height);
    int top = y * g->stride_y - g->padding;
    for (int t = seen.begin; t < seen.end; t++) rows[t - seen.begin] = tensor_row(input, top + t);
    job->kernels->depthwise_row(&(depthwise_row){
        .pixels = (size_t)job->output->width,
        .channels = (size_t)g->channels,
        .size = (size_t)g->size,
        .stride = (size_t)g->stride_x,
        .rows = rows,
        .row_count = (size_t)(seen.end - seen.begin),
        .width = (size_t)input->width,
        .pixel_stride = input->stride,
        .before = (size_t)g->padding,
        .zeros = job->scratch,
        .weights = c->weights + (size_t)seen.begin * taps,
        .bias = c->bias,
        .ramp = job->ramp,
        .output = tensor_row(job->output, y),
        .output_stride = job->output->stride,
    });
}

static void convolve_row(const convolution_job *job, const window *w, int y) {
    const convolution *c = job->convolution;
    ptrdiff_t offsets[TAPS_MAX];
    uint16_t tap_of[TAPS_MAX];
    window_row row = window_row_start(w, job->input, job->output, y, offsets, tap_of);
    while (window_row_next(&row))
        job->kernels->depthwise(&row.run, c->weights, (size_t)c->geometry.channels, tap_of, c->bias, job->ramp);
}

static void convolve_rows(void *argument, size_t begin, size_t end, int thread) {
    const convolution_job *job = *(const convolution_job **)argument;
    const convolution_geometry *g = &job->convolution->geometry;
    const tensor *output = job->output;
    window w = {g->size, g->size, g->stride_y, g->stride_x, g->dilation, g->padding, g->padding};
    (void)thread;
    for (size_t y = begin; y < end; y++) {
        if (is_common(g))
            convolve_common_row(job, (int)y);
        else
            convolve_row(job, &w, (int)y);
        if (job->after != ACTIVATION_LINEAR)
            job->kernels->activate(job->after, (size_t)output->width, (size_t)output->channels,
                                   tensor_row(output, (int)y), output->stride);
    }
}

static void run_rows(const convolution_job *job, int begin, int end) {
    memset(job->scratch, 0, (size_t)job->output->channels * sizeof *job->scratch);
    convolve_rows(&job, (size_t)begin, (size_t)end, 0);
}

static void run(const convolution_job *job) {
    const tensor *output = job->output;
    memset(job->scratch, 0, (size_t)output->channels * sizeof *job->scratch);
    double flops = 2.0 * output->width * output->channels * (double)taps_of(&job->convolution->geometry);
    team_for(job->team, (size_t)output->height, convolution_grain(flops), convolve_rows, &job);
}

const convolution_algorithm convolution_depthwise = {
    .name = "depthwise",
    .applies = applies,
    .packed_count = packed_count,
    .pack_parts = pack_parts,
    .pack = pack,
    .scratch_count = scratch_count,
    .run = run,
    .goes_by_rows = is_common,
    .run_rows = run_rows,
};
