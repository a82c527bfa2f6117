/* Loading and running small networks through the public interface. */
#include "test.h"
#include "yolo.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* 2 filters of 1x1 over 3 channels, without batch norm, then a head for one class and one anchor. */
#define NET "[net]\nwidth=8\nheight=8\nchannels=3\n"
#define CONV(filters) "[convolutional]\nfilters=" #filters "\nsize=1\nactivation=linear\n"
#define HEAD "[yolo]\nmask=0\nanchors=4,4\nclasses=1\nnum=1\n"

static yolo_error error;
static char heard[256];

static void hear(void *argument, const char *sentence) {
    (void)argument;
    snprintf(heard, sizeof heard, "%s", sentence);
}

/* A weights file of `count` numbers: 0.5, with `odd` in place of the last where it is not 0. */
static const char *weights_file(const char *name, size_t count, float odd) {
    unsigned char bytes[20 + 4 * 64] = {0, 0, 0, 0, 2, 0, 0, 0, 5};
    for (size_t i = 0; i < count; i++) {
        float value = i == count - 1 && odd != 0 ? odd : 0.5f;
        memcpy(bytes + 20 + 4 * i, &value, 4);
    }
    return test_temp_file(name, bytes, 20 + 4 * count);
}

static const char *text_file(const char *name, const char *text) {
    return test_temp_file(name, text, strlen(text));
}

static yolo_status load(const char *cfg_text, const char *weights, const char *names, yolo_model **model) {
    heard[0] = 0;
    yolo_model_options options = yolo_model_options_default();
    options.names_path = names;
    options.warn = hear;
    *model = NULL;
    return yolo_model_load(text_file("a.cfg", cfg_text), weights, &options, model, &error);
}

static void expect_refused(const char *cfg_text, const char *weights, yolo_status status, const char *part) {
    yolo_model *model;
    CHECK_INT(load(cfg_text, weights, NULL, &model), status);
    CHECK_CONTAINS(error.message, part);
    CHECK(model == NULL);
    yolo_model_free(&model);
}

static void cfg_mistakes_are_named(void) {
    expect_refused("[convolutional]\n", NULL, YOLO_BAD_MODEL, "a.cfg:1: the first section must be [net]");
    expect_refused("[net]\nwidth=8\n", NULL, YOLO_BAD_MODEL, "a.cfg:1: [net] needs width=, height= and channels=");
    expect_refused(NET "inputs=191\n", NULL, YOLO_BAD_MODEL,
                   "a.cfg:5: [net] inputs=191 is not width x height x channels: 8 x 8 x 3");
    expect_refused("[net]\nwidth=70000\n", NULL, YOLO_BAD_MODEL, "a.cfg:2: [net] width must be 1..65536, not 70000");
    expect_refused(NET, NULL, YOLO_BAD_MODEL, "must have 1 to 10000 layers after [net], not 0");
    expect_refused(NET "[convolution]\n", NULL, YOLO_BAD_MODEL, "a.cfg:5: there is no layer type [convolution]");
    expect_refused(NET "[conv]\nfilter=3\n", NULL, YOLO_BAD_MODEL, "a.cfg:6: [conv] has no option 'filter'");
    expect_refused(NET "[maxpool]\nsize=0\n", NULL, YOLO_BAD_MODEL, "a.cfg:6: [maxpool] size must be");
    expect_refused(NET "[route]\nlayers=-1\n", NULL, YOLO_BAD_MODEL, "only earlier ones can be read");
    expect_refused(NET CONV(5) HEAD, NULL, YOLO_BAD_MODEL, "[yolo]"); /* 5 channels, not 6 */
    expect_refused(NET "[convolutional]\nsize=11\n", NULL, YOLO_BAD_MODEL,
                   "a.cfg:6: [convolutional] a window of size=11");
}

static void weights_must_fit_exactly(void) {
    yolo_model *model;
    size_t count = 6 + 18; /* 6 biases, 6 x 3 weights */
    CHECK_INT(load(NET CONV(6) HEAD, weights_file("w", count, 0), NULL, &model), YOLO_OK);
    yolo_model_info info;
    CHECK_INT(yolo_model_get_info(model, &info), YOLO_OK);
    CHECK(info.parameter_count == count && info.has_weights && info.class_count == 1 && info.task == YOLO_TASK_DETECT);
    yolo_model_free(&model);
    CHECK(model == NULL);
    expect_refused(NET CONV(6) HEAD, weights_file("w", count - 1, 0), YOLO_BAD_MODEL,
                   "w: ends in layer 0 [convolutional]");
    expect_refused(NET CONV(6) HEAD, weights_file("w", count + 1, 0), YOLO_BAD_MODEL, "w: 4 bytes are left over");
    expect_refused(NET CONV(6) HEAD, weights_file("w", count, NAN), YOLO_BAD_MODEL, "of layer 0 [convolutional]");
    expect_refused(NET CONV(6) HEAD, weights_file("w", count, INFINITY), YOLO_BAD_MODEL, "is inf");
    expect_refused(NET CONV(6) HEAD, text_file("w", "short"), YOLO_BAD_MODEL, "too short for the header");
    expect_refused(NET CONV(6) HEAD, text_file("w", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), YOLO_BAD_MODEL,
                   "is not a Darknet weights file");
    expect_refused(NET CONV(6) HEAD, text_file("w", "[net]\nwidth=8\nheight=8\n"), YOLO_BAD_MODEL,
                   "is not a Darknet weights file");
    expect_refused(NET CONV(6) HEAD, "/no/such/weights", YOLO_BAD_FILE, "No such file");
    expect_refused(NET CONV(6) HEAD, "/tmp", YOLO_BAD_FILE, "directory");
}

/* Versions before 0.2 count the images seen in 4 bytes. */
static void old_headers_are_shorter(void) {
    unsigned char bytes[16 + 4 * 24] = {0, 0, 0, 0, 1};
    yolo_model *model;
    CHECK_INT(load(NET CONV(6) HEAD, test_temp_file("w", bytes, sizeof bytes), NULL, &model), YOLO_OK);
    yolo_model_free(&model);
}

static void names_come_from_a_file(void) {
    yolo_model *model;
    CHECK_INT(load(NET CONV(6) HEAD, NULL, text_file("n", "\xEF\xBB\xBF caf\xC3\xA9 \r\n\n"), &model), YOLO_OK);
    CHECK_STRING(yolo_model_class_name(model, 0), "caf\xC3\xA9");
    CHECK_STRING(yolo_model_class_name(model, 1), "");
    CHECK_STRING(yolo_model_class_name(model, -1), "");
    CHECK_STRING(heard, "");
    yolo_model_free(&model);
    CHECK_INT(load(NET CONV(6) HEAD, NULL, text_file("n", "a\nb\n"), &model), YOLO_OK);
    CHECK_CONTAINS(heard, "n: has 2 names, but the network has 1 classes");
    yolo_model_free(&model);
    CHECK_INT(load(NET CONV(6) HEAD, NULL, NULL, &model), YOLO_OK);
    CHECK_STRING(yolo_model_class_name(model, 0), "class 0");
    yolo_model_free(&model);
    CHECK_INT(load(NET CONV(6) HEAD, NULL, "/no/such/names", &model), YOLO_BAD_FILE);
    CHECK_INT(load(NET CONV(6) HEAD, NULL, test_temp_file("n", "a\0b", 3), &model), YOLO_BAD_MODEL);
}

/* All weights and biases 0.5: on a white picture every output of the convolution is 2, so every cell's box is known. */
static void a_known_network_finds_known_boxes(void) {
    yolo_model *model;
    yolo_context *context = NULL;
    if (!CHECK_INT(load(NET CONV(6) HEAD, weights_file("w", 24, 0), NULL, &model), YOLO_OK)) return;
    CHECK_INT(yolo_context_create(model, NULL, &context, &error), YOLO_OK);
    yolo_image image = {0};
    CHECK_INT(yolo_image_create(80, 80, 3, &image, &error), YOLO_OK);
    memset(image.pixels, 255, image.stride * 80);
    yolo_detect_options options = yolo_detect_options_default();
    options.nms = YOLO_NMS_NONE;
    options.no_clip = true;
    yolo_detections found = {0};
    CHECK_INT(yolo_detect(context, &image, &options, &found, &error), YOLO_OK);
    double sure = 1 / (1 + exp(-2)), side = exp(2) * 4 * 10;
    if (CHECK_INT(found.count, 64))
        for (size_t i = 0; i < 64; i++) { /* equal scores stay in the order of the cells */
            CHECK_NEAR(found.items[i].score, sure * sure, 1e-6);
            CHECK_NEAR(found.items[i].width, side, 1e-3);
            CHECK_NEAR(found.items[i].x + side / 2, ((double)(i % 8) + sure) * 10, 1e-3);
            CHECK_NEAR(found.items[i].y + side / 2, ((double)(i / 8) + sure) * 10, 1e-3);
        }
    options.max_detections = 5;
    CHECK_INT(yolo_get_detections(context, &options, &found, &error), YOLO_OK);
    CHECK(found.count == 5 && found.candidate_count == 64);
    options.threshold = 0.8f;
    CHECK_INT(yolo_get_detections(context, &options, &found, &error), YOLO_OK);
    CHECK_INT(found.count, 0);
    float hidden = 2;
    options = yolo_detect_options_default();
    options.class_thresholds = &hidden;
    CHECK_INT(yolo_get_detections(context, &options, &found, &error), YOLO_OK);
    CHECK_INT(found.count, 0);
    yolo_detections_free(&found);
    yolo_image_free(&image);
    yolo_context_free(&context);
    yolo_model_free(&model);
}

static void classifiers_rank_their_classes(void) {
    yolo_model *model;
    yolo_context *context = NULL;
    if (!CHECK_INT(load(NET CONV(5) "[avgpool]\n[softmax]\n", NULL, NULL, &model), YOLO_OK)) return;
    CHECK_INT(yolo_context_create(model, NULL, &context, &error), YOLO_OK);
    yolo_image image = {0};
    CHECK_INT(yolo_image_create(8, 8, 1, &image, &error), YOLO_OK);
    yolo_score scores[10];
    size_t found;
    CHECK_INT(yolo_get_scores(context, 10, scores, &found, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_set_input(context, &image, YOLO_RESIZE_AUTO, &error), YOLO_OK);
    CHECK_INT(yolo_run(context, &error), YOLO_OK);
    CHECK_INT(yolo_get_scores(context, 3, scores, &found, &error), YOLO_OK);
    CHECK(found == 3 && scores[0].class_id == 0 && scores[2].class_id == 2); /* equal: the lower class first */
    CHECK_NEAR(scores[0].score, 0.2, 1e-6);
    CHECK_INT(yolo_get_scores(context, 10, scores, &found, &error), YOLO_OK);
    CHECK_INT(found, 5);
    yolo_detections none = {0};
    CHECK_INT(yolo_get_detections(context, NULL, &none, &error), YOLO_BAD_ARGUMENT);
    CHECK_CONTAINS(error.message, "has no detection head");
    yolo_image_free(&image);
    yolo_context_free(&context);
    yolo_model_free(&model);
}

static void contexts_take_other_sizes(void) {
    yolo_model *model;
    yolo_context *context = NULL;
    if (!CHECK_INT(load(NET CONV(6) "[connected]\noutput=4\n", NULL, NULL, &model), YOLO_OK)) return;
    yolo_context_options options = yolo_context_options_default();
    options.width = options.height = 16;
    CHECK_INT(yolo_context_create(model, &options, &context, &error), YOLO_BAD_MODEL);
    CHECK_CONTAINS(error.message, "[connected]");
    CHECK(context == NULL);
    options.width = -1;
    CHECK_INT(yolo_context_create(model, &options, &context, &error), YOLO_BAD_ARGUMENT);
    yolo_model_free(&model);
    if (!CHECK_INT(load(NET CONV(6) HEAD, NULL, NULL, &model), YOLO_OK)) return;
    options.width = 24;
    options.keep_layers = true;
    CHECK_INT(yolo_context_create(model, &options, &context, &error), YOLO_OK);
    yolo_layer_info layer;
    CHECK_INT(yolo_context_get_layer(context, 0, &layer), YOLO_OK);
    CHECK(layer.width == 24 && layer.height == 16 && layer.channels == 6 && layer.line == 5 && layer.input_count == 1);
    CHECK(layer.inputs[0] == -1 && layer.parameter_count == 24 && layer.flops == 2.0 * 3 * 6 * 24 * 16);
    CHECK_INT(yolo_context_get_layer(context, 2, &layer), YOLO_BAD_ARGUMENT);
    yolo_context_free(&context);
    yolo_model_free(&model);
}

static void layers_outputs_are_planar(void) {
    yolo_model *model;
    yolo_context *context = NULL;
    if (!CHECK_INT(load(NET "[maxpool]\nsize=2\nstride=2\n", NULL, NULL, &model), YOLO_OK)) return;
    yolo_context_options options = yolo_context_options_default();
    options.keep_layers = true;
    CHECK_INT(yolo_context_create(model, &options, &context, &error), YOLO_OK);
    yolo_image image = {0};
    CHECK_INT(yolo_image_create(8, 8, 3, &image, &error), YOLO_OK);
    for (size_t i = 0; i < 192; i++) image.pixels[i / 24 * image.stride + i % 24] = (uint8_t)i;
    float input[3 * 64], output[3 * 16];
    CHECK_INT(yolo_context_layer_output(context, 0, output, &error), YOLO_BAD_ARGUMENT); /* has not run */
    CHECK_INT(yolo_set_input(context, &image, YOLO_RESIZE_STRETCH, &error), YOLO_OK);
    CHECK_INT(yolo_run(context, &error), YOLO_OK);
    CHECK_INT(yolo_context_layer_output(context, -1, input, &error), YOLO_OK);
    CHECK_INT(yolo_context_layer_output(context, 0, output, &error), YOLO_OK);
    for (int c = 0; c < 3; c++)
        for (int p = 0; p < 64; p++) CHECK_NEAR(input[c * 64 + p], (p * 3 + c) / 255.0, 1e-6);
    for (int c = 0; c < 3; c++) CHECK_NEAR(output[c * 16], input[c * 64 + 9], 0); /* ascending: the last of 2x2 */
    CHECK_INT(yolo_run(context, &error), YOLO_BAD_ARGUMENT);                      /* the input is used up */
    yolo_image_free(&image);
    yolo_context_free(&context);
    yolo_model_free(&model);
}

static void misuse_is_an_argument_error(void) {
    yolo_model *model = NULL;
    yolo_context *context = NULL;
    yolo_image image = {0};
    CHECK_INT(yolo_model_load(NULL, NULL, NULL, &model, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_model_load("x", NULL, NULL, NULL, NULL), YOLO_BAD_ARGUMENT);
    yolo_model_options options = yolo_model_options_default();
    options.kernels = "abacus";
    CHECK_INT(yolo_model_load("x", NULL, &options, &model, &error), YOLO_BAD_ARGUMENT);
    CHECK_STRING(error.message, "this machine has no kernel set 'abacus'");
    CHECK_INT(yolo_context_create(NULL, NULL, &context, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_detect(NULL, &image, NULL, NULL, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_run(NULL, &error), YOLO_BAD_ARGUMENT);
    yolo_model_free(NULL);
    yolo_model_free(&model);
    yolo_context_free(NULL);
    yolo_context_free(&context);
    yolo_detections_free(NULL);
    yolo_image_free(NULL);
    if (!CHECK_INT(load(NET CONV(6) HEAD, NULL, NULL, &model), YOLO_OK)) return;
    CHECK_INT(yolo_context_create(model, NULL, &context, &error), YOLO_OK);
    CHECK_INT(yolo_set_input(context, &image, YOLO_RESIZE_AUTO, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_set_input(context, NULL, YOLO_RESIZE_AUTO, &error), YOLO_BAD_ARGUMENT);
    yolo_context_free(&context);
    yolo_model_free(&model);
}

static void kernel_sets_are_listed(void) {
    bool any = false;
    size_t i = 0;
    for (; yolo_kernels_name(i); i++) any = any || yolo_kernels_supported(i);
    CHECK(any && i >= 1);
    CHECK(!yolo_kernels_supported(i));
    CHECK(yolo_version()[0] != 0);
}

int main(void) {
    static const test_case cases[] = {
        TEST(cfg_mistakes_are_named),    TEST(weights_must_fit_exactly),          TEST(old_headers_are_shorter),
        TEST(names_come_from_a_file),    TEST(a_known_network_finds_known_boxes), TEST(classifiers_rank_their_classes),
        TEST(contexts_take_other_sizes), TEST(layers_outputs_are_planar),         TEST(misuse_is_an_argument_error),
        TEST(kernel_sets_are_listed),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
