/* Heads that are read late find the same boxes, bit by bit, as those whose layers run as a whole. */
#include "test.h"
#include "yolo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NET "[net]\nwidth=32\nheight=32\nchannels=3\n"
#define STEM "[convolutional]\nfilters=20\nsize=3\nstride=2\npad=1\nactivation=leaky\n"
#define PRODUCT(filters, activation)                                                                                   \
    "[convolutional]\nfilters=" #filters "\nsize=1\npad=1\nactivation=" #activation "\n"
#define YOLO "[yolo]\nmask=0,2\nanchors=10,14, 23,27, 37,58\nnum=3\nclasses=40\n"
#define NEW_YOLO YOLO "new_coords=1\nscale_x_y=2\n"
#define REGION "[region]\nanchors=1,1, 2,3\nnum=2\nclasses=40\nsoftmax=1\n"
#define GAUSSIAN "[Gaussian_yolo]\nmask=0,2\nanchors=10,14, 23,27, 37,58\nnum=3\nclasses=40\n"

typedef struct network {
    const char *text;
    int late; /* layers that are */
} network;

static const network networks[] = {
    {NET STEM PRODUCT(90, linear) YOLO, 2},
    {NET STEM PRODUCT(90, logistic) NEW_YOLO, 2},
    {NET STEM PRODUCT(90, linear) REGION, 2},
    {NET STEM PRODUCT(98, linear) GAUSSIAN, 2},
    {NET PRODUCT(30, linear) PRODUCT(90, linear) YOLO, 3}, /* the image is what they read */
    {NET STEM PRODUCT(13, linear) PRODUCT(90, linear) YOLO, 3},
    {NET STEM PRODUCT(30, linear) PRODUCT(7, linear) PRODUCT(90, logistic) NEW_YOLO, 4},
    {NET STEM PRODUCT(64, leaky) PRODUCT(30, linear) PRODUCT(90, linear) REGION, 3},
    {NET STEM PRODUCT(30, linear) PRODUCT(90, linear) YOLO "[route]\nlayers=-4\n" PRODUCT(30, linear)
         PRODUCT(98, linear) GAUSSIAN, /* two heads on one map */
     6},
    {NET STEM PRODUCT(30, linear) PRODUCT(90, linear) YOLO "[route]\nlayers=-3\n" PRODUCT(90, linear) YOLO, 4},
    /* none */
    {NET STEM PRODUCT(90, leaky) YOLO, 0},
    {NET STEM "[convolutional]\nfilters=90\nsize=3\npad=1\nactivation=linear\n" YOLO, 0},
    {NET STEM "[convolutional]\nfilters=90\ngroups=2\nsize=1\nactivation=linear\n" YOLO, 0},
    {NET STEM "[convolutional]\nfilters=90\nsize=1\nstride=2\nactivation=linear\n" YOLO, 0},
    {NET STEM PRODUCT(90, linear) "[region]\nanchors=1,1, 2,3\nnum=2\nclasses=40\n", 0}, /* scores have no bound */
    {NET STEM PRODUCT(90, linear) YOLO "[route]\nlayers=-2\n" YOLO, 0},
    {NET STEM PRODUCT(90, linear) YOLO "[route]\nlayers=-1\n" YOLO, 0},
    {NET STEM PRODUCT(14, linear) "[yolo]\nmask=0,2\nanchors=10,14, 23,27, 37,58\nnum=3\nclasses=2\n", 0},
};

enum { NETWORKS = sizeof networks / sizeof *networks };

static yolo_model *load_with(const char *cfg_path, const char *weights_path, const char *kernels) {
    yolo_model *model = NULL;
    yolo_error error = {0};
    yolo_model_options options = yolo_model_options_default();
    options.kernels = kernels;
    CHECK_INT(yolo_model_load(cfg_path, weights_path, &options, &model, &error), YOLO_OK);
    return model;
}

/* With random weights, as many as it has. */
static yolo_model *load(const network *n, const char *kernels) {
    static const unsigned char header[20] = {0, 0, 0, 0, 2};
    char cfg_path[4096];
    test_random random = test_random_start(7);
    yolo_model_info info = {0};
    snprintf(cfg_path, sizeof cfg_path, "%s", test_temp_file("late.cfg", n->text, strlen(n->text)));
    yolo_model *model = load_with(cfg_path, NULL, kernels);
    if (!model) return NULL;
    yolo_model_get_info(model, &info);
    size_t count = info.parameter_count, bytes = sizeof header + count * sizeof(float);
    yolo_model_free(&model);
    float *numbers = calloc(1, bytes);
    memcpy(numbers, header, sizeof header);
    test_random_floats(&random, numbers + sizeof header / sizeof *numbers, count);
    model = load_with(cfg_path, test_temp_file("late.weights", numbers, bytes), kernels);
    free(numbers);
    return model;
}

static yolo_context *open(const yolo_model *model, int width, int height, int threads, bool keep) {
    yolo_context *context = NULL;
    yolo_error error;
    yolo_context_options options = yolo_context_options_default();
    options.width = width;
    options.height = height;
    options.threads = threads;
    options.keep_layers = keep;
    CHECK_INT(yolo_context_create(model, &options, &context, &error), YOLO_OK);
    return context;
}

static int count_late(const yolo_context *context) {
    yolo_layer_info layer;
    int count = 0;
    for (int i = 0; !yolo_context_get_layer(context, i, &layer); i++) count += layer.late;
    return count;
}

static bool run(yolo_context *context, const yolo_image *image) {
    yolo_error error;
    return CHECK_INT(yolo_set_input(context, image, YOLO_RESIZE_AUTO, &error), YOLO_OK) &&
           CHECK_INT(yolo_run(context, &error), YOLO_OK);
}

static void compare(yolo_context *whole, yolo_context *late, float threshold, size_t *found_count) {
    yolo_detect_options options = yolo_detect_options_default();
    yolo_detections expected = {0}, found = {0};
    yolo_error error;
    options.threshold = threshold;
    options.nms = YOLO_NMS_NONE;
    options.no_clip = true;
    test_note("threshold %g", (double)threshold);
    CHECK_INT(yolo_get_detections(whole, &options, &expected, &error), YOLO_OK);
    CHECK_INT(yolo_get_detections(late, &options, &found, &error), YOLO_OK);
    CHECK_INT(found.candidate_count, expected.candidate_count);
    if (CHECK_INT(found.count, expected.count) && found.count > 0)
        CHECK(memcmp(found.items, expected.items, found.count * sizeof *found.items) == 0);
    *found_count = found.count;
    yolo_detections_free(&expected);
    yolo_detections_free(&found);
}

/* Thresholds in an order that asks for few pixels, all of them, and few again. */
static void check_network(const network *n, int width, int height, int threads, const char *kernels) {
    static const float thresholds[] = {0.5f, 0.9f, 0, 0.3f};
    size_t counts[4] = {0};
    yolo_model *model = load(n, kernels);
    yolo_image image = {0};
    test_random random = test_random_start(9);
    if (!model || !CHECK_INT(yolo_image_create(width, height, 3, &image, NULL), YOLO_OK)) return;
    for (size_t i = 0; i < image.stride * (size_t)height; i++)
        image.pixels[i] = (uint8_t)test_random_int(&random, 0, 255);
    yolo_context *whole = open(model, width, height, 1, true);
    yolo_context *late = open(model, width, height, threads, false);
    CHECK_INT(count_late(whole), 0);
    CHECK_INT(count_late(late), n->late);
    for (int again = 0; again < 2; again++)
        if (run(whole, &image) && run(late, &image))
            for (int i = 0; i < 4; i++) compare(whole, late, thresholds[i], &counts[i]);
    CHECK(counts[2] > 0 && counts[1] < counts[2]);
    yolo_context_free(&whole);
    yolo_context_free(&late);
    yolo_image_free(&image);
    yolo_model_free(&model);
}

static void late_heads_find_the_same(void) {
    static const int sizes[][2] = {{32, 32}, {2, 2}, {38, 10}};
    for (int n = 0; n < NETWORKS; n++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (int threads = 1; threads <= 3; threads += 2) {
                test_note("network %d at %d x %d, %d threads", n, sizes[i][0], sizes[i][1], threads);
                check_network(&networks[n], sizes[i][0], sizes[i][1], threads, NULL);
            }
}

static void with_every_kernel_set(void) {
    const char *name;
    for (size_t k = 0; (name = yolo_kernels_name(k)); k++)
        for (int n = 0; n < NETWORKS && yolo_kernels_supported(k); n++) {
            test_note("network %d, kernels %s", n, name);
            check_network(&networks[n], 38, 20, 1, name);
        }
}

/* Of the outputs there is no more than the gates. */
static void late_heads_need_less_memory(void) {
    yolo_model *model = load(&networks[0], NULL);
    yolo_context_info info = {0};
    yolo_context *late = open(model, 640, 640, 1, false);
    CHECK_INT(yolo_context_get_info(late, &info), YOLO_OK);
    CHECK(info.arena_bytes < 320 * 320 * 90 * sizeof(float));
    yolo_context_free(&late);
    yolo_model_free(&model);
}

int main(void) {
    static const test_case cases[] = {
        TEST(late_heads_find_the_same),
        TEST(with_every_kernel_set),
        TEST(late_heads_need_less_memory),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
