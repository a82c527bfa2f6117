/* [maxpool], [local_avgpool] and [avgpool] against loops over Darknet's planar order. */
#include "layers.h"

#include <float.h>

typedef struct geometry {
    int size, stride_x, stride_y, padding;
} geometry;

static int outputs(int input, int size, int stride, int padding) {
    return (input + padding - size) / stride + 1;
}

static shape pooled_shape(shape s, geometry g) {
    return (shape){s.channels, outputs(s.height, g.size, g.stride_y, g.padding),
                   outputs(s.width, g.size, g.stride_x, g.padding)};
}

/* One output: the greatest, or the mean. */
static float pool_one(const float *plane, shape s, geometry g, int y, int x, bool mean) {
    double sum = 0, greatest = -FLT_MAX;
    int count = 0;
    for (int i = 0; i < g.size * g.size; i++) {
        int in_y = y * g.stride_y - g.padding / 2 + i / g.size, in_x = x * g.stride_x - g.padding / 2 + i % g.size;
        if (in_y < 0 || in_x < 0 || in_y >= s.height || in_x >= s.width) continue;
        double value = plane[in_y * s.width + in_x];
        sum += value;
        count++;
        if (value > greatest) greatest = value;
    }
    return (float)(mean ? sum / count : greatest);
}

static void pool_all(const float *planar, shape s, geometry g, bool mean, float *result) {
    shape out = pooled_shape(s, g);
    for (int c = 0; c < s.channels; c++)
        for (int y = 0; y < out.height; y++)
            for (int x = 0; x < out.width; x++) *result++ = pool_one(planar + c * s.height * s.width, s, g, y, x, mean);
}

static void check_pool(const layer_type *type, const char *options, shape s, geometry g, double tolerance) {
    test_random random = test_random_start((uint64_t)s.channels * 1000 + (uint64_t)s.width);
    const float *planar = layer_test_floats(&random, shape_count(s));
    float *expected = test_guarded_floats(shape_count(pooled_shape(s, g)));
    pool_all(planar, s, g, type != &layer_maxpool, expected);
    layer_test t = {.type = type, .options = options, .input_count = 1, .inputs = {s}};
    layer_test_run(&t, &planar, pooled_shape(s, g), expected, tolerance);
}

static const struct pool_case {
    const char *options;
    geometry geometry;
    shape input;
} pool_cases[] = {
    {"size=2\nstride=2", {2, 2, 2, 1}, {5, 8, 6}},
    {"size=2\nstride=2", {2, 2, 2, 1}, {17, 7, 9}},
    {"stride=2", {2, 2, 2, 1}, {8, 6, 6}},
    {"size=2\nstride=1", {2, 1, 1, 1}, {9, 5, 7}},
    {"size=3\nstride=2", {3, 2, 2, 2}, {3, 9, 8}},
    {"size=3\nstride=1\npadding=0", {3, 1, 1, 0}, {4, 5, 6}},
    {"size=3\nstride=1\npadding=1", {3, 1, 1, 1}, {4, 5, 6}},
    {"size=5\nstride=1", {5, 1, 1, 4}, {11, 13, 13}},
    {"size=13\nstride=1", {13, 1, 1, 12}, {16, 9, 13}},
    {"size=13\nstride=1", {13, 1, 1, 12}, {3, 4, 5}},
    {"size=4\nstride_x=1\nstride_y=3", {4, 1, 3, 3}, {7, 11, 6}},
    {"size=5\nstride_x=3\nstride_y=2", {5, 3, 2, 4}, {7, 11, 12}},
    {"size=8\nstride=1\npadding=0", {8, 1, 1, 0}, {6, 8, 8}},
    {"size=1\nstride=2", {1, 2, 2, 0}, {6, 5, 8}},
};

static void maxpool_takes_the_greatest(void) {
    for (size_t i = 0; i < sizeof pool_cases / sizeof *pool_cases; i++)
        check_pool(&layer_maxpool, pool_cases[i].options, pool_cases[i].input, pool_cases[i].geometry, 0);
}

static void local_avgpool_takes_the_mean(void) {
    for (size_t i = 0; i < sizeof pool_cases / sizeof *pool_cases; i++)
        check_pool(&layer_local_avgpool, pool_cases[i].options, pool_cases[i].input, pool_cases[i].geometry, 2e-6);
}

static void avgpool_takes_the_mean_of_a_channel(void) {
    const shape shapes[] = {{5, 7, 3}, {37, 1, 1}, {300, 13, 13}};
    for (size_t i = 0; i < 3; i++) {
        shape s = shapes[i];
        test_random random = test_random_start(i);
        const float *planar = layer_test_floats(&random, shape_count(s));
        float *expected = test_guarded_floats((size_t)s.channels);
        for (int c = 0; c < s.channels; c++) {
            double sum = 0;
            for (size_t p = 0; p < shape_pixels(s); p++) sum += planar[(size_t)c * shape_pixels(s) + p];
            expected[c] = (float)(sum / (double)shape_pixels(s));
        }
        layer_test t = {.type = &layer_avgpool, .options = "", .input_count = 1, .inputs = {s}};
        layer_test_run(&t, &planar, (shape){s.channels, 1, 1}, expected, 2e-6);
    }
}

static void check_depth(shape s, int out_channels, const char *options) {
    test_random random = test_random_start((uint64_t)out_channels);
    const float *planar = layer_test_floats(&random, shape_count(s));
    size_t pixels = shape_pixels(s);
    float *expected = test_guarded_floats(pixels * (size_t)out_channels);
    for (int g = 0; g < out_channels; g++)
        for (size_t p = 0; p < pixels; p++) {
            float greatest = -FLT_MAX;
            for (int c = g; c < s.channels; c += out_channels)
                if (planar[(size_t)c * pixels + p] > greatest) greatest = planar[(size_t)c * pixels + p];
            expected[(size_t)g * pixels + p] = greatest;
        }
    layer_test t = {.type = &layer_maxpool, .options = options, .input_count = 1, .inputs = {s}};
    layer_test_run(&t, &planar, (shape){out_channels, s.height, s.width}, expected, 0);
}

static void maxpool_depth_takes_the_greatest_of_channels(void) {
    check_depth((shape){12, 5, 3}, 4, "maxpool_depth=1\nout_channels=4");
    check_depth((shape){13, 20, 31}, 5, "maxpool_depth=1\nout_channels=5");
    check_depth((shape){7, 2, 3}, 1, "maxpool_depth=1");
}

/* The blur of antialiasing: a convolution with constant weights and zeros around the map. */
static void check_blur(shape s, geometry g, int kind, int stride, const char *options) {
    static const float binomial[3][3] = {{0}, {1, 2, 1}, {1, 1, 0}};
    test_random random = test_random_start((uint64_t)s.width);
    const float *planar = layer_test_floats(&random, shape_count(s));
    shape pooled = pooled_shape(s, g);
    float *map = test_guarded_floats(shape_count(pooled));
    pool_all(planar, s, g, false, map);
    int size = kind == 1 ? 3 : 2, before = kind == 1;
    shape out = {s.channels, (pooled.height + 2 * before - size) / stride + 1,
                 (pooled.width + 2 * before - size) / stride + 1};
    float *expected = test_guarded_floats(shape_count(out));
    for (int i = 0; i < (int)shape_count(out); i++) {
        int x = i % out.width, y = i / out.width % out.height, c = i / out.width / out.height;
        double sum = 0;
        for (int t = 0; t < size * size; t++) {
            int in_y = y * stride - before + t / size, in_x = x * stride - before + t % size;
            if (in_y < 0 || in_x < 0 || in_y >= pooled.height || in_x >= pooled.width) continue;
            sum += (double)binomial[kind][t / size] * binomial[kind][t % size] *
                   map[(c * pooled.height + in_y) * pooled.width + in_x];
        }
        expected[i] = (float)(sum / (kind == 1 ? 16 : 4));
    }
    layer_test t = {.type = &layer_maxpool, .options = options, .input_count = 1, .inputs = {s}};
    layer_test_run(&t, &planar, out, expected, 1e-6);
}

static void antialiasing_blurs(void) {
    check_blur((shape){5, 9, 8}, (geometry){2, 1, 1, 1}, 1, 2, "size=2\nstride=2\nantialiasing=1");
    check_blur((shape){9, 8, 11}, (geometry){3, 1, 1, 2}, 1, 2, "size=3\nstride=2\nantialiasing=1");
    check_blur((shape){9, 8, 11}, (geometry){5, 1, 1, 4}, 2, 3, "size=5\nstride=3\nantialiasing=2");
}

static void refuses_what_does_not_fit(void) {
    layer_test t = {.type = &layer_maxpool, .input_count = 1, .inputs = {{3, 4, 4}}};
    t.options = "size=0";
    CHECK_CONTAINS(layer_test_refusal(&t), "size must be 1..64, not 0");
    t.options = "size=9\npadding=0";
    CHECK_CONTAINS(layer_test_refusal(&t), "a window of 9x9 with padding 0 does not fit a map of 4x4");
    t.options = "size=2\npadding=5";
    CHECK_CONTAINS(layer_test_refusal(&t), "does not fit");
    t.options = "maxpool_depth=1\nout_channels=5";
    CHECK_CONTAINS(layer_test_refusal(&t), "out_channels=5");
    t.options = "maxpool_depth=1\nantialiasing=1";
    CHECK_CONTAINS(layer_test_refusal(&t), "maxpool_depth");
    t.options = "maxpool_zero_nonmax=1";
    CHECK_CONTAINS(layer_test_refusal(&t), "maxpool_zero_nonmax=1");
    t.options = "siez=2";
    CHECK_CONTAINS(layer_test_refusal(&t), "siez");
}

int main(void) {
    static const test_case cases[] = {
        TEST(maxpool_takes_the_greatest),
        TEST(local_avgpool_takes_the_mean),
        TEST(avgpool_takes_the_mean_of_a_channel),
        TEST(maxpool_depth_takes_the_greatest_of_channels),
        TEST(antialiasing_blurs),
        TEST(refuses_what_does_not_fit),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
