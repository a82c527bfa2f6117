/* Which algorithm is the faster for a convolution: each that applies, at the geometries of real layers.
 *
 *     bench_convolution [SET [THREADS]]     the best set of this CPU, one thread
 *
 * Figures are the least of several runs: of the time that the core was ours with one thread, of the time that went by
 * with more. The static model in src/convolution/winograd.c was calibrated with them.
 */
#define _POSIX_C_SOURCE 200809L

#include "base/memory.h"
#include "convolution/convolution.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS_LEAST = 7, RUNS_MOST = 60 };
static const double ENOUGH_SECONDS = 0.12;

typedef struct layer_case {
    int side, channels, filters, size, stride;
} layer_case;

static const layer_case cases[] = {
    {416, 3, 16, 3, 1},    {416, 3, 32, 3, 2},    {208, 16, 32, 3, 1},  {208, 32, 64, 3, 1},   {208, 32, 64, 3, 2},
    {320, 3, 8, 3, 2},     {416, 3, 32, 3, 1},    {208, 64, 128, 3, 2}, {104, 128, 256, 3, 2}, {104, 64, 64, 3, 2},
    {52, 256, 512, 3, 2},  {26, 512, 1024, 3, 2}, {104, 16, 16, 3, 1},  {104, 32, 32, 3, 1},   {104, 32, 64, 3, 1},
    {104, 64, 64, 3, 1},   {104, 64, 128, 3, 1},  {52, 8, 8, 3, 1},     {52, 16, 16, 3, 1},    {52, 32, 32, 3, 1},
    {52, 64, 64, 3, 1},    {52, 64, 128, 3, 1},   {52, 128, 128, 3, 1}, {52, 128, 256, 3, 1},  {26, 32, 32, 3, 1},
    {26, 64, 64, 3, 1},    {26, 128, 128, 3, 1},  {26, 128, 256, 3, 1}, {26, 256, 256, 3, 1},  {26, 384, 256, 3, 1},
    {26, 256, 512, 3, 1},  {13, 32, 32, 3, 1},    {13, 64, 64, 3, 1},   {13, 128, 128, 3, 1},  {13, 256, 512, 3, 1},
    {13, 512, 512, 3, 1},  {13, 512, 1024, 3, 1}, {7, 128, 128, 3, 1},  {7, 512, 512, 3, 1},   {10, 256, 256, 3, 1},
    {19, 256, 512, 3, 1},  {76, 128, 128, 3, 1},  {4, 256, 256, 3, 1},  {6, 256, 256, 3, 1},   {8, 256, 256, 3, 1},
    {13, 1024, 256, 1, 1}, {26, 256, 255, 1, 1},  {104, 256, 64, 1, 1}, {104, 64, 64, 1, 1},   {52, 128, 255, 1, 1},
    {52, 256, 128, 1, 1},  {160, 8, 8, 1, 1},     {160, 4, 24, 1, 1},   {40, 96, 16, 1, 1},    {40, 16, 96, 1, 1},
};

typedef struct timing {
    const convolution *convolution;
    const tensor *input, *output;
    float *scratch;
    const kernels *set;
    double seconds;
} timing;

static double seconds_now(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void measure(void *argument, team *t) {
    timing *m = argument;
    clockid_t id = team_threads(t) == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
    double sum = 0;
    m->seconds = 1e9;
    for (int i = 0; i < RUNS_LEAST || (i < RUNS_MOST && sum < ENOUGH_SECONDS); i++) {
        double begin = seconds_now(id);
        convolution_run(m->convolution, m->input, m->output, m->scratch, t, m->set);
        double seconds = seconds_now(id) - begin;
        sum += seconds;
        if (seconds < m->seconds) m->seconds = seconds;
    }
}

static float *random_floats(size_t count) {
    float *values = memory_allocate(count, sizeof *values);
    if (!values) exit(1);
    uint32_t state = 1;
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525 + 1013904223;
        values[i] = (float)(state >> 8) / (float)(1 << 23) - 1;
    }
    return values;
}

static tensor make_tensor(shape s) {
    size_t stride = (size_t)s.channels;
    if (stride % 1024 == 0) stride += 16;
    return (tensor){random_floats(shape_pixels(s) * stride), s.channels, s.height, s.width, stride, 0};
}

typedef struct preparation {
    const convolution_geometry *geometry;
    const float *weights, *bias;
    shape input;
    const compute_options *options;
    const kernels *set;
    convolution *convolution;
} preparation;

static void prepare(void *argument, team *t) {
    const preparation *p = argument;
    if (!convolution_prepare(p->geometry, ACTIVATION_LEAKY, p->weights, p->bias, p->input, p->options, t, p->set,
                             p->convolution))
        exit(1);
}

/* Seconds, or 0 where the algorithm does not apply; `*flops` of the plain sum. */
static double time_algorithm(const layer_case *l, const char *algorithm, const kernels *set, int threads,
                             double *flops) {
    convolution_geometry g = {l->channels, l->filters, 1, l->size, l->stride, l->stride, 1, l->size / 2};
    const compute_options options = {.algorithm = algorithm};
    shape input_shape = {l->channels, l->side, l->side}, output_shape;
    size_t count;
    convolution c;
    layer_plan plan;
    convolution_output(&g, input_shape, &output_shape);
    convolution_weight_count(&g, &count);
    tensor input = make_tensor(input_shape), output = make_tensor(output_shape);
    float *weights = random_floats(count), *bias = random_floats((size_t)g.filters);
    preparation work = {&g, weights, bias, input_shape, &options, set, &c};
    team_run(1, prepare, &work);
    convolution_plan(&g, &c, input_shape, &(shape_args){.threads = threads, .kernels = set}, &plan);
    float *scratch = random_floats(plan.scratch_count);
    timing m = {&c, &input, &output, scratch, set, 0};
    if (strcmp(plan.algorithm, algorithm) == 0) team_run(threads, measure, &m);
    *flops = plan.flops;
    convolution_release(&c);
    memory_free(input.data);
    memory_free(output.data);
    memory_free(weights);
    memory_free(bias);
    memory_free(scratch);
    return m.seconds;
}

static void bench_case(const layer_case *l, const kernels *set, int threads) {
    const char *name;
    printf("%3dx%-3d %4d -> %-4d %dx%d/%d", l->side, l->side, l->channels, l->filters, l->size, l->size, l->stride);
    for (size_t i = 0; (name = convolution_algorithm_name(i)); i++) {
        double flops, seconds = time_algorithm(l, name, set, threads, &flops);
        if (seconds > 0) printf("   %s %8.3f ms %6.1f GFLOP/s", name, 1e3 * seconds, 1e-9 * flops / seconds);
    }
    printf("\n");
    fflush(stdout);
}

int main(int argc, char **argv) {
    const kernels *set = kernels_select(argc > 1 ? argv[1] : NULL);
    int threads = argc > 2 ? atoi(argv[2]) : 1;
    if (!set) return fprintf(stderr, "bench_convolution: %s cannot run here\n", argv[1]), 2;
    printf("%s, %d thread%s\n", set->name, threads, threads == 1 ? "" : "s");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) bench_case(&cases[i], set, threads);
    return 0;
}
