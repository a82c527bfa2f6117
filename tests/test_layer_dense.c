/* [connected], [local], [implicit] and the recurrent layers, computed from the numbers as the file has them. */
#include "layers.h"

#include <math.h>
#include <string.h>

static float logistic(double x) {
    return (float)(1 / (1 + exp(-x)));
}

static float identity(double x) {
    return (float)x;
}

static float leaky(double x) {
    return (float)(x > 0 ? x : 0.1 * x);
}

static float hyperbolic(double x) {
    return (float)tanh(x);
}

static float loggy(double x) {
    return (float)(2 / (1 + exp(-x)) - 1);
}

typedef float function(double x);

/* Numbers of a weights file; variances are made positive as they are asked for. */
typedef struct numbers {
    float *all;
    size_t count, used;
} numbers;

static numbers make_numbers(uint64_t seed, size_t count) {
    test_random random = test_random_start(seed);
    return (numbers){layer_test_floats(&random, count), count, 0};
}

static float *take(numbers *n, size_t count) {
    float *taken = n->all + n->used;
    n->used += count;
    CHECK(n->used <= n->count);
    return taken;
}

/* A matrix in the file: biases, weights [outputs][inputs] (or transposed), then scales, means, variances. */
typedef struct matrix {
    size_t inputs, outputs;
    const float *biases, *weights, *scales, *means, *variances;
    bool transposed;
} matrix;

static matrix take_matrix(numbers *n, size_t inputs, size_t outputs, bool batch_normalize) {
    matrix m = {.inputs = inputs, .outputs = outputs};
    m.biases = take(n, outputs);
    m.weights = take(n, inputs * outputs);
    if (!batch_normalize) return m;
    m.scales = take(n, outputs);
    m.means = take(n, outputs);
    float *variances = take(n, outputs);
    for (size_t i = 0; i < outputs; i++) variances[i] = fabsf(variances[i]) + 0.1f;
    m.variances = variances;
    return m;
}

/* One number of the product with `input` (NULL: zeros). */
static double product(const matrix *m, const float *input, size_t n) {
    double sum = 0;
    for (size_t k = 0; input && k < m->inputs; k++)
        sum += (double)input[k] * m->weights[m->transposed ? k * m->outputs + n : n * m->inputs + k];
    if (m->scales) sum = (sum - m->means[n]) / sqrt(m->variances[n] + 1e-5) * m->scales[n];
    return sum + m->biases[n];
}

static void check_connected(shape input, int outputs, const char *options, bool batch_normalize, bool old,
                            function *activate) {
    size_t inputs = shape_count(input), count = (size_t)outputs * (inputs + (batch_normalize ? 4 : 1));
    numbers n = make_numbers(inputs, count);
    matrix m = take_matrix(&n, inputs, (size_t)outputs, batch_normalize);
    m.transposed = old;
    test_random random = test_random_start(7);
    const float *planar = layer_test_floats(&random, inputs);
    float *expected = test_guarded_floats((size_t)outputs);
    for (int i = 0; i < outputs; i++) expected[i] = activate(product(&m, planar, (size_t)i));
    layer_test t = {.type = &layer_connected,
                    .options = options,
                    .input_count = 1,
                    .inputs = {input},
                    .weights = n.all,
                    .weight_count = count,
                    .old_weights = old};
    layer_test_run(&t, &planar, (shape){outputs, 1, 1}, expected, 2e-5);
}

static void connected_multiplies(void) {
    check_connected((shape){37, 1, 1}, 5, "output=5\nactivation=linear", false, false, identity);
    check_connected((shape){37, 1, 1}, 5, "output=5", false, false, logistic);
    check_connected((shape){9, 4, 5}, 100, "output=100\nactivation=leaky", false, false, leaky);
    check_connected((shape){9, 4, 5}, 1, "activation=leaky\nbatch_normalize=1", true, false, leaky);
    check_connected((shape){3, 7, 7}, 33, "output=33\nactivation=linear\nbatch_normalize=1", true, false, identity);
}

static void connected_reads_transposed_weights(void) {
    check_connected((shape){9, 4, 5}, 35, "output=35\nactivation=linear", false, true, identity);
    check_connected((shape){40, 1, 1}, 70, "output=70\nactivation=leaky\nbatch_normalize=1", true, true, leaky);
}

static void connected_wants_all_weights(void) {
    numbers n = make_numbers(1, 64);
    layer_test t = {.type = &layer_connected,
                    .options = "output=5",
                    .input_count = 1,
                    .inputs = {{3, 2, 2}},
                    .weights = n.all,
                    .weight_count = 64};
    CHECK_CONTAINS(layer_test_refusal(&t), "ends in layer 1 [connected]");
    t.weights = memcpy(test_guarded_floats(66), n.all, 64 * sizeof(float));
    t.weight_count = 66;
    memset((float *)t.weights + 64, 0, 8);
    CHECK_CONTAINS(layer_test_refusal(&t), "4 bytes are left over");
}

/* ---- [local] ---------------------------------------------------------------------------------------------------- */

static void check_local(shape s, int filters, int size, int stride, int pad, const char *options, function *activate) {
    shape out = {filters, pad ? (s.height - 1) / stride + 1 : (s.height - size) / stride + 1,
                 pad ? (s.width - 1) / stride + 1 : (s.width - size) / stride + 1};
    size_t depth = (size_t)(s.channels * size * size), places = shape_pixels(out), outputs = shape_count(out);
    numbers n = make_numbers(depth, outputs * (depth + 1));
    const float *biases = take(&n, outputs), *weights = take(&n, outputs * depth);
    test_random random = test_random_start(9);
    const float *planar = layer_test_floats(&random, shape_count(s));
    float *expected = test_guarded_floats(outputs);
    for (size_t i = 0; i < outputs; i++) {
        int x = (int)(i % places) % out.width, y = (int)(i % places) / out.width;
        const float *filter = weights + ((i % places) * (size_t)filters + i / places) * depth;
        double sum = biases[i];
        for (int k = 0; k < (int)depth; k++) {
            int in_x = x * stride - pad + k % size, in_y = y * stride - pad + k / size % size, c = k / size / size;
            if (in_x < 0 || in_y < 0 || in_x >= s.width || in_y >= s.height) continue;
            sum += (double)filter[k] * planar[(c * s.height + in_y) * s.width + in_x];
        }
        expected[i] = activate(sum);
    }
    layer_test t = {.type = &layer_local,
                    .options = options,
                    .input_count = 1,
                    .inputs = {s},
                    .weights = n.all,
                    .weight_count = n.count};
    layer_test_run(&t, &planar, out, expected, 2e-5);
}

static void local_has_filters_for_every_place(void) {
    check_local((shape){5, 4, 6}, 7, 3, 1, 1, "filters=7\nsize=3\npad=1\nactivation=leaky", leaky);
    check_local((shape){3, 6, 5}, 35, 2, 2, 0, "filters=35\nsize=2\nstride=2", logistic);
    check_local((shape){3, 7, 7}, 4, 3, 2, 1, "filters=4\nsize=3\nstride=2\npad=1\nactivation=linear", identity);
    check_local((shape){2, 5, 5}, 3, 5, 1, 2, "filters=3\nsize=5\npad=2\nactivation=linear", identity);
    layer_test t = {
        .type = &layer_local, .options = "filters=3\nsize=5\npad=1", .input_count = 1, .inputs = {{2, 5, 5}}};
    CHECK_CONTAINS(layer_test_refusal(&t), "pad=1 does not suit size=5");
}

static void implicit_puts_out_its_weights(void) {
    numbers n = make_numbers(3, 35);
    layer_test t = {.type = &layer_implicit,
                    .options = "filters=7\natoms=5\nmean=0\nstd=.02",
                    .input_count = 1,
                    .inputs = {{1, 2, 2}},
                    .weights = n.all,
                    .weight_count = 35};
    const float *planar = make_numbers(4, 4).all;
    layer_test_run(&t, &planar, (shape){7, 5, 1}, n.all, 0);
}

/* ---- Recurrent layers, from a state of zeros -------------------------------------------------------------------- */

enum { INPUTS = 30, HIDDEN = 19, OUTPUTS = 11 };

static const shape recurrent_input = {5, 2, 3};

static void check_rnn(const char *options, bool batch_normalize, function *of_state) {
    size_t extra = batch_normalize ? 4 : 1;
    numbers n = make_numbers(5, HIDDEN * (INPUTS + extra) + HIDDEN * (HIDDEN + extra) + OUTPUTS * (HIDDEN + extra));
    matrix input = take_matrix(&n, INPUTS, HIDDEN, batch_normalize);
    matrix self = take_matrix(&n, HIDDEN, HIDDEN, batch_normalize);
    matrix output = take_matrix(&n, HIDDEN, OUTPUTS, batch_normalize);
    const float *planar = make_numbers(6, INPUTS).all;
    float state[HIDDEN], expected[OUTPUTS];
    for (size_t i = 0; i < HIDDEN; i++)
        state[i] = leaky(product(&input, planar, i)) + of_state(product(&self, NULL, i));
    for (size_t i = 0; i < OUTPUTS; i++) expected[i] = leaky(product(&output, state, i));
    layer_test t = {.type = &layer_rnn,
                    .options = options,
                    .input_count = 1,
                    .inputs = {recurrent_input},
                    .weights = n.all,
                    .weight_count = n.count};
    layer_test_run(&t, &planar, (shape){OUTPUTS, 1, 1}, expected, 3e-5);
}

static void rnn_takes_one_step(void) {
    check_rnn("output=11\nhidden=19\nactivation=leaky", false, leaky);
    check_rnn("output=11\nhidden=19\nactivation=leaky\nlogistic=1\nshortcut=1", false, logistic);
    check_rnn("output=11\nhidden=19\nactivation=leaky\nlogistic=2\nbatch_normalize=1", true, loggy);
}

static void check_gru(const char *options, bool batch_normalize) {
    size_t extra = batch_normalize ? 4 : 1;
    numbers n = make_numbers(8, OUTPUTS * 3 * (INPUTS + OUTPUTS + 2 * extra));
    matrix w[3], u[3]; /* of z, r, h */
    for (int i = 0; i < 3; i++) w[i] = take_matrix(&n, INPUTS, OUTPUTS, batch_normalize);
    for (int i = 0; i < 3; i++) u[i] = take_matrix(&n, OUTPUTS, OUTPUTS, batch_normalize);
    const float *planar = make_numbers(6, INPUTS).all;
    float expected[OUTPUTS];
    for (size_t i = 0; i < OUTPUTS; i++) {
        float z = logistic(product(&w[0], planar, i) + product(&u[0], NULL, i));
        float h = logistic(product(&w[2], planar, i) + product(&u[2], NULL, i));
        expected[i] = (1 - z) * h;
    }
    layer_test t = {.type = &layer_gru,
                    .options = options,
                    .input_count = 1,
                    .inputs = {recurrent_input},
                    .weights = n.all,
                    .weight_count = n.count};
    layer_test_run(&t, &planar, (shape){OUTPUTS, 1, 1}, expected, 1e-5);
}

static void gru_takes_one_step(void) {
    check_gru("output=11", false);
    check_gru("output=11\nbatch_normalize=1", true);
}

static void check_lstm(const char *options, bool batch_normalize) {
    size_t extra = batch_normalize ? 4 : 1;
    numbers n = make_numbers(8, OUTPUTS * 4 * (INPUTS + OUTPUTS + 2 * extra));
    matrix w[4], u[4]; /* of f, i, g, o */
    for (int i = 0; i < 4; i++) w[i] = take_matrix(&n, OUTPUTS, OUTPUTS, batch_normalize);
    for (int i = 0; i < 4; i++) u[i] = take_matrix(&n, INPUTS, OUTPUTS, batch_normalize);
    const float *planar = make_numbers(6, INPUTS).all;
    float expected[OUTPUTS];
    for (size_t i = 0; i < OUTPUTS; i++) {
        double sums[4];
        for (int k = 0; k < 4; k++) sums[k] = product(&w[k], NULL, i) + product(&u[k], planar, i);
        float cell = logistic(sums[1]) * hyperbolic(sums[2]);
        expected[i] = logistic(sums[3]) * hyperbolic(cell);
    }
    layer_test t = {.type = &layer_lstm,
                    .options = options,
                    .input_count = 1,
                    .inputs = {recurrent_input},
                    .weights = n.all,
                    .weight_count = n.count};
    layer_test_run(&t, &planar, (shape){OUTPUTS, 1, 1}, expected, 1e-5);
}

static void refuses_a_variance_below_zero(void) {
    numbers n = make_numbers(21, 4 * 3 + 3 * 5);
    for (size_t i = 0; i < 3; i++) n.all[n.count - 3 + i] = 1;
    n.all[n.count - 2] = -1;
    layer_test t = {.type = &layer_connected,
                    .options = "output=3\nbatch_normalize=1",
                    .input_count = 1,
                    .inputs = {{5, 1, 1}},
                    .weights = n.all,
                    .weight_count = n.count};
    CHECK_CONTAINS(layer_test_refusal(&t), "variance 1 of layer 1 [connected]");
}

static void lstm_takes_one_step(void) {
    check_lstm("output=11", false);
    check_lstm("output=11\nbatch_normalize=1", true);
}

/* A 3x3 convolution with zeros around the map, biases then weights in the file. */
typedef struct filter_bank {
    int channels, dilation;
    const float *biases, *weights;
} filter_bank;

enum { SIDE = 5, FILTERS = 6 };

static filter_bank take_filters(numbers *n, int channels, int dilation) {
    filter_bank b = {.channels = channels, .dilation = dilation};
    b.biases = take(n, FILTERS);
    b.weights = take(n, (size_t)(FILTERS * channels * 9));
    return b;
}

/* One output of it, at flat place i of [FILTERS][SIDE][SIDE]; `planar` NULL: zeros. */
static double convolve(const filter_bank *b, const float *planar, int i) {
    int x = i % SIDE, y = i / SIDE % SIDE, f = i / SIDE / SIDE;
    double sum = b->biases[f];
    for (int k = 0; planar && k < b->channels * 9; k++) {
        int in_x = x + (k % 3 - 1) * b->dilation, in_y = y + (k / 3 % 3 - 1) * b->dilation;
        if (in_x < 0 || in_y < 0 || in_x >= SIDE || in_y >= SIDE) continue;
        sum += (double)planar[(k / 9 * SIDE + in_y) * SIDE + in_x] * b->weights[f * b->channels * 9 + k];
    }
    return leaky(sum);
}

static void check_conv_lstm(const char *options, bool peephole, int dilation) {
    enum { CHANNELS = 3, COUNT = FILTERS * SIDE * SIDE };
    numbers n = make_numbers(11, FILTERS * (4 * (1 + 9 * CHANNELS) + (peephole ? 7 : 4) * (1 + 9 * FILTERS)));
    filter_bank v[3], w[4], u[4]; /* of f, i, (g,) o */
    for (int i = 0; i < 3 && peephole; i++) v[i] = take_filters(&n, FILTERS, dilation);
    for (int i = 0; i < 4; i++) w[i] = take_filters(&n, FILTERS, dilation);
    for (int i = 0; i < 4; i++) u[i] = take_filters(&n, CHANNELS, dilation);
    const float *planar = make_numbers(6, CHANNELS * SIDE * SIDE).all;
    float cell[COUNT], expected[COUNT];
    for (int i = 0; i < COUNT; i++) {
        double in = convolve(&w[1], NULL, i) + convolve(&u[1], planar, i) + (peephole ? convolve(&v[1], NULL, i) : 0);
        cell[i] = logistic(in) * hyperbolic(convolve(&w[2], NULL, i) + convolve(&u[2], planar, i));
    }
    for (int i = 0; i < COUNT; i++) {
        double o = convolve(&w[3], NULL, i) + convolve(&u[3], planar, i) + (peephole ? convolve(&v[2], cell, i) : 0);
        expected[i] = logistic(o) * hyperbolic(cell[i]);
    }
    layer_test t = {.type = &layer_conv_lstm,
                    .options = options,
                    .input_count = 1,
                    .inputs = {{CHANNELS, SIDE, SIDE}},
                    .weights = n.all,
                    .weight_count = n.count};
    layer_test_run(&t, &planar, (shape){FILTERS, SIDE, SIDE}, expected, 1e-5);
}

static void conv_lstm_takes_one_step(void) {
    check_conv_lstm("output=6\nsize=3\npad=1\nactivation=leaky", false, 1);
    check_conv_lstm("output=6\nsize=3\npad=1\nactivation=leaky\npeephole=1\nstate_constrain=16", true, 1);
    check_conv_lstm("output=6\nsize=3\npad=1\ndilation=2\nactivation=leaky\npeephole=1", true, 2);
    layer_test t = {
        .type = &layer_conv_lstm, .options = "output=6\nbottleneck=1", .input_count = 1, .inputs = {{3, 5, 5}}};
    CHECK_CONTAINS(layer_test_refusal(&t), "bottleneck=1");
    t.options = "output=6\npeephole=1";
    CHECK_CONTAINS(layer_test_refusal(&t), "keep the size");
    t.options = "output=6\ngroups=2\npad=1";
    CHECK_CONTAINS(layer_test_refusal(&t), "3 channels cannot be cut into 2 groups");
}

int main(void) {
    static const test_case cases[] = {
        TEST(connected_multiplies),
        TEST(connected_reads_transposed_weights),
        TEST(connected_wants_all_weights),
        TEST(local_has_filters_for_every_place),
        TEST(implicit_puts_out_its_weights),
        TEST(rnn_takes_one_step),
        TEST(gru_takes_one_step),
        TEST(lstm_takes_one_step),
        TEST(conv_lstm_takes_one_step),
        TEST(refuses_a_variance_below_zero),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
