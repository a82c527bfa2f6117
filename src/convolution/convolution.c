#include "convolution/convolution.h"

#include "base/memory.h"
#include "base/team.h"
#include "convolution/algorithm.h"

#include <limits.h>
#include <string.h>

enum { PACKING_GRAIN = 16 << 10 }; /* packed numbers that are worth a thread */

static const convolution_algorithm *const algorithms[] = {
    &convolution_depthwise, &convolution_gemm_1x1,    &convolution_winograd,
    &convolution_direct,    &convolution_gemm_im2col, /* suits all */
};

const char *convolution_algorithm_name(size_t index) {
    return index < sizeof algorithms / sizeof *algorithms ? algorithms[index]->name : NULL;
}

static bool is_wanted(const convolution_algorithm *a, const compute_options *options) {
    return options->algorithm && strcmp(a->name, options->algorithm) == 0;
}

static const convolution_algorithm *choose(const convolution_geometry *g, shape input, const compute_options *options) {
    const size_t count = sizeof algorithms / sizeof *algorithms;
    shape output;
    convolution_output(g, input, &output);
    for (size_t i = 0; i < count; i++)
        if (is_wanted(algorithms[i], options) && algorithms[i]->applies(g)) return algorithms[i];
    for (size_t i = 0; i < count; i++) {
        const convolution_algorithm *a = algorithms[i];
        if (a->applies(g) && (!a->pays || a->pays(g, output, options->low_memory))) return a;
    }
    return &convolution_gemm_im2col;
}

static bool output_side(int input, int stride, const convolution_geometry *g, int *output) {
    long long window = (long long)g->dilation * (g->size - 1) + 1;
    long long room = input + 2LL * g->padding - window;
    *output = room / stride < INT_MAX ? (int)(room / stride) + 1 : 0;
    return room >= 0 && *output > 0;
}

bool convolution_output(const convolution_geometry *g, shape input, shape *output) {
    output->channels = g->filters;
    return output_side(input.height, g->stride_y, g, &output->height) &&
           output_side(input.width, g->stride_x, g, &output->width);
}

bool convolution_weight_count(const convolution_geometry *g, size_t *count) {
    /* So far from the end that neither 16 rows of a depth for each of 1024 threads nor what is packed, four times as much
     * and rounded up to whole panels, overflow. */
    const size_t most = SIZE_MAX >> 10, most_depth = SIZE_MAX >> 16;
    size_t depth = (size_t)(g->channels / g->groups), taps;
    return size_multiply((size_t)g->size, (size_t)g->size, &taps) && size_multiply(depth, taps, &depth) &&
           depth < most_depth && size_multiply(depth, (size_t)g->filters, count) && *count < most;
}

size_t convolution_loading_count(const convolution_geometry *g) {
    size_t count;
    if (!convolution_weight_count(g, &count)) return SIZE_MAX;
    return size_sum(count, 4 * (size_t)g->filters); /* biases, scales, means and variances */
}

typedef struct packing {
    const convolution *convolution;
    const kernels *kernels;
    const float *weights;
} packing;

static void pack_parts(void *argument, size_t begin, size_t end, int thread) {
    const packing *p = argument;
    const convolution *c = p->convolution;
    (void)thread;
    c->algorithm->pack(&c->geometry, p->kernels, p->weights, c->weights, begin, end);
}

bool convolution_prepare(const convolution_geometry *g, activation kind, const float *weights, const float *bias,
                         shape input, const compute_options *options, team *t, const kernels *set, convolution *c) {
    *c = (convolution){.geometry = *g, .activation = kind, .algorithm = choose(g, input, options)};
    size_t count = c->algorithm->packed_count(g, set), filters = (size_t)g->filters;
    c->weights = memory_allocate(count, sizeof *c->weights);
    c->bias = memory_allocate(filters, sizeof *c->bias);
    if (!c->weights || !c->bias) {
        convolution_release(c);
        return false;
    }
    size_t parts = c->algorithm->pack_parts(g, set);
    team_for(t, parts, 1 + parts * PACKING_GRAIN / (count + 1), pack_parts, &(packing){c, set, weights});
    memcpy(c->bias, bias, filters * sizeof *bias);
    c->packed_bytes = (count + filters) * sizeof *c->weights;
    return true;
}

static size_t kept_count(const convolution_geometry *g, const convolution_algorithm *algorithm, const kernels *set) {
    size_t count;
    if (!convolution_weight_count(g, &count)) return SIZE_MAX;
    return size_sum(algorithm->packed_count(g, set), (size_t)g->filters);
}

static bool of_whole_pixels(const convolution *c) {
    return c->activation >= ACTIVATION_NORMALIZE_CHANNELS;
}

static layer_rows rows_of(const convolution_geometry *g, const convolution *c) {
    const convolution_algorithm *a = c->algorithm;
    if (!a || !a->goes_by_rows || !a->goes_by_rows(g) || g->dilation > 1 || of_whole_pixels(c)) return (layer_rows){0};
    return (layer_rows){.size = g->size,
                        .stride = g->stride_y,
                        .before = g->padding,
                        .scratch_count = (size_t)g->channels,
                        .whole_input = a->whole_input};
}

void convolution_plan(const convolution_geometry *g, const convolution *c, shape input, const shape_args *args,
                      layer_plan *plan) {
    const compute_options usual = {0}, *options = args->options ? args->options : &usual;
    const convolution_algorithm *algorithm = c->algorithm ? c->algorithm : choose(g, input, options);
    const int depth = g->channels / g->groups;
    shape output = {0};
    convolution_output(g, input, &output);
    *plan = (layer_plan){
        .output = output,
        .placement = PLACE_NEW,
        .scratch_count = algorithm->scratch_count(g, output, args->threads, args->kernels),
        .weight_count = kept_count(g, algorithm, args->kernels),
        .loading_count = convolution_loading_count(g),
        .flops = 2.0 * (double)shape_count(output) * depth * g->size * g->size,
        .algorithm = algorithm->name,
        .rows = rows_of(g, c),
    };
}

static void activate_pixels(void *argument, size_t begin, size_t end, int thread) {
    const convolution_job *job = argument;
    const tensor *output = job->output;
    (void)thread;
    job->kernels->activate(job->convolution->activation, end - begin, (size_t)output->channels,
                           output->data + begin * output->stride, output->stride);
}

static convolution_job job_of(const convolution *c, const tensor *input, const tensor *output, float *scratch,
                              const kernels *set) {
    convolution_job job = {
        .convolution = c,
        .input = input,
        .output = output,
        .scratch = scratch,
        .kernels = set,
        .after = ACTIVATION_LINEAR,
    };
    if (!ramp_of(c->activation, &job.ramp) && !of_whole_pixels(c)) job.after = c->activation;
    return job;
}

void convolution_run_rows(const convolution *c, const tensor *input, const tensor *output, float *scratch,
                          const kernels *set, int begin, int end) {
    convolution_job job = job_of(c, input, output, scratch, set);
    c->algorithm->run_rows(&job, begin, end);
}

void convolution_run(const convolution *c, const tensor *input, const tensor *output, float *scratch, team *t,
                     const kernels *set) {
    convolution_job job = job_of(c, input, output, scratch, set);
    job.team = t;
    c->algorithm->run(&job);
    if (of_whole_pixels(c))
        team_for(t, tensor_pixels(output), convolution_grain(50.0 * output->channels), activate_pixels, &job);
}

void convolution_release(convolution *c) {
    memory_free(c->weights);
    memory_free(c->bias);
    c->weights = c->bias = NULL;
}
