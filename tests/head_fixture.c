#include "head_fixture.h"

#include "run_layer.h"

#include "base/memory.h"
#include "network/heads.h"
#include "test.h"

#include <string.h>

void head_open(head_fixture *f, const char *path, const char *section) {
    *f = (head_fixture){.input = LAYER_IMAGE};
    f->status = cfg_parse(path, section, strlen(section), &f->cfg, &f->error);
    if (f->status) return;
    layer *l = &f->layer;
    l->section = &f->cfg.sections[0];
    l->type = layer_type_find(l->section->name);
    if (!CHECK(l->type != NULL)) return;
    l->inputs = &f->input;
    l->input_count = 1;
    l->params = memory_allocate_zeroed(1, l->type->params_size);
    const option_target target = {l->type->options, l->params};
    f->status = options_read(l->section, &target, 1, 0, NULL, &f->error);
    if (!f->status) f->status = l->type->check(l, &f->error);
}

void head_close(head_fixture *f) {
    layer *l = &f->layer;
    if (l->type && l->params) {
        const option_target target = {l->type->options, l->params};
        if (l->type->release) l->type->release(l);
        options_free(&target);
    }
    memory_free(l->params);
    cfg_free(&f->cfg);
    *f = (head_fixture){0};
}

layer_plan head_plan(head_fixture *f, shape input) {
    layer_plan plan = {0};
    const shape_args args = {.inputs = &input, .threads = 1};
    f->status = f->layer.type->shape(&f->layer, &args, &plan, &f->error);
    return plan;
}

static tensor new_tensor(shape s, size_t gap) {
    size_t stride = (size_t)s.channels + gap;
    return (tensor){.data = test_guarded_floats(shape_pixels(s) * stride),
                    .channels = s.channels,
                    .height = s.height,
                    .width = s.width,
                    .stride = stride};
}

static void read_output(const tensor *output, bool by_cell, float *values) {
    if (!by_cell) {
        tensor_to_planar(output, values);
        return;
    }
    size_t channels = (size_t)output->channels;
    for (size_t p = 0; p < tensor_pixels(output); p++)
        memcpy(values + p * channels, output->data + p * output->stride, channels * sizeof *values);
}

static void check_gaps(const tensor *t) {
    bool untouched = true;
    for (size_t p = 0; p < tensor_pixels(t); p++)
        for (size_t c = (size_t)t->channels; c < t->stride; c++) {
            uint32_t bits;
            memcpy(&bits, &t->data[p * t->stride + c], sizeof bits);
            untouched = untouched && bits == UINT32_MAX;
        }
    CHECK(untouched);
}

candidates head_detect(head_fixture *f, const head_case *given, float *output) {
    candidates found = {0};
    layer_plan plan = head_plan(f, given->input);
    if (!CHECK_INT(f->status, YOLO_OK)) return found;
    tensor input = new_tensor(given->input, 3);
    tensor_from_planar(given->planar, &input);
    bool in_place = given->in_place && plan.placement == PLACE_IN_PLACE;
    tensor result = in_place ? input : new_tensor(plan.output, 5);
    const run_args args = {.inputs = &input, .output = result, .kernels = given->kernels};
    run_layer(&f->layer, args, given->threads);
    check_gaps(&result);
    if (output) read_output(&result, plan.by_cell, output);
    const decode_args decode = {
        .head = &result, .score_min = given->score_min, .net_width = given->net_width, .net_height = given->net_height};
    heads_decode_map(&f->layer, &decode, &found);
    return found;
}
