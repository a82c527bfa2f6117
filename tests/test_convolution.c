/* Every algorithm against the textbook, with every kernel set and number of threads, over random geometries. */
#include "convolution/convolution.h"
#include "kernel_sets.h"
#include "naive.h"

#include <math.h>
#include <string.h>

enum { CASES = 250, MAX_GAP = 5 };

/* One convolution and what it works on. */
typedef struct problem {
    convolution_geometry geometry;
    activation activation;
    shape input, output;
    const float *planar, *weights, *bias;
    double *exact; /* [output] planar, activated */
} problem;

static int pick(test_random *random, int low, int high) {
    return test_random_int(random, low, high);
}

static convolution_geometry random_geometry(test_random *random, int number) {
    int groups = number % 4 == 1 ? pick(random, 2, 4) : 1;
    convolution_geometry g = {
        .channels = groups * pick(random, 1, 12),
        .filters = groups * pick(random, 1, number % 5 == 0 ? 70 : 20),
        .groups = groups,
        .size = pick(random, 1, 5),
        .stride_x = pick(random, 1, 3),
        .stride_y = pick(random, 1, 3),
        .dilation = number % 3 == 0 ? pick(random, 1, 3) : 1,
        .padding = pick(random, 0, 4),
    };
    if (number % 4 == 2) g.groups = g.filters = g.channels = pick(random, 1, 40); /* depthwise */
    if (number % 4 == 3) {                                                        /* the map as it lies */
        g.size = g.stride_x = g.stride_y = g.dilation = 1;
        g.padding = 0;
    }
    return g;
}

static void activate_exactly(problem *p) {
    size_t pixels = shape_pixels(p->output), channels = (size_t)p->output.channels;
    float *row = test_guarded_floats(channels);
    double *activated = test_guarded(channels * sizeof *activated);
    for (size_t i = 0; i < pixels; i++) {
        for (size_t c = 0; c < channels; c++) row[c] = (float)p->exact[c * pixels + i];
        naive_activate_row(p->activation, channels, row, activated);
        for (size_t c = 0; c < channels; c++) p->exact[c * pixels + i] = activated[c];
    }
}

static float *random_floats(test_random *random, size_t count) {
    float *values = test_guarded_floats(count);
    test_random_floats(random, values, count);
    return values;
}

/* False where the window does not fit. */
static bool make_problem(test_random *random, convolution_geometry g, activation kind, int height, int width,
                         problem *p) {
    size_t weight_count;
    *p = (problem){.geometry = g, .activation = kind, .input = {g.channels, height, width}};
    if (!convolution_output(&g, p->input, &p->output)) return false;
    CHECK(convolution_weight_count(&g, &weight_count));
    p->planar = random_floats(random, shape_count(p->input));
    p->weights = random_floats(random, weight_count);
    p->bias = random_floats(random, (size_t)g.filters);
    p->exact = test_guarded(shape_count(p->output) * sizeof *p->exact);
    naive_convolution(&g, p->input, p->planar, p->weights, p->bias, 0, p->exact);
    activate_exactly(p);
    return true;
}

/* A map with gaps of NaN between its pixels, at the end of readable memory. */
static tensor make_tensor(shape s, size_t gap) {
    size_t stride = (size_t)s.channels + gap;
    float *data = test_guarded_floats(matrix_count(shape_pixels(s), (size_t)s.channels, stride));
    return (tensor){data, s.channels, s.height, s.width, stride, 0};
}

static void check_output(const problem *p, const tensor *output, const tensor *first) {
    size_t pixels = shape_pixels(p->output), wrong = 0, other_bits = 0, touched = 0;
    size_t channels = (size_t)output->channels;
    double tolerance = 1e-5 + 1e-7 * p->geometry.channels * p->geometry.size * p->geometry.size;
    for (size_t i = 0; i < pixels; i++) {
        const float *pixel = output->data + i * output->stride;
        for (size_t c = channels; c < output->stride && i + 1 < pixels; c++) touched += !isnan(pixel[c]);
        for (size_t c = 0; c < channels; c++) {
            float found = pixel[c];
            double exact = p->exact[c * pixels + i];
            wrong += !(fabs(found - exact) <= tolerance * fmax(1, fabs(exact)));
            other_bits += memcmp(&found, &first->data[i * first->stride + c], sizeof found) != 0;
        }
    }
    CHECK_INT((long long)wrong, 0);
    CHECK_INT((long long)other_bits, 0);
    CHECK_INT((long long)touched, 0);
}

typedef struct call {
    const convolution *convolution;
    const tensor *input, *output;
    float *scratch;
    const kernels *set;
} call;

typedef struct preparation {
    const problem *problem;
    const compute_options *options;
    const kernels *set;
    convolution *convolution;
    bool done;
} preparation;

static void prepare_together(void *argument, team *t) {
    preparation *p = argument;
    p->done = convolution_prepare(&p->problem->geometry, p->problem->activation, p->problem->weights, p->problem->bias,
                                  p->problem->input, p->options, t, p->set, p->convolution);
}

static bool prepare(const problem *p, const compute_options *options, int threads, const kernels *set, convolution *c) {
    preparation work = {p, options, set, c, false};
    team_run(threads, prepare_together, &work);
    return work.done;
}

static void run_call(void *argument, team *t) {
    const call *c = argument;
    convolution_run(c->convolution, c->input, c->output, c->scratch, t, c->set);
}

static void run_set(const problem *p, const kernels *set, size_t gap, const compute_options *options) {
    static const int thread_counts[] = {1, 2, 3, 8};
    convolution c;
    tensor input = make_tensor(p->input, gap), first = {0};
    tensor_from_planar(p->planar, &input);
    if (!CHECK(prepare(p, options, 3, set, &c))) return;
    for (size_t i = 0; i < sizeof thread_counts / sizeof *thread_counts; i++) {
        layer_plan plan;
        tensor output = make_tensor(p->output, gap % 3);
        convolution_plan(&p->geometry, &c, p->input, &(shape_args){.threads = thread_counts[i], .kernels = set}, &plan);
        test_note("%s, %s, %d threads: %dx%dx%d by %d of %d, groups %d, stride %dx%d, dilation %d, padding %d",
                  set->name, plan.algorithm, thread_counts[i], p->input.width, p->input.height, p->input.channels,
                  p->geometry.filters, p->geometry.size, p->geometry.groups, p->geometry.stride_x, p->geometry.stride_y,
                  p->geometry.dilation, p->geometry.padding);
        CHECK(memcmp(&plan.output, &p->output, sizeof p->output) == 0);
        float *scratch = test_guarded_floats(plan.scratch_count);
        call with_team = {&c, &input, &output, scratch, set};
        team_run(thread_counts[i], run_call, &with_team);
        if (i == 0) first = output;
        check_output(p, &output, &first);
    }
    convolution_release(&c);
}

/* Of the results, relative to their own root mean square. */
static double root_mean_square_error(const problem *p, const kernels *set, const char *algorithm, const tensor *input,
                                     const tensor *output) {
    convolution c;
    layer_plan plan;
    const compute_options options = {.algorithm = algorithm};
    double squares = 0, errors = 0;
    size_t pixels = shape_pixels(p->output), channels = (size_t)output->channels;
    if (!CHECK(prepare(p, &options, 1, set, &c))) return INFINITY;
    convolution_plan(&p->geometry, &c, p->input, &(shape_args){.threads = 1, .kernels = set}, &plan);
    call alone = {&c, input, output, test_guarded_floats(plan.scratch_count), set};
    team_run(1, run_call, &alone);
    for (size_t i = 0; i < pixels * channels; i++) {
        double exact = p->exact[i % channels * pixels + i / channels];
        squares += exact * exact;
        errors += pow(output->data[i / channels * output->stride + i % channels] - exact, 2);
    }
    convolution_release(&c);
    return sqrt(errors / squares);
}

/* By the algorithm that is chosen, and by `algorithm` where it is another. */
static void run_all(const problem *p, size_t gap, const char *algorithm) {
    const kernels *set;
    for (size_t i = 0; (set = kernels_at(i)); i++) {
        if (!kernels_supported(set)) continue;
        run_set(p, set, gap, &(compute_options){0});
        if (algorithm) run_set(p, set, gap, &(compute_options){.algorithm = algorithm});
    }
}

static void convolves_any_geometry(void) {
    test_random random = test_random_start(8);
    for (int i = 0; i < CASES; i++) {
        problem p;
        activation kind = (activation)pick(&random, 0, ACTIVATION_COUNT - 1);
        if (kind == ACTIVATION_STAIR) kind = ACTIVATION_LEAKY; /* a step makes any rounding large */
        convolution_geometry g = random_geometry(&random, i);
        if (make_problem(&random, g, kind, pick(&random, 1, 19), pick(&random, 1, 19), &p))
            run_all(&p, (size_t)pick(&random, 0, MAX_GAP), "gemm direct");
    }
}

/* More than one block of rows, more than one panel, and enough work that threads do share it. */
static void convolves_larger_maps(void) {
    static const struct {
        int height, width;
        convolution_geometry geometry;
    } cases[] = {
        {33, 40, {96, 40, 1, 3, 1, 1, 1, 1}}, {13, 13, {200, 72, 1, 3, 1, 1, 1, 1}},
        {30, 31, {96, 65, 1, 1, 1, 1, 1, 0}}, {41, 40, {130, 130, 130, 3, 2, 2, 1, 1}},
        {40, 37, {3, 24, 1, 3, 2, 2, 1, 1}},  {15, 17, {64, 64, 4, 3, 1, 1, 2, 2}},
        {9, 9, {1024, 33, 1, 1, 1, 1, 1, 0}}, /* rows 4 KiB apart are gathered */
    };
    test_random random = test_random_start(9);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        problem p;
        if (CHECK(make_problem(&random, cases[i].geometry, i % 2 ? ACTIVATION_SWISH : ACTIVATION_LEAKY, cases[i].height,
                               cases[i].width, &p)))
            run_all(&p, 0, "gemm direct");
    }
}

/* Winograd at maps smaller than a tile and ragged ones, channels that fill no vector, several panels and blocks. */
static void convolves_by_winograd(void) {
    static const struct {
        int height, width, channels, filters, padding;
    } cases[] = {
        {1, 1, 3, 5, 1},    {2, 5, 1, 1, 1},     {3, 3, 7, 9, 0},     {4, 4, 8, 16, 1},
        {5, 4, 17, 33, 2},  {13, 13, 40, 70, 1}, {13, 13, 96, 32, 1}, {7, 21, 5, 255, 1},
        {30, 29, 24, 8, 1}, {53, 50, 70, 20, 1}, {6, 9, 130, 48, 3},
    };
    test_random random = test_random_start(10);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        problem p;
        convolution_geometry g = {cases[i].channels, cases[i].filters, 1, 3, 1, 1, 1, cases[i].padding};
        activation kind = i % 3 == 0 ? ACTIVATION_LEAKY : i % 3 == 1 ? ACTIVATION_MISH : ACTIVATION_NORMALIZE_CHANNELS;
        if (CHECK(make_problem(&random, g, kind, cases[i].height, cases[i].width, &p)))
            run_all(&p, i % (MAX_GAP + 1), "winograd");
    }
}

/* The bound stated in docs/convolution.md, at as many channels as real layers have. */
static void winograd_is_as_exact_as_the_plain_sum(void) {
    test_random random = test_random_start(11);
    problem p;
    convolution_geometry g = {1024, 16, 1, 3, 1, 1, 1, 1};
    if (!CHECK(make_problem(&random, g, ACTIVATION_LINEAR, 13, 13, &p))) return;
    const kernels *set = kernels_select(NULL);
    const char *const algorithms[] = {"gemm im2col", "winograd"};
    double error[2];
    for (int i = 0; i < 2; i++) {
        tensor input = make_tensor(p.input, 0), output = make_tensor(p.output, 0);
        tensor_from_planar(p.planar, &input);
        error[i] = root_mean_square_error(&p, set, algorithms[i], &input, &output);
    }
    test_note("plain sum %g, winograd %g of the results' magnitude", error[0], error[1]);
    CHECK(error[0] < 3e-6 && error[1] < 3e-6);
}

static const char *algorithm_at(int side, convolution_geometry g) {
    layer_plan plan;
    convolution_plan(&g, &(convolution){0}, (shape){g.channels, side, side},
                     &(shape_args){.threads = 1, .kernels = kernels_select(NULL)}, &plan);
    return plan.algorithm;
}

static const char *algorithm_of(convolution_geometry g) {
    return algorithm_at(20, g);
}

static void chooses_by_geometry(void) {
    const convolution_geometry plain = {64, 64, 1, 3, 1, 1, 1, 1};
    CHECK_STRING(algorithm_of(plain), "winograd");
    CHECK_STRING(algorithm_at(13, plain), "winograd");
    CHECK_STRING(algorithm_at(7, plain), "gemm im2col"); /* four tiles, most of the fourth outside the map */
    CHECK_STRING(algorithm_of((convolution_geometry){3, 64, 1, 3, 1, 1, 1, 1}), "gemm direct");
    CHECK_STRING(algorithm_of((convolution_geometry){64, 64, 1, 3, 1, 1, 2, 2}), "gemm direct");
    CHECK_STRING(algorithm_at(40, (convolution_geometry){64, 64, 1, 3, 2, 2, 1, 1}), "gemm direct");
    CHECK_STRING(algorithm_at(40, (convolution_geometry){64, 128, 1, 3, 2, 2, 1, 1}), "gemm im2col");
    CHECK_STRING(algorithm_of((convolution_geometry){8, 8, 8, 3, 1, 1, 1, 1}), "depthwise");
    CHECK_STRING(algorithm_of((convolution_geometry){8, 9, 1, 1, 1, 1, 1, 0}), "gemm 1x1");
    CHECK_STRING(algorithm_of((convolution_geometry){8, 9, 1, 1, 2, 2, 1, 0}), "gemm im2col");
    CHECK_STRING(algorithm_of((convolution_geometry){8, 8, 4, 3, 1, 1, 1, 1}), "gemm im2col");
}

static void says_what_does_not_fit(void) {
    shape output;
    size_t count;
    convolution_geometry g = {1, 1, 1, 3, 1, 1, 2, 0};
    CHECK(!convolution_output(&g, (shape){1, 4, 5}, &output));
    CHECK(convolution_output(&g, (shape){1, 5, 5}, &output) && output.height == 1 && output.width == 1);
    g = (convolution_geometry){1 << 30, 1 << 20, 1, 1000, 1, 1, 1, 0};
    CHECK(!convolution_weight_count(&g, &count));
}

int main(void) {
    static const test_case cases[] = {TEST(convolves_any_geometry), TEST(convolves_larger_maps),
                                      TEST(convolves_by_winograd),  TEST(winograd_is_as_exact_as_the_plain_sum),
                                      TEST(chooses_by_geometry),    TEST(says_what_does_not_fit)};
    return test_run(cases, sizeof cases / sizeof *cases);
}
