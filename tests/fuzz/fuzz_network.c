/* A small network from a cfg, with weights that follow from a number, run on a small picture by every kernel set that
 * this processor can run: whatever the cfg, all vector sets must give the same bits. */
#include "cfg_mutator.h"
#include "yolo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEMORY = 32 << 20,
    PARAMETERS_MAX = 100000,
    VALUES_MAX = 1 << 18, /* of all layers' outputs */
    HEADER_BYTES = 20,
};

static const double FLOPS_MAX = 1e7;

typedef struct network {
    uint64_t choices;
    char *cfg, *weights;
    float *values;
    size_t count; /* of what a vector set put out: 0 before the first */
} network;

static yolo_status load(const network *n, const char *kernels, yolo_model **model) {
    yolo_model_options options = yolo_model_options_default();
    options.kernels = kernels;
    options.low_memory = n->choices >> 8 & 1;
    size_t algorithm_count = 0, chosen = n->choices >> 9 & 15;
    while (yolo_algorithm_name(algorithm_count)) algorithm_count++;
    if (chosen < algorithm_count) options.algorithm = yolo_algorithm_name(chosen);
    fuzz_limit_memory(MEMORY);
    return yolo_model_load(n->cfg, n->weights, &options, model, NULL);
}

/* A header, then numbers up to 1, or rarely up to where sums are infinite; above zero, because variances must be, unless
 * chosen otherwise. */
static char *write_weights(size_t parameters, uint64_t choices) {
    static const float scales[] = {0.1f, 0.5f, 1, 1, 0, 30, 1e10f, 1e38f};
    size_t count = HEADER_BYTES + parameters * sizeof(float);
    uint8_t *bytes = calloc(count, 1);
    fuzz_require(bytes != NULL);
    bytes[4] = choices >> 16 & 1 ? 2 : 5; /* the minor version */
    if (choices >> 17 & 1) bytes[1] = 8;  /* a major version above 1000: matrices lie the other way */
    fuzz_random random = {choices};
    for (size_t i = 0; i < parameters; i++) {
        float value = fuzz_float(&random) * scales[choices >> 18 & 7];
        if (!(choices >> 47 & 1)) value = fabsf(value);
        memcpy(bytes + HEADER_BYTES + i * sizeof value, &value, sizeof value);
    }
    char *path = fuzz_file("a.weights", bytes, count);
    free(bytes);
    return path;
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

static yolo_image make_picture(const network *n, int channels) {
    yolo_image image = {0};
    fuzz_random random = {n->choices};
    int width = 1 + (int)(n->choices >> 24 & 31), height = 1 + (int)(n->choices >> 29 & 31);
    if (yolo_image_create(width, height, channels, &image, NULL)) return image;
    for (size_t i = 0; i < image.stride * (size_t)height; i++) image.pixels[i] = (uint8_t)fuzz_bits(&random);
    return image;
}

static bool same(float a, float b) {
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static size_t add_output(const yolo_context *context, int layer, float *values, size_t count) {
    yolo_layer_info info;
    if (yolo_context_get_layer(context, layer, &info)) return 0;
    size_t more = (size_t)info.channels * (size_t)info.height * (size_t)info.width;
    if (more > VALUES_MAX - count) return 0;
    fuzz_require(yolo_context_layer_output(context, layer, values + count, NULL) == YOLO_OK);
    return more;
}

/* What the layers put out, layer by layer, compared with what the set before did. */
static void compare(network *n, const yolo_context *context, int layer_count) {
    float *values = malloc(VALUES_MAX * sizeof *values);
    fuzz_require(values != NULL);
    size_t count = 0;
    for (int i = 0; i < layer_count; i++) {
        size_t more = add_output(context, i, values, count);
        for (size_t k = count; n->count && k < count + more; k++) fuzz_require(same(values[k], n->values[k]));
        count += more;
    }
    fuzz_require(!n->count || n->count == count);
    free(n->values);
    n->values = values;
    n->count = count;
}

static void check_detections(const yolo_detections *found, const yolo_model_info *info, float threshold) {
    for (size_t i = 0; i < found->count; i++) {
        const yolo_detection *d = &found->items[i];
        fuzz_require(d->class_id >= 0 && d->class_id < info->class_count);
        fuzz_require(d->score > threshold || isnan(threshold));
        fuzz_require(i == 0 || !(d->score > found->items[i - 1].score));
    }
}

static yolo_detections detect(const network *n, yolo_context *context, const yolo_image *image,
                              const yolo_model_info *info) {
    yolo_detect_options options = yolo_detect_options_default();
    options.threshold = n->choices >> 34 & 1 ? 0.01f : 0.3f;
    options.nms = (yolo_nms)(n->choices >> 35 & 7) % (YOLO_NMS_SOFT + 1);
    options.resize = (yolo_resize)(n->choices >> 38 & 3);
    options.nms_agnostic = n->choices >> 40 & 1;
    options.no_clip = n->choices >> 41 & 1;
    options.max_detections = n->choices >> 42 & 1 ? 3 : 0;
    yolo_detections found = {0};
    yolo_error error = {0};
    yolo_status status;
    if (n->choices >> 43 & 1) {
        yolo_tile_options tiles = yolo_tile_options_default();
        tiles.width = tiles.height = 16;
        status = yolo_detect_tiled(context, image, &options, &tiles, &found, &error);
    } else {
        status = yolo_detect(context, image, &options, &found, &error);
    }
    fuzz_require(!status || *error.message);
    if (!status) check_detections(&found, info, options.nms == YOLO_NMS_SOFT ? -1 : options.threshold);
    return found;
}

/* Late layers find what whole ones find, as long as sums are not so large that a gate's rounding counts. */
static void compare_detections(const network *n, const yolo_detections *a, const yolo_detections *b) {
    const bool is_moderate = (n->choices >> 18 & 7) < 4;
    if (!is_moderate) return;
    fuzz_require(a->count == b->count && a->candidate_count == b->candidate_count);
    fuzz_require(a->count == 0 || memcmp(a->items, b->items, a->count * sizeof *a->items) == 0);
}

static bool is_small(const yolo_context *context) {
    yolo_context_info info;
    return !yolo_context_get_info(context, &info) && info.flops <= FLOPS_MAX &&
           (info.channels == 1 || info.channels == 3);
}

static yolo_context *open(const network *n, const yolo_model *model, bool keep_layers) {
    yolo_context_options options = yolo_context_options_default();
    options.threads = 1 + (int)(n->choices >> 44 & 1);
    options.keep_layers = keep_layers;
    yolo_context *context = NULL;
    return yolo_context_create(model, &options, &context, NULL) ? NULL : context;
}

static void run(network *n, const yolo_model *model, bool is_vector) {
    yolo_context *kept = open(n, model, true), *context = open(n, model, false);
    yolo_model_info info;
    fuzz_require(yolo_model_get_info(model, &info) == YOLO_OK);
    if (kept && context && is_small(context)) {
        yolo_image image = make_picture(n, n->choices >> 46 & 1 ? 1 : 3);
        fuzz_require(!yolo_set_input(kept, &image, YOLO_RESIZE_AUTO, NULL) && !yolo_run(kept, NULL));
        if (is_vector) compare(n, kept, info.layer_count);
        yolo_detections whole = detect(n, kept, &image, &info), found = detect(n, context, &image, &info);
        compare_detections(n, &found, &whole);
        yolo_detections_free(&whole);
        yolo_detections_free(&found);
        yolo_image_free(&image);
    }
    yolo_context_free(&kept);
    yolo_context_free(&context);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    network n = {.choices = cfg_choices(bytes, count), .cfg = fuzz_file("a.cfg", bytes, count)};
    yolo_model *model = NULL;
    yolo_model_info info;
    if (!load(&n, NULL, &model) && !yolo_model_get_info(model, &info) && info.parameter_count <= PARAMETERS_MAX &&
        info.class_count <= PARAMETERS_MAX)
        n.weights = write_weights(info.parameter_count, n.choices);
    yolo_model_free(&model);
    for (size_t i = 0; n.weights && yolo_kernels_name(i); i++) {
        if (!yolo_kernels_supported(i) || load(&n, yolo_kernels_name(i), &model)) continue;
        run(&n, model, strcmp(yolo_kernels_name(i), "portable") != 0);
        yolo_model_free(&model);
    }
    free(n.values);
    free(n.weights);
    free(n.cfg);
    return 0;
}
