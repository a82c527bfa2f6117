/* Layers that move numbers about: [upsample], [reorg], [reorg3d], [crop], [history], and those that do nothing. */
#include "layers.h"

#include <string.h>

static const float *one_input(layer_test *t) {
    test_random random = test_random_start((uint64_t)t->inputs[0].width);
    t->input_count = 1;
    return layer_test_floats(&random, shape_count(t->inputs[0]));
}

static void check_upsample(const char *options, shape s, int stride, float scale) {
    layer_test t = {.type = &layer_upsample, .options = options, .inputs = {s}};
    const float *planar = one_input(&t);
    shape out = {s.channels, s.height * stride, s.width * stride};
    float *expected = test_guarded_floats(shape_count(out));
    for (int i = 0; i < (int)shape_count(out); i++) {
        int x = i % out.width, y = i / out.width % out.height, c = i / out.width / out.height;
        expected[i] = scale * planar[(c * s.height + y / stride) * s.width + x / stride];
    }
    layer_test_run(&t, &planar, out, expected, 0);
}

static void upsample_repeats(void) {
    check_upsample("", (shape){9, 5, 3}, 2, 1);
    check_upsample("stride=4\nscale=0.5", (shape){6, 3, 7}, 4, 0.5f);
    check_upsample("stride=1\nscale=3", (shape){6, 3, 7}, 1, 3);
}

static void upsample_with_negative_stride_sums(void) {
    shape s = {7, 6, 9}, out = {7, 2, 3};
    layer_test t = {.type = &layer_upsample, .options = "stride=-3\nscale=2", .inputs = {s}};
    const float *planar = one_input(&t);
    float expected[7 * 2 * 3] = {0};
    for (int i = 0; i < (int)shape_count(s); i++) {
        int x = i % 9, y = i / 9 % 6, c = i / 9 / 6;
        expected[(c * 2 + y / 3) * 3 + x / 3] += 2 * planar[i];
    }
    layer_test_run(&t, &planar, out, expected, 5e-6);
    t.options = "stride=-2";
    CHECK_CONTAINS(layer_test_refusal(&t), "squares of 2x2");
    t.options = "stride=0";
    CHECK_CONTAINS(layer_test_refusal(&t), "stride must not be 0");
}

/* Darknet's permutation of flat numbers, with the numbers of a map of w x h x c. */
static void permute(const float *from, float *to, int w, int h, int c, int stride, bool reverse) {
    int groups = c / (stride * stride);
    for (int i = 0; i < w * h * c; i++) {
        int x = i % w, y = i / w % h, k = i / w / h;
        int wide_x = x * stride + k / groups % stride, wide_y = y * stride + k / groups / stride;
        int spread = wide_x + w * stride * (wide_y + h * stride * (k % groups));
        if (reverse)
            to[spread] = from[i];
        else
            to[i] = from[spread];
    }
}

static void check_reorg(const layer_type *type, const char *options, shape s, int stride, bool reverse) {
    layer_test t = {.type = type, .options = options, .inputs = {s}};
    const float *planar = one_input(&t);
    shape out = reverse ? (shape){s.channels / stride / stride, s.height * stride, s.width * stride}
                        : (shape){s.channels * stride * stride, s.height / stride, s.width / stride};
    shape dims = type == &layer_reorg ? s : out;
    float *expected = test_guarded_floats(shape_count(out));
    permute(planar, expected, dims.width, dims.height, dims.channels, stride, reverse);
    layer_test_run(&t, &planar, out, expected, 0);
}

static void reorg_permutes_as_yolov2_expects(void) {
    check_reorg(&layer_reorg, "stride=2", (shape){8, 6, 10}, 2, false);
    check_reorg(&layer_reorg, "stride=3", (shape){18, 3, 6}, 3, false);
    check_reorg(&layer_reorg, "stride=2\nreverse=1", (shape){16, 3, 5}, 2, true);
    check_reorg(&layer_reorg, "", (shape){5, 3, 4}, 1, false);
}

static void reorg3d_moves_space_to_depth(void) {
    check_reorg(&layer_reorg3d, "stride=2", (shape){7, 6, 10}, 2, false);
    check_reorg(&layer_reorg3d, "stride=3", (shape){2, 3, 6}, 3, false);
    check_reorg(&layer_reorg3d, "stride=2\nreverse=1", (shape){32, 3, 5}, 2, true);
}

static void reorg_refuses_what_does_not_fit(void) {
    layer_test t = {.type = &layer_reorg, .options = "stride=2", .input_count = 1, .inputs = {{8, 5, 6}}};
    CHECK_CONTAINS(layer_test_refusal(&t), "6x5x8 cannot be rearranged by stride=2");
    t.inputs[0] = (shape){6, 4, 4};
    CHECK_CONTAINS(layer_test_refusal(&t), "4x4x6 cannot be rearranged");
    t.options = "stride=2\nflatten=1";
    CHECK_CONTAINS(layer_test_refusal(&t), "flatten=1");
}

static void crop_takes_the_middle(void) {
    shape s = {3, 7, 8}, out = {3, 4, 5};
    layer_test t = {.type = &layer_crop, .options = "crop_width=5\ncrop_height=4\nflip=1\nangle=3", .inputs = {s}};
    const float *planar = one_input(&t);
    float plain[60], adjusted[60];
    for (int i = 0; i < 60; i++) {
        int x = i % 5 + 1, y = i / 5 % 4 + 1, c = i / 20;
        plain[i] = planar[(c * 7 + y) * 8 + x];
        adjusted[i] = plain[i] * 2 - 1;
    }
    layer_test_run(&t, &planar, out, adjusted, 0);
    t.options = "crop_width=5\ncrop_height=4\nnoadjust=1";
    layer_test_run(&t, &planar, out, plain, 0);
    t.options = "crop_width=9\ncrop_height=4";
    CHECK_CONTAINS(layer_test_refusal(&t), "9x4 cannot be cut out of a map of 8x7");
}

static void history_begins_with_nothing(void) {
    shape s = {5, 3, 4}, out = {15, 3, 4};
    layer_test t = {.type = &layer_history, .options = "history_size=3", .inputs = {s}};
    const float *planar = one_input(&t);
    float expected[15 * 12] = {0};
    memcpy(expected, planar, shape_count(s) * sizeof(float));
    layer_test_run(&t, &planar, out, expected, 0);
}

static void layers_of_training_change_nothing(void) {
    static const struct {
        const layer_type *type;
        const char *options;
    } rows[] = {
        {&layer_dropout, "probability=.5\ndropblock=1\ndropblock_size_abs=7"},
        {&layer_cost, "type=sse"},
        {&layer_contrastive, "classes=1\nyolo_layer=-2\ntemperature=1.0"},
        {&layer_silence, ""},
        {&layer_blank, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        shape s = {5, 3, 4};
        layer_test t = {.type = rows[i].type, .options = rows[i].options, .inputs = {s}};
        const float *planar = one_input(&t);
        layer_test_run(&t, &planar, s, planar, 0);
    }
}

int main(void) {
    static const test_case cases[] = {
        TEST(upsample_repeats),
        TEST(upsample_with_negative_stride_sums),
        TEST(reorg_permutes_as_yolov2_expects),
        TEST(reorg3d_moves_space_to_depth),
        TEST(reorg_refuses_what_does_not_fit),
        TEST(crop_takes_the_middle),
        TEST(history_begins_with_nothing),
        TEST(layers_of_training_change_nothing),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
