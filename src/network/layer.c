#include "network/layer.h"

#include <stdarg.h>
#include <stdio.h>

#undef layer_fail
#undef layer_fail_memory

yolo_status layer_fail(const layer *l, const char *key, yolo_error *error, const char *format, ...) {
    yolo_error sentence;
    char text[sizeof sentence.message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const cfg_option *option = key ? cfg_find(l->section, key) : NULL;
    int line = option ? option->line : l->section->line;
    return fail_at(error, YOLO_BAD_MODEL, l->section->file, line, "[%s] %s", l->section->name, text);
}

yolo_status layer_fail_memory(const layer *l, yolo_error *error) {
    return fail_at(error, YOLO_NO_MEMORY, l->section->file, l->section->line, "[%s] not enough memory for layer %d",
                   l->section->name, l->index);
}

yolo_status layer_same_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    (void)l;
    (void)error;
    *plan = (layer_plan){.output = args->inputs[0], .placement = PLACE_NEW, .algorithm = ""};
    return YOLO_OK;
}

yolo_status layer_in_place(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    yolo_status status = layer_same_shape(l, args, plan, error);
    plan->placement = PLACE_IN_PLACE;
    return status;
}

yolo_status layer_identity(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    yolo_status status = layer_same_shape(l, args, plan, error);
    plan->placement = PLACE_VIEW;
    plan->rows = (layer_rows){.size = 1, .stride = 1};
    return status;
}
