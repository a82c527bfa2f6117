/* Text -> sections -> options -> layers -> a plan, with no weights and little memory. */
#include "cfg_mutator.h"
#include "yolo.h"

#include <stdlib.h>
#include <string.h>

enum { MEMORY = 32 << 20 };

static void hear(void *argument, const char *sentence) {
    (void)argument;
    fuzz_require(*sentence && strlen(sentence) < sizeof((yolo_error *)0)->message);
}

static void look_at_layers(const yolo_context *context, const yolo_model_info *model) {
    yolo_context_info info;
    yolo_layer_info layer;
    fuzz_require(yolo_context_get_info(context, &info) == YOLO_OK && info.arena_bytes <= MEMORY);
    for (int i = 0; i < model->layer_count; i++) {
        fuzz_require(yolo_context_get_layer(context, i, &layer) == YOLO_OK);
        fuzz_require(layer.channels > 0 && layer.height > 0 && layer.width > 0 && layer.flops >= 0);
        for (int k = 0; k < layer.input_count; k++) fuzz_require(layer.inputs[k] >= -1 && layer.inputs[k] < i);
    }
}

/* `choices`: how the context differs from what the cfg says. */
static void plan(const yolo_model *model, uint64_t choices) {
    static const int sides[] = {0, 0, 1, 8, 31, 64, 416, 65536};
    yolo_context_options options = yolo_context_options_default();
    options.width = sides[choices & 7];
    options.height = options.width ? sides[2 + (choices >> 3 & 3)] : 0;
    options.threads = 1 + (int)(choices >> 5 & 3);
    options.keep_layers = choices >> 7 & 1;
    yolo_context *context = NULL;
    yolo_error error = {0};
    yolo_status status = yolo_context_create(model, &options, &context, &error);
    fuzz_require(status ? *error.message && !context : context != NULL);
    yolo_model_info info;
    if (!status && !yolo_model_get_info(model, &info)) look_at_layers(context, &info);
    yolo_context_free(&context);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    uint64_t choices = cfg_choices(bytes, count);
    char *path = fuzz_file("a.cfg", bytes, count);
    yolo_model_options options = yolo_model_options_default();
    options.lenient = choices >> 8 & 1;
    options.low_memory = choices >> 9 & 1;
    options.warn = hear;
    yolo_model *model = NULL;
    yolo_error error = {0};
    fuzz_limit_memory(MEMORY);
    yolo_status status = yolo_model_load(path, NULL, &options, &model, &error);
    fuzz_require(status ? *error.message && !model : model != NULL);
    fuzz_require(status != YOLO_BAD_ARGUMENT);
    if (!status) plan(model, choices);
    yolo_model_free(&model);
    free(path);
    return 0;
}
