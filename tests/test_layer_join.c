/* Layers that read several maps: [route], [shortcut], [sam] and [scale_channels]. */
#include "layers.h"

#include <math.h>
#include <string.h>

enum { MAPS = 3 };

static float leaky(float x) {
    return x > 0 ? x : 0.1f * x;
}

/* Random numbers for each input. */
static void fill(const layer_test *t, const float **planar) {
    test_random random = test_random_start((uint64_t)t->inputs[0].channels);
    for (int i = 0; i < t->input_count; i++) planar[i] = layer_test_floats(&random, shape_count(t->inputs[i]));
}

/* ---- [route] ---------------------------------------------------------------------------------------------------- */

/* Appends the slice [id] of [groups] of a planar map, and returns where the next goes. */
static float *append(float *to, const float *planar, shape s, int groups, int id) {
    size_t count = shape_count(s) / (size_t)groups;
    memcpy(to, planar + count * (size_t)id, count * sizeof *to);
    return to + count;
}

static void check_route(const char *options, const int *order, int count, int groups, int id) {
    const shape maps[MAPS] = {{12, 5, 3}, {9, 5, 3}, {30, 5, 3}};
    layer_test t = {.type = &layer_route, .options = options, .input_count = MAPS};
    memcpy(t.inputs, maps, sizeof maps);
    const float *planar[MAPS];
    fill(&t, planar);
    float *expected = test_guarded_floats(15 * 64 * 4), *end = expected;
    for (int i = 0; i < count; i++) end = append(end, planar[order[i]], maps[order[i]], groups, id);
    shape output = {(int)((end - expected) / 15), 5, 3};
    layer_test_run(&t, planar, output, expected, 0);
}

static void route_joins_maps(void) {
    check_route("layers=0,1,2", (int[]){0, 1, 2}, 3, 1, 0);
    check_route("layers=-1,0", (int[]){2, 0}, 2, 1, 0);
    check_route("layers=-1,-1,1", (int[]){2, 2, 1}, 3, 1, 0);
    check_route("layers=-2", (int[]){1}, 1, 1, 0);
}

static void route_takes_slices(void) {
    check_route("layers=0\ngroups=2\ngroup_id=1", (int[]){0}, 1, 2, 1);
    check_route("layers=0\ngroups=3", (int[]){0}, 1, 3, 0);
    check_route("layers=0,1,2\ngroups=3\ngroup_id=2", (int[]){0, 1, 2}, 3, 3, 2);
}

static void route_refuses_what_does_not_fit(void) {
    layer_test t = {.type = &layer_route, .input_count = 2, .inputs = {{4, 5, 3}, {4, 5, 4}}};
    t.options = "layers=0,1";
    CHECK_CONTAINS(layer_test_refusal(&t), "layer 0 is 3x5, but layer 1 is 4x5");
    t.options = "layers=0\ngroups=3";
    CHECK_CONTAINS(layer_test_refusal(&t), "cannot be cut into 3 groups");
    t.options = "layers=0\ngroups=2\ngroup_id=2";
    CHECK_CONTAINS(layer_test_refusal(&t), "group_id must be less than groups=2");
    t.options = "groups=2";
    CHECK_CONTAINS(layer_test_refusal(&t), "needs layers=");
    t.options = "layers=2";
    CHECK_CONTAINS(layer_test_refusal(&t), "layer 2");
}

/* ---- [shortcut] ------------------------------------------------------------------------------------------------- */

/* The sum of the previous map (the last input) and the first ones; `weights` [count + 1][channels or 1], or NULL. */
static void add_maps(const layer_test *t, const float *const *planar, const float *weights, bool per_channel,
                     bool activate, float *sum) {
    int last = t->input_count - 1;
    size_t pixels = shape_pixels(t->inputs[0]), channels = (size_t)t->inputs[last].channels;
    for (size_t i = 0; i < channels * pixels; i++) {
        size_t c = i / pixels, step = per_channel ? channels : 1, column = per_channel ? c : 0;
        double value = (weights ? weights[column] : 1) * (double)planar[last][i];
        for (int k = 0; k < last; k++)
            if (c < (size_t)t->inputs[k].channels)
                value += (weights ? weights[(size_t)(k + 1) * step + column] : 1) * (double)planar[k][i];
        sum[i] = activate ? leaky((float)value) : (float)value;
    }
}

static void check_shortcut(const char *options, const shape *maps, int count, bool activate) {
    layer_test t = {.type = &layer_shortcut, .options = options, .input_count = count};
    memcpy(t.inputs, maps, (size_t)count * sizeof *maps);
    const float *planar[MAPS];
    fill(&t, planar);
    float *expected = test_guarded_floats(shape_count(maps[count - 1]));
    add_maps(&t, planar, NULL, false, activate, expected);
    layer_test_run(&t, planar, maps[count - 1], expected, 1e-6);
}

static void shortcut_adds(void) {
    check_shortcut("from=0", (shape[]){{13, 5, 7}, {13, 5, 7}}, 2, false);
    check_shortcut("from=-2\nactivation=leaky", (shape[]){{200, 9, 31}, {200, 9, 31}}, 2, true);
    check_shortcut("from=0,1\nalpha=1", (shape[]){{9, 5, 7}, {9, 5, 7}, {9, 5, 7}}, 3, false);
}

static void shortcut_adds_the_channels_that_both_have(void) {
    check_shortcut("from=0", (shape[]){{8, 5, 7}, {13, 5, 7}}, 2, false);
    check_shortcut("from=0", (shape[]){{24, 5, 7}, {13, 5, 7}}, 2, false);
    check_shortcut("from=0,1\nactivation=leaky", (shape[]){{3, 5, 7}, {40, 5, 7}, {13, 5, 7}}, 3, true);
}

/* What normalization makes of weights [count][columns]: softmax or ReLU (of at least 0.001), over 1e-4 + their sum. */
static void normalize(float *weights, size_t count, size_t columns, bool softmax) {
    for (size_t c = 0; c < columns; c++) {
        double sum = 1e-4, greatest = -INFINITY;
        for (size_t i = 0; i < count; i++) greatest = fmax(greatest, weights[i * columns + c]);
        for (size_t i = 0; i < count; i++) {
            float *w = &weights[i * columns + c];
            *w = softmax ? expf(*w - (float)greatest) : fmaxf(*w, 0.001f);
            sum += *w;
        }
        for (size_t i = 0; i < count; i++) weights[i * columns + c] /= (float)sum;
    }
}

static void check_weighted(const char *options, size_t columns, int normalization) {
    const shape maps[MAPS] = {{7, 5, 7}, {11, 5, 7}, {9, 5, 7}};
    test_random random = test_random_start(columns);
    float *weights = layer_test_floats(&random, MAPS * columns), used[MAPS * 9];
    memcpy(used, weights, MAPS * columns * sizeof *used);
    if (normalization) normalize(used, MAPS, columns, normalization == 2);
    layer_test t = {.type = &layer_shortcut, .options = options, .input_count = MAPS};
    t.weights = weights;
    t.weight_count = MAPS * columns;
    memcpy(t.inputs, maps, sizeof maps);
    const float *planar[MAPS];
    fill(&t, planar);
    float *expected = test_guarded_floats(shape_count(maps[2]));
    add_maps(&t, planar, used, columns > 1, false, expected);
    layer_test_run(&t, planar, maps[2], expected, 2e-6);
}

static void shortcut_weighs(void) {
    check_weighted("from=0,1\nweights_type=per_feature\nweights_normalization=relu", 1, 1);
    check_weighted("from=0,1\nweights_type=per_layer\nweights_normalization=softmax", 1, 2);
    check_weighted("from=0,1\nweights_type=per_channel\nweights_normalization=avg_relu", 9, 1);
    check_weighted("from=0,1\nweights_type=per_channel\nweights_normalization=softmax", 9, 2);
    check_weighted("from=0,1\nweights_type=per_channel", 9, 0);
}

static void shortcut_refuses_what_does_not_fit(void) {
    layer_test t = {.type = &layer_shortcut, .input_count = 2, .inputs = {{4, 5, 3}, {4, 5, 4}}};
    t.options = "from=0";
    CHECK_CONTAINS(layer_test_refusal(&t), "layer 1 is 4x5, but layer 0 is 3x5");
    t.options = "from=0\nbeta=0.5";
    CHECK_CONTAINS(layer_test_refusal(&t), "beta=0.5");
    t.options = "from=0\nweights_type=per_pixel";
    CHECK_CONTAINS(layer_test_refusal(&t), "per_feature, per_layer or per_channel");
}

/* ---- [sam], [scale_channels] ------------------------------------------------------------------------------------ */

static void sam_multiplies(void) {
    const shape s = {21, 7, 6};
    layer_test t = {.type = &layer_sam, .options = "from=0", .input_count = 2, .inputs = {s, s}};
    const float *planar[2];
    fill(&t, planar);
    float *expected = test_guarded_floats(shape_count(s));
    for (size_t i = 0; i < shape_count(s); i++) expected[i] = planar[0][i] * planar[1][i];
    layer_test_run(&t, planar, s, expected, 0);
    for (size_t i = 0; i < shape_count(s); i++) expected[i] = leaky(expected[i]);
    t.options = "from=-2\nactivation=leaky";
    layer_test_run(&t, planar, s, expected, 1e-7);
    t.inputs[0].channels = 20;
    CHECK_CONTAINS(layer_test_refusal(&t), "layer 1 is 6x7x21, but layer 0 is 6x7x20");
    t.options = "from=0,1";
    CHECK_CONTAINS(layer_test_refusal(&t), "one layer");
}

static void check_scale(const char *options, shape map, shape scales, bool activate) {
    layer_test t = {.type = &layer_scale_channels, .options = options, .input_count = 2, .inputs = {map, scales}};
    const float *planar[2];
    fill(&t, planar);
    size_t pixels = shape_pixels(map);
    float *expected = test_guarded_floats(shape_count(map));
    for (size_t i = 0; i < shape_count(map); i++) {
        float product = planar[0][i] * planar[1][scales.channels > 1 ? i / pixels : i % pixels];
        expected[i] = activate ? leaky(product) : product;
    }
    layer_test_run(&t, planar, map, expected, 1e-7);
}

static void scale_channels_scales(void) {
    check_scale("from=0", (shape){19, 5, 7}, (shape){19, 1, 1}, false);
    check_scale("from=0\nactivation=leaky", (shape){150, 15, 17}, (shape){150, 1, 1}, true);
    check_scale("from=0\nscale_wh=1", (shape){19, 5, 7}, (shape){1, 5, 7}, false);
    layer_test t = {
        .type = &layer_scale_channels, .options = "from=0", .input_count = 2, .inputs = {{4, 2, 2}, {5, 1, 1}}};
    CHECK_CONTAINS(layer_test_refusal(&t), "1x1x4 is needed");
}

int main(void) {
    static const test_case cases[] = {
        TEST(route_joins_maps),
        TEST(route_takes_slices),
        TEST(route_refuses_what_does_not_fit),
        TEST(shortcut_adds),
        TEST(shortcut_adds_the_channels_that_both_have),
        TEST(shortcut_weighs),
        TEST(shortcut_refuses_what_does_not_fit),
        TEST(sam_multiplies),
        TEST(scale_channels_scales),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
