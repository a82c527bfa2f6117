/* Layers that work on the numbers of a pixel or of the whole map: norms, [softmax], [activation]. */
#include "layers.h"

#include <math.h>
#include <string.h>

static const shape map = {13, 5, 4};
enum { PIXELS = 20, CHANNELS = 13, COUNT = PIXELS * CHANNELS };

static const float *map_floats(uint64_t seed, size_t count) {
    test_random random = test_random_start(seed);
    return layer_test_floats(&random, count);
}

static void batchnorm_normalizes(void) {
    const float *planar = map_floats(1, COUNT);
    float *weights = memcpy(test_guarded_floats(4 * CHANNELS), map_floats(2, 4 * CHANNELS), 16 * CHANNELS);
    float expected[COUNT];
    for (int c = 0; c < CHANNELS; c++) weights[3 * CHANNELS + c] = fabsf(weights[3 * CHANNELS + c]) + 0.01f;
    for (int i = 0; i < COUNT; i++) {
        const float *w = weights + i / PIXELS;
        expected[i] = (float)((planar[i] - w[2 * CHANNELS]) / sqrt(w[3 * CHANNELS] + 1e-5) * w[CHANNELS] + w[0]);
    }
    layer_test t = {.type = &layer_batchnorm,
                    .options = "",
                    .input_count = 1,
                    .inputs = {map},
                    .weights = weights,
                    .weight_count = 4 * CHANNELS};
    layer_test_run(&t, &planar, map, expected, 1e-5);
    weights[3 * CHANNELS + 2] = -1;
    CHECK_CONTAINS(layer_test_refusal(&t), "variance 2 of layer 1 [batchnorm]");
}

static void l2norm_makes_pixels_of_length_one(void) {
    float *planar = memcpy(test_guarded_floats(COUNT), map_floats(3, COUNT), COUNT * sizeof(float));
    float expected[COUNT];
    for (int c = 0; c < CHANNELS; c++) planar[c * PIXELS + 7] = 0;
    for (int p = 0; p < PIXELS; p++) {
        double sum = 0;
        for (int c = 0; c < CHANNELS; c++) sum += (double)planar[c * PIXELS + p] * planar[c * PIXELS + p];
        for (int c = 0; c < CHANNELS; c++)
            expected[c * PIXELS + p] = sum > 0 ? (float)(planar[c * PIXELS + p] / sqrt(sum)) : 0;
    }
    layer_test t = {.type = &layer_l2norm, .options = "", .input_count = 1, .inputs = {map}};
    layer_test_run(&t, (const float *const *)&planar, map, expected, 1e-6);
}

/* The sums that Darknet divides by, whole planes at a time. */
static void check_normalization(const char *options, int size, double alpha, double beta, double kappa) {
    const float *planar = map_floats(4, COUNT);
    float expected[COUNT];
    for (int p = 0; p < PIXELS; p++) {
        double sums[CHANNELS];
        for (int k = 0; k < CHANNELS; k++) {
            sums[k] = k ? sums[k - 1] : kappa;
            int first = k ? k + size / 2 : 0, last = k ? k + size / 2 : size / 2 - 1, gone = k - (size - 1) / 2 - 1;
            for (int c = first; c <= last && c < CHANNELS; c++)
                sums[k] += alpha * planar[c * PIXELS + p] * planar[c * PIXELS + p];
            if (k && gone >= 0) sums[k] -= alpha * planar[gone * PIXELS + p] * planar[gone * PIXELS + p];
            expected[k * PIXELS + p] = (float)(planar[k * PIXELS + p] * pow(sums[k], -beta));
        }
    }
    layer_test t = {.type = &layer_normalization, .options = options, .input_count = 1, .inputs = {map}};
    layer_test_run(&t, &planar, map, expected, 1e-6);
}

static void normalization_divides_by_its_surroundings(void) {
    check_normalization("", 5, 1e-4, 0.75, 1);
    check_normalization("size=4\nalpha=0.1\nbeta=0.5\nkappa=2", 4, 0.1, 0.5, 2);
    check_normalization("size=99\nalpha=0.1", 99, 0.1, 0.75, 1);
}

static float logistic(float x) {
    return 1 / (1 + expf(-x));
}

static void activation_activates(void) {
    const float *planar = map_floats(5, COUNT);
    float expected[COUNT];
    layer_test t = {.type = &layer_activation, .options = "", .input_count = 1, .inputs = {map}};
    layer_test_run(&t, &planar, map, planar, 0);
    for (int i = 0; i < COUNT; i++) expected[i] = logistic(planar[i]);
    t.options = "activation=logistic";
    layer_test_run(&t, &planar, map, expected, 1e-6);
    t.options = "activation=sigmoid";
    CHECK_CONTAINS(layer_test_refusal(&t), "sigmoid");
}

/* Softmax of values [count] that lie `step` apart. */
static void softmax_of(const float *values, int count, int step, double temperature, float *result) {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += exp(values[i * step] / temperature);
    for (int i = 0; i < count; i++) result[i * step] = (float)(exp(values[i * step] / temperature) / sum);
}

static void softmax_of_groups(void) {
    const float *planar = map_floats(6, COUNT);
    float expected[COUNT];
    softmax_of(planar, COUNT, 1, 1, expected);
    layer_test t = {.type = &layer_softmax, .options = "noloss=1", .input_count = 1, .inputs = {map}};
    layer_test_run(&t, &planar, map, expected, 1e-6);
    for (int begin = 0; begin < COUNT; begin += COUNT / 4)
        softmax_of(planar + begin, COUNT / 4, 1, 0.1, expected + begin);
    t.options = "groups=4\ntemperature=0.1";
    layer_test_run(&t, &planar, map, expected, 1e-6);
    t.inputs[0] = (shape){COUNT, 1, 1};
    layer_test_run(&t, &planar, t.inputs[0], expected, 1e-6);
    t.options = "groups=7";
    CHECK_CONTAINS(layer_test_refusal(&t), "cannot be cut into 7 groups");
}

static void softmax_of_pixels(void) {
    const float *planar = map_floats(6, COUNT);
    float expected[COUNT];
    for (int p = 0; p < PIXELS; p++) softmax_of(planar + p, CHANNELS, PIXELS, 1, expected + p);
    layer_test t = {.type = &layer_softmax, .options = "spatial=1", .input_count = 1, .inputs = {map}};
    layer_test_run(&t, &planar, map, expected, 1e-6);
}

static void softmax_of_large_numbers(void) {
    float values[] = {1000, -1000, 999}, expected[] = {0.7310586f, 0, 0.26894143f};
    const float *planar = values;
    layer_test t = {.type = &layer_softmax, .options = "", .input_count = 1, .inputs = {{3, 1, 1}}};
    layer_test_run(&t, &planar, t.inputs[0], expected, 1e-6);
}

static void softmax_of_a_tree(void) {
    static const char text[] = "animal -1\nthing -1\ncat 0\ndog 0\npug 3\n";
    test_temp_file("five.tree", text, sizeof text - 1);
    const float *planar = map_floats(7, 5);
    float expected[5];
    softmax_of(planar, 2, 1, 1, expected);
    softmax_of(planar + 2, 2, 1, 1, expected + 2);
    softmax_of(planar + 4, 1, 1, 1, expected + 4);
    layer_test t = {.type = &layer_softmax, .options = "tree=five.tree", .input_count = 1, .inputs = {{5, 1, 1}}};
    layer_test_run(&t, &planar, t.inputs[0], expected, 1e-6);
    t.inputs[0].channels = 6;
    CHECK_CONTAINS(layer_test_refusal(&t), "the tree has 5 classes, but there are 6 numbers");
    t.options = "tree=none.tree";
    CHECK_CONTAINS(layer_test_refusal(&t), "none.tree");
}

int main(void) {
    static const test_case cases[] = {
        TEST(batchnorm_normalizes),
        TEST(l2norm_makes_pixels_of_length_one),
        TEST(normalization_divides_by_its_surroundings),
        TEST(activation_activates),
        TEST(softmax_of_groups),
        TEST(softmax_of_pixels),
        TEST(softmax_of_large_numbers),
        TEST(softmax_of_a_tree),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
