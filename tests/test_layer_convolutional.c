/* [convolutional] and [crnn] against the textbook: options, folding, sharing, blurs, signs. */
#include "layers.h"
#include "naive.h"
#include "yolo.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a weights file holds for one convolution, and what it amounts to. */
typedef struct stored {
    const float *numbers; /* [count] in the file's order */
    size_t count;
    float *weights, *bias; /* folded */
} stored;

/* Statistics far from neutral, so that a wrong order shows. */
static stored make_stored(test_random *random, const convolution_geometry *g, bool batch_normalize) {
    size_t n = (size_t)g->filters, weight_count;
    convolution_weight_count(g, &weight_count);
    size_t statistics = batch_normalize ? 3 * n : 0;
    stored s = {NULL, n + statistics + weight_count, layer_test_floats(random, weight_count),
                layer_test_floats(random, n)};
    float *numbers = layer_test_floats(random, s.count);
    memcpy(numbers, s.bias, n * sizeof *numbers);
    memcpy(numbers + n + statistics, s.weights, weight_count * sizeof *numbers);
    for (size_t i = 0; i < n && statistics; i++) numbers[3 * n + i] = 0.1f + fabsf(numbers[3 * n + i]); /* variance */
    for (size_t i = 0; i < n && batch_normalize; i++) {
        double scale = numbers[n + i] / sqrt(numbers[3 * n + i] + 1e-5);
        s.bias[i] = (float)(s.bias[i] - numbers[2 * n + i] * scale);
        for (size_t k = 0; k < weight_count / n; k++) s.weights[i * (weight_count / n) + k] *= (float)scale;
    }
    s.numbers = numbers;
    return s;
}

static float *to_floats(const double *values, size_t count, activation kind) {
    float *floats = test_guarded_floats(count);
    for (size_t i = 0; i < count; i++) floats[i] = (float)naive_activation(kind, values[i]);
    return floats;
}

static float *convolved(const convolution_geometry *g, shape input, const float *planar, const stored *s,
                        activation kind, shape *output) {
    CHECK(convolution_output(g, input, output));
    double *sums = test_guarded(shape_count(*output) * sizeof *sums);
    naive_convolution(g, input, planar, s->weights, s->bias, 0, sums);
    return to_floats(sums, shape_count(*output), kind);
}

typedef struct example {
    const char *options;
    convolution_geometry geometry;
    bool batch_normalize;
    activation activation;
} example;

static const example examples[] = {
    {"filters=5", {3, 5, 1, 1, 1, 1, 1, 0}, false, ACTIVATION_LOGISTIC},
    {"filters=4\nsize=3\npad=1\nbatch_normalize=1\nactivation=leaky", {3, 4, 1, 3, 1, 1, 1, 1}, true, ACTIVATION_LEAKY},
    {"filters=4\nsize=3\npadding=2\nstride=2\ncbn=1\nactivation=mish", {3, 4, 1, 3, 2, 2, 1, 2}, true, ACTIVATION_MISH},
    {"filters=6\nsize=3\npad=1\ngroups=3\nactivation=swish", {3, 6, 3, 3, 1, 1, 1, 1}, false, ACTIVATION_SWISH},
    {"filters=3\nsize=3\npad=1\ngroups=3\nactivation=relu", {3, 3, 3, 3, 1, 1, 1, 1}, false, ACTIVATION_RELU},
    {"filters=4\nsize=2\nstride_x=2\nstride_y=1\nactivation=tanh", {3, 4, 1, 2, 2, 1, 1, 0}, false, ACTIVATION_TANH},
    {"filters=4\nsize=3\nstride=2\nstride_y=1\nactivation=linear", {3, 4, 1, 3, 2, 1, 1, 0}, false, ACTIVATION_LINEAR},
    {"filters=4\nsize=3\npad=1\ndilation=2\nactivation=relu6", {3, 4, 1, 3, 1, 1, 2, 2}, false, ACTIVATION_RELU6},
    {"filters=4\nsize=1\ndilation=3\nactivation=elu", {3, 4, 1, 1, 1, 1, 1, 0}, false, ACTIVATION_ELU},
    {"filters=4\nsize=1\npadding=1\nstride=2\nactivation=linear", {3, 4, 1, 1, 2, 2, 1, 1}, false, ACTIVATION_LINEAR},
};

static void computes_what_the_options_say(void) {
    test_random random = test_random_start(10);
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        const example *e = &examples[i];
        shape input = {3, 11, 9}, output;
        float *planar = layer_test_floats(&random, shape_count(input));
        stored s = make_stored(&random, &e->geometry, e->batch_normalize);
        float *expected = convolved(&e->geometry, input, planar, &s, e->activation, &output);
        layer_test t = {&layer_convolutional, e->options, 1, {input}, s.numbers, s.count, false};
        test_note("%s", e->options);
        layer_test_run(&t, (const float *const[]){planar}, output, expected, 1e-4);
    }
}

static void reads_flipped_weights(void) {
    test_random random = test_random_start(11);
    convolution_geometry g = {3, 4, 1, 3, 1, 1, 1, 1};
    shape input = {3, 6, 5}, output;
    float *planar = layer_test_floats(&random, shape_count(input));
    stored s = make_stored(&random, &g, false);
    float *expected = convolved(&g, input, planar, &s, ACTIVATION_LINEAR, &output);
    float *flipped = layer_test_floats(&random, s.count);
    memcpy(flipped, s.numbers, 4 * sizeof *flipped);
    for (size_t n = 0; n < 4; n++)
        for (size_t k = 0; k < 27; k++) flipped[4 + k * 4 + n] = s.weights[n * 27 + k];
    layer_test t = {.type = &layer_convolutional,
                    .options = "filters=4\nsize=3\npad=1\nflipped=1\nactivation=linear",
                    .input_count = 1,
                    .inputs = {input},
                    .weights = flipped,
                    .weight_count = s.count};
    layer_test_run(&t, (const float *const[]){planar}, output, expected, 1e-4);
}

static void blurs_after_the_activation(void) {
    static const float weights_3x3[] = {1, 2, 1, 2, 4, 2, 1, 2, 1};
    test_random random = test_random_start(13);
    for (int kind = 1; kind <= 2; kind++) {
        convolution_geometry g = {3, 2, 1, 3, 1, 1, 1, 1};
        convolution_geometry blur = {2, 2, 2, kind == 1 ? 3 : 2, 2, 2, 1, kind == 1};
        shape input = {3, 9, 10}, sharp_shape, output;
        float *planar = layer_test_floats(&random, shape_count(input));
        stored s = make_stored(&random, &g, true);
        float *sharp = convolved(&g, input, planar, &s, ACTIVATION_LEAKY, &sharp_shape);
        float weights[18], bias[2] = {0};
        for (int i = 0; i < 18; i++) weights[i] = kind == 1 ? weights_3x3[i % 9] / 16 : 0.25f;
        stored b = {NULL, 0, weights, bias};
        float *expected = convolved(&blur, sharp_shape, sharp, &b, ACTIVATION_LINEAR, &output);
        char options[128];
        snprintf(options, sizeof options,
                 "filters=2\nsize=3\npad=1\nstride=2\nbatch_normalize=1\nactivation=leaky\nantialiasing=%d", kind);
        layer_test t = {&layer_convolutional, options, 1, {input}, s.numbers, s.count, false};
        test_note("antialiasing=%d", kind);
        layer_test_run(&t, (const float *const[]){planar}, output, expected, 1e-4);
    }
}

/* Products of signs, the border -1, times the mean magnitude; `inverted` as convolutional.c tells. */
static void check_xnor(const char *options, int channels, int filter_count, bool inverted, activation kind) {
    test_random random = test_random_start(14);
    convolution_geometry g = {channels, filter_count, 1, 3, 1, 1, 1, 1};
    shape input = {channels, 5, 7}, output;
    size_t depth = (size_t)channels * 9, n = (size_t)filter_count;
    float *planar = layer_test_floats(&random, shape_count(input));
    float *signs = layer_test_floats(&random, shape_count(input));
    stored s = make_stored(&random, &g, true);
    float *zeros = test_guarded_floats(n);
    double *mean = test_guarded(n * sizeof *mean);
    for (size_t i = 0; i < shape_count(input); i++) signs[i] = planar[i] > 0 ? 1 : -1;
    for (size_t i = 0; i < n; i++) {
        zeros[i] = 0;
        mean[i] = 0;
        for (size_t k = 0; k < depth; k++) {
            mean[i] += fabs((double)s.weights[i * depth + k]) / (double)depth;
            s.weights[i * depth + k] = s.weights[i * depth + k] > 0 ? 1 : -1;
        }
    }
    convolution_output(&g, input, &output);
    size_t pixels = shape_pixels(output);
    double *sums = test_guarded(shape_count(output) * sizeof *sums);
    naive_convolution(&g, input, signs, s.weights, zeros, -1, sums);
    for (size_t i = 0; i < shape_count(output); i++) {
        if (inverted) sums[i] = -sums[i] - 2 * (double)((64 - depth % 64) % 64);
        sums[i] = sums[i] * mean[i / pixels] + s.bias[i / pixels];
    }
    layer_test t = {&layer_convolutional, options, 1, {input}, s.numbers, s.count, false};
    layer_test_run(&t, (const float *const[]){planar}, output, to_floats(sums, shape_count(output), kind), 1e-3);
}

static void multiplies_signs(void) {
    check_xnor("filters=5\nsize=3\npad=1\nbatch_normalize=1\nxnor=1\nactivation=leaky", 5, 5, false, ACTIVATION_LEAKY);
    check_xnor("filters=4\nsize=3\npad=1\nbatch_normalize=1\nxnor=1\nbin_output=1\nactivation=leaky", 5, 4, false,
               ACTIVATION_LINEAR);
    check_xnor("filters=3\nsize=3\npad=1\nbatch_normalize=1\nxnor=1\nactivation=leaky", 32, 3, true, ACTIVATION_LEAKY);
    check_xnor("filters=3\nsize=3\npad=1\nbatch_normalize=1\nxnor=1\nactivation=leaky", 64, 3, true, ACTIVATION_LEAKY);
}

/* From a state of zeros the self convolution adds its activated bias everywhere. */
static void takes_one_recurrent_step(void) {
    test_random random = test_random_start(15);
    shape input = {3, 6, 5}, hidden, output;
    convolution_geometry in = {3, 4, 1, 3, 1, 1, 1, 1}, self = {4, 4, 1, 3, 1, 1, 1, 1}, out = {4, 2, 1, 3, 1, 1, 1, 1};
    float *planar = layer_test_floats(&random, shape_count(input));
    stored a = make_stored(&random, &in, true), b = make_stored(&random, &self, true);
    stored c = make_stored(&random, &out, true);
    float *state = convolved(&in, input, planar, &a, ACTIVATION_LEAKY, &hidden);
    for (size_t i = 0; i < shape_count(hidden); i++)
        state[i] += (float)naive_activation(ACTIVATION_LEAKY, b.bias[i / shape_pixels(hidden)]);
    float *expected = convolved(&out, hidden, state, &c, ACTIVATION_LEAKY, &output);
    float *numbers = layer_test_floats(&random, a.count + b.count + c.count);
    memcpy(numbers, a.numbers, a.count * sizeof *numbers);
    memcpy(numbers + a.count, b.numbers, b.count * sizeof *numbers);
    memcpy(numbers + a.count + b.count, c.numbers, c.count * sizeof *numbers);
    layer_test t = {.type = &layer_crnn,
                    .options = "size=3\npad=1\noutput=2\nhidden=4\nbatch_normalize=1\nactivation=leaky\nshortcut=1",
                    .input_count = 1,
                    .inputs = {input},
                    .weights = numbers,
                    .weight_count = a.count + b.count + c.count};
    layer_test_run(&t, (const float *const[]){planar}, output, expected, 1e-3);
}

static void refuses_what_cannot_be(void) {
    static const struct {
        const layer_type *type;
        const char *options, *message;
    } cases[] = {
        {&layer_convolutional, "filters=0", "[convolutional] filters must be 1..1048576, not 0"},
        {&layer_convolutional, "size=9", "a window of size=9 dilation=1 does not fit into a map of 8x8"},
        {&layer_convolutional, "size=3\ndilation=4", "a window of size=3 dilation=4 does not fit"},
        {&layer_convolutional, "groups=2\nfilters=2", "groups=2 divides not both 3 channels of input and 2 filters"},
        {&layer_convolutional, "groups=3\nfilters=2", "groups=3 divides not both"},
        {&layer_convolutional, "activation=reluu", "activation must be"},
        {&layer_convolutional, "binary=1", "binary=1 changes the network's results and is not supported"},
        {&layer_convolutional, "xnor=1\nantialiasing=1", "antialiasing does not go together with xnor"},
        {&layer_crnn, "size=3", "size=3 dilation=1 padding=0 do not keep a map of 8x8 as large"},
        {&layer_crnn, "pad=1\ngroups=2\nhidden=2\noutput=2", "groups=2 divides not both 3 channels and 2 filters"},
        {&layer_crnn, "xnor=1", "xnor=1 changes the network's results and is not supported"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        layer_test t = {.type = cases[i].type, .options = cases[i].options, .input_count = 1, .inputs = {{3, 8, 8}}};
        CHECK_CONTAINS(layer_test_refusal(&t), cases[i].message);
    }
}

/* ---- Shared weights: in a network ------------------------------------------------------------------------------- */

#define NET "[net]\nwidth=8\nheight=8\nchannels=3\n"
#define FIRST "[convolutional]\nfilters=4\nsize=3\npad=1\nbatch_normalize=1\nactivation=leaky\n"
#define SECOND "[convolutional]\nfilters=4\nsize=3\npad=1\nactivation=relu\n"
enum { FIRST_COUNT = 16 + 108, SECOND_COUNT = 4 + 144 };

static yolo_status run_network(const char *text, const float *numbers, size_t count, float *values, yolo_error *error) {
    size_t bytes = 20 + count * sizeof(float);
    unsigned char *file = test_guarded(bytes);
    memcpy(file, (unsigned char[20]){0, 0, 0, 0, 2}, 20);
    memcpy(file + 20, numbers, count * sizeof(float));
    const char *cfg_path = test_temp_file("shared.cfg", text, strlen(text));
    yolo_model *model = NULL;
    yolo_context *context = NULL;
    yolo_image image = {0};
    yolo_context_options options = yolo_context_options_default();
    options.keep_layers = true;
    yolo_status status = yolo_model_load(cfg_path, test_temp_file("shared.weights", file, bytes), NULL, &model, error);
    if (!status) status = yolo_context_create(model, &options, &context, error);
    if (!status) status = yolo_image_create(8, 8, 3, &image, error);
    for (int i = 0; !status && i < 8 * 24; i++) image.pixels[i] = (uint8_t)(i * 37);
    if (!status) status = yolo_set_input(context, &image, YOLO_RESIZE_STRETCH, error);
    if (!status) status = yolo_run(context, error);
    if (!status) status = yolo_context_layer_output(context, 3, values, error);
    yolo_image_free(&image);
    yolo_context_free(&context);
    yolo_model_free(&model);
    return status;
}

static void shares_folded_weights(void) {
    static const char *const same_weights =
        NET FIRST SECOND "[convolutional]\nfilters=4\nsize=3\npad=1\nbatch_normalize=1\ndilation=2\nactivation=leaky\n"
                         "share_index=1\n"
                         "[convolutional]\nfilters=4\nsize=3\npad=1\nactivation=linear\nshare_index=-1\n";
    static const char *const own_weights =
        NET FIRST SECOND "[convolutional]\nfilters=4\nsize=3\npad=1\ndilation=2\nactivation=leaky\n"
                         "[convolutional]\nfilters=4\nsize=3\npad=1\nactivation=linear\n";
    test_random random = test_random_start(16);
    float numbers[FIRST_COUNT + 3 * SECOND_COUNT], shared[256], owned[256];
    yolo_error error = {0};
    test_random_floats(&random, numbers, FIRST_COUNT + SECOND_COUNT);
    for (int i = 12; i < 16; i++) numbers[i] = 0.1f + fabsf(numbers[i]); /* variances */
    for (int i = 0; i < 2 * SECOND_COUNT; i++)
        numbers[FIRST_COUNT + SECOND_COUNT + i] = numbers[FIRST_COUNT + i % SECOND_COUNT];
    CHECK_INT(run_network(same_weights, numbers, FIRST_COUNT + SECOND_COUNT, shared, &error), YOLO_OK);
    CHECK_INT(run_network(own_weights, numbers, FIRST_COUNT + 3 * SECOND_COUNT, owned, &error), YOLO_OK);
    CHECK_STRING(error.message, "");
    CHECK_SAME_FLOATS(shared, owned, 256);
}

static void dontload_reads_nothing(void) {
    static const char *const text = NET FIRST SECOND "[convolutional]\nfilters=4\nbatch_normalize=1\ndontload=1\n"
                                                     "[convolutional]\nfilters=4\ndontload=1\n";
    test_random random = test_random_start(18);
    float numbers[FIRST_COUNT + SECOND_COUNT], values[256], expected[256];
    yolo_error error = {0};
    test_random_floats(&random, numbers, FIRST_COUNT + SECOND_COUNT);
    for (int i = 12; i < 16; i++) numbers[i] = 0.5f;
    for (int i = 0; i < 256; i++) expected[i] = 0.5f; /* logistic of 0 */
    CHECK_INT(run_network(text, numbers, FIRST_COUNT + SECOND_COUNT, values, &error), YOLO_OK);
    CHECK_SAME_FLOATS(values, expected, 256);
}

static void dontloadscales_takes_neutral_statistics(void) {
    static const char *const text = NET FIRST "dontloadscales=1\n" SECOND SECOND SECOND;
    test_random random = test_random_start(19);
    enum { COUNT = FIRST_COUNT + 3 * SECOND_COUNT };
    float numbers[COUNT], without[COUNT], values[256], expected[256];
    yolo_error error = {0};
    test_random_floats(&random, numbers, COUNT);
    for (int i = 4; i < 16; i++) numbers[i] = i < 8; /* scales 1, means and variances 0 */
    memcpy(without, numbers, 4 * sizeof *numbers);
    memcpy(without + 4, numbers + 16, (COUNT - 16) * sizeof *numbers);
    CHECK_INT(run_network(NET FIRST SECOND SECOND SECOND, numbers, COUNT, expected, &error), YOLO_OK);
    CHECK_INT(run_network(text, without, COUNT - 12, values, &error), YOLO_OK);
    CHECK_SAME_FLOATS(values, expected, 256);
}

static void refuses_weights_that_do_not_fit(void) {
    static const char *const other = NET FIRST SECOND SECOND "[convolutional]\nfilters=5\nsize=3\nshare_index=1\n";
    static const char *const pool = NET FIRST "[maxpool]\nsize=2\n" SECOND "[convolutional]\nshare_index=1\n";
    test_random random = test_random_start(17);
    float numbers[FIRST_COUNT + 2 * SECOND_COUNT], values[256];
    yolo_error error = {0};
    test_random_floats(&random, numbers, FIRST_COUNT + 2 * SECOND_COUNT);
    for (int i = 12; i < 16; i++) numbers[i] = 0.5f;
    CHECK_INT(run_network(other, numbers, FIRST_COUNT + 2 * SECOND_COUNT, values, &error), YOLO_BAD_MODEL);
    CHECK_CONTAINS(error.message, "shared.cfg:24: [convolutional] layer 1 has weights of another size");
    CHECK_INT(run_network(pool, numbers, FIRST_COUNT + SECOND_COUNT, values, &error), YOLO_BAD_MODEL);
    CHECK_CONTAINS(error.message, "share_index must name a convolutional layer");
    numbers[12] = -1; /* a variance */
    CHECK_INT(run_network(NET FIRST SECOND SECOND SECOND, numbers, FIRST_COUNT + 2 * SECOND_COUNT, values, &error),
              YOLO_BAD_MODEL);
    CHECK_CONTAINS(error.message, "variance 0 of layer 0 [convolutional]");
}

int main(void) {
    static const test_case cases[] = {
        TEST(computes_what_the_options_say),
        TEST(reads_flipped_weights),
        TEST(dontload_reads_nothing),
        TEST(blurs_after_the_activation),
        TEST(dontloadscales_takes_neutral_statistics),
        TEST(multiplies_signs),
        TEST(takes_one_recurrent_step),
        TEST(refuses_what_cannot_be),
        TEST(shares_folded_weights),
        TEST(refuses_weights_that_do_not_fit),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
