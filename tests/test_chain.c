/* Layers that run together by strips put out the same bits as one after the other. */
#include "network/context.h"
#include "test.h"
#include "yolo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NET "[net]\nwidth=%d\nheight=%d\nchannels=3\n"
#define POINTWISE(filters) "[convolutional]\nfilters=" #filters "\nsize=1\nactivation=linear\n"
#define DEPTHWISE(channels, size, stride, activation)                                                                  \
    "[convolutional]\nfilters=" #channels "\ngroups=" #channels "\nsize=" #size "\nstride=" #stride                    \
    "\npad=1\nactivation=" #activation "\n"
#define SHORTCUT(from) "[dropout]\n[shortcut]\nfrom=" #from "\nactivation=leaky\n"

static const char network_text[] =
    NET "[convolutional]\nfilters=12\nsize=3\nstride=2\npad=1\nactivation=leaky\n" /* 0 */
    POINTWISE(16) DEPTHWISE(16, 3, 1, leaky) POINTWISE(8)                          /* 3 */
    POINTWISE(20) DEPTHWISE(20, 5, 1, swish) POINTWISE(8) SHORTCUT(-5)             /* 8 */
    POINTWISE(40) DEPTHWISE(40, 3, 2, leaky) POINTWISE(12)                         /* 11 */
    POINTWISE(50) DEPTHWISE(50, 5, 2, relu6) POINTWISE(12)                         /* 14 */
    POINTWISE(60) DEPTHWISE(60, 3, 1, leaky) POINTWISE(12) SHORTCUT(-5)            /* 19 */
    "[route]\nlayers=-1,-6\n" POINTWISE(30) DEPTHWISE(30, 3, 1, mish) POINTWISE(9);

static yolo_model *load_with(const char *cfg_path, const char *weights_path) {
    yolo_model *model = NULL;
    yolo_error error = {0};
    CHECK_INT(yolo_model_load(cfg_path, weights_path, NULL, &model, &error), YOLO_OK);
    return model;
}

/* The network for an input of this size, with random weights: as many as it has without. */
static yolo_model *load(int width, int height) {
    static const unsigned char header[20] = {0, 0, 0, 0, 2};
    char text[sizeof network_text + 32], cfg_path[4096];
    test_random random = test_random_start(7);
    snprintf(text, sizeof text, network_text, width, height);
    snprintf(cfg_path, sizeof cfg_path, "%s", test_temp_file("chain.cfg", text, strlen(text)));
    yolo_model *model = load_with(cfg_path, NULL);
    if (!model) return NULL;
    size_t count = model->parameter_count, bytes = sizeof header + count * sizeof(float);
    yolo_model_free(&model);
    float *numbers = calloc(1, bytes);
    memcpy(numbers, header, sizeof header);
    test_random_floats(&random, numbers + sizeof header / sizeof *numbers, count);
    model = load_with(cfg_path, test_temp_file("chain.weights", numbers, bytes));
    free(numbers);
    return model;
}

static void run(void *argument, team *t) {
    context_run(argument, t, NULL);
}

/* The last layer's output, for the caller to free. */
static float *output_of(const yolo_model *model, int width, int height, int threads, bool keep, int *chains) {
    context c;
    yolo_error error = {0};
    test_random random = test_random_start(8);
    if (!CHECK_INT(context_create(model, width, height, threads, keep, 0, &c, &error), YOLO_OK)) return NULL;
    const tensor *image = context_value(&c, LAYER_IMAGE), *last = context_value(&c, model->layer_count - 1);
    test_random_floats(&random, image->data, tensor_pixels(image) * image->stride);
    team_run(threads, run, &c);
    float *planar = calloc(shape_count(tensor_shape(last)), sizeof *planar);
    tensor_to_planar(last, planar);
    *chains = c.plan.chain_count;
    context_free(&c);
    return planar;
}

static void check_size(int width, int height) {
    yolo_model *model = load(width, height);
    int chains;
    if (!model) return;
    float *expected = output_of(model, width, height, 1, true, &chains);
    CHECK_INT(chains, 0);
    CHECK(expected && expected[0] != expected[1] && expected[0] - expected[0] == 0);
    size_t count = (size_t)9 * (size_t)((width + 7) / 8) * (size_t)((height + 7) / 8);
    for (int threads = 1; expected && threads <= 5; threads++) {
        float *found = output_of(model, width, height, threads, false, &chains);
        CHECK(chains > 0);
        if (found) CHECK_SAME_FLOATS(found, expected, count);
        free(found);
    }
    free(expected);
    yolo_model_free(&model);
}

static void strips_change_no_bit(void) {
    static const int sizes[][2] = {{160, 160}, {97, 131}, {320, 64}, {64, 320}, {333, 75}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) check_size(sizes[i][0], sizes[i][1]);
}

int main(void) {
    static const test_case cases[] = {TEST(strips_change_no_bit)};
    return test_run(cases, sizeof cases / sizeof *cases);
}
