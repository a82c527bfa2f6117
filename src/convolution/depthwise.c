/* One filter for each channel: no sum over channels, so the window kernel works on the map as it lies. */
#include "base/team.h"
#include "convolution/algorithm.h"
#include "network/window.h"

enum { SIZE_MAX_TAPS = 11, TAPS_MAX = SIZE_MAX_TAPS * SIZE_MAX_TAPS }; /* lists of taps live on the stack */

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

/* [channels][taps] to [taps][channels] */
static void pack(const convolution_geometry *g, const kernels *set, const float *weights, float *packed) {
    size_t taps = taps_of(g), channels = (size_t)g->channels;
    (void)set;
    for (size_t t = 0; t < taps; t++)
        for (size_t c = 0; c < channels; c++) packed[t * channels + c] = weights[c * taps + t];
}

static size_t scratch_count(const convolution_geometry *g, shape output, int threads, const kernels *set) {
    (void)g, (void)output, (void)threads, (void)set;
    return 0;
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
        convolve_row(job, &w, (int)y);
        if (job->after != ACTIVATION_LINEAR)
            job->kernels->activate(job->after, (size_t)output->width, (size_t)output->channels,
                                   tensor_at(output, (int)y, 0), output->stride);
    }
}

static void run(const convolution_job *job) {
    const tensor *output = job->output;
    double flops = 2.0 * output->width * output->channels * (double)taps_of(&job->convolution->geometry);
    team_for(job->team, (size_t)output->height, convolution_grain(flops), convolve_rows, &job);
}

const convolution_algorithm convolution_depthwise = {
    .name = "depthwise",
    .applies = applies,
    .packed_count = packed_count,
    .pack = pack,
    .scratch_count = scratch_count,
    .run = run,
};
