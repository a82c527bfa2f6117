#include "layers.h"

#include "run_layer.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct opened {
    cfg cfg;
    layer layer;
    weight_reader *weights;
    int inputs[LAYER_INPUTS_MAX];
    shape shapes[LAYER_INPUTS_MAX]; /* in the order in which the layer reads them */
    layer_plan plan;
    const kernels *kernels;
} opened;

static const char *write_cfg(const layer_test *t) {
    char text[4096];
    int length = snprintf(text, sizeof text, "[net]\nwidth=8\n[%s]\n%s\n", t->type->name, t->options);
    return test_temp_file("layer.cfg", text, (size_t)length);
}

static const char *write_weights(const layer_test *t) {
    size_t bytes = 20 + t->weight_count * sizeof(float);
    int32_t header[5] = {t->old_weights ? 1001 : 0, 2, 5, 0, 0};
    char *file = malloc(bytes);
    memcpy(file, header, 20);
    if (t->weight_count) memcpy(file + 20, t->weights, bytes - 20);
    const char *path = test_temp_file("layer.weights", file, bytes);
    free(file);
    return path;
}

/* Which inputs the layer reads, as the network would find out from its options. */
static void find_inputs(const layer_test *t, opened *o) {
    layer *l = &o->layer;
    if (t->type->sources != SOURCES_LISTED) o->inputs[l->input_count++] = t->input_count - 1;
    if (t->type->sources != SOURCES_PREVIOUS) {
        const int_list *list = (const void *)((const char *)l->params + t->type->sources_offset);
        for (size_t i = 0; i < list->count && l->input_count < LAYER_INPUTS_MAX; i++)
            o->inputs[l->input_count++] = list->items[i];
    }
    l->inputs = o->inputs;
    for (int i = 0; i < l->input_count; i++) o->shapes[i] = t->inputs[o->inputs[i]];
}

static yolo_status ask_shape(opened *o, int threads, yolo_error *error) {
    shape_args args = {.inputs = o->shapes, .threads = threads, .kernels = o->kernels};
    return o->layer.type->shape(&o->layer, &args, &o->plan, error);
}

typedef struct preparation {
    opened *o;
    yolo_status status;
    yolo_error *error;
} preparation;

static void prepare_together(void *argument, team *team) {
    preparation *p = argument;
    opened *o = p->o;
    const compute_options options = {0};
    prepare_args args = {.weights = o->weights,
                         .kernels = o->kernels,
                         .team = team,
                         .options = &options,
                         .inputs = o->shapes,
                         .output = o->plan.output};
    p->status = o->layer.type->prepare(&o->layer, &args, p->error);
}

static yolo_status prepare(const layer_test *t, opened *o, yolo_error *error) {
    preparation p = {o, weights_open(write_weights(t), &o->weights, error), error};
    if (!p.status && t->type->prepare) team_run(2, prepare_together, &p);
    return p.status ? p.status : weights_expect_end(o->weights, error);
}

static yolo_status open_layer(const layer_test *t, const kernels *set, opened *o, yolo_error *error) {
    *o = (opened){.kernels = set};
    yolo_status status = cfg_read(write_cfg(t), &o->cfg, error);
    if (status) return status;
    o->layer = (layer){.type = t->type, .section = &o->cfg.sections[1], .index = t->input_count};
    o->layer.params = memory_allocate_zeroed(1, t->type->params_size + 1);
    option_target target = {t->type->options, o->layer.params};
    status = options_read(o->layer.section, &target, 1, o->layer.index, NULL, error);
    if (!status) find_inputs(t, o);
    if (!status && t->type->check) status = t->type->check(&o->layer, error);
    if (!status) status = ask_shape(o, 1, error);
    size_t counted = o->plan.weight_count * sizeof(float);
    if (!status) status = prepare(t, o, error);
    if (!status) CHECK_INT(o->layer.packed_bytes, counted); /* --max-memory relies on it */
    return status;
}

static void close_layer(opened *o) {
    option_target target = {o->layer.type ? o->layer.type->options : NULL, o->layer.params};
    if (o->layer.params && o->layer.type->release) o->layer.type->release(&o->layer);
    if (o->layer.params) options_free(&target);
    memory_free(o->layer.params);
    weights_close(o->weights);
    cfg_free(&o->cfg);
}

/* ---- Maps ------------------------------------------------------------------------------------------------------- */

static const float untouched = 12345.5f;

/* A map whose last pixel's last channel is the last readable number. */
static tensor make_map(shape s, size_t gap) {
    size_t stride = (size_t)s.channels + gap, count = (shape_pixels(s) - 1) * stride + (size_t)s.channels;
    tensor map = {test_guarded_floats(count), s.channels, s.height, s.width, stride, 0};
    for (size_t i = 0; i < count; i++) map.data[i] = untouched;
    return map;
}

static void check_gaps(const tensor *map) {
    bool same = true;
    for (size_t i = 0; i + 1 < tensor_pixels(map); i++)
        for (size_t c = (size_t)map->channels; c < map->stride; c++)
            same = same && map->data[i * map->stride + c] == untouched;
    CHECK(same);
}

static bool same_shape(shape a, shape b) {
    return a.channels == b.channels && a.height == b.height && a.width == b.width;
}

/* How a run differs from others that must give the same bits. */
typedef struct variant {
    int threads;
    size_t gap;
    bool in_place; /* over the first input, or for a concatenation each input in its place */
} variant;

static void load_inputs(const layer_test *t, const opened *o, const float *const *planar, variant v, tensor *inputs) {
    tensor maps[LAYER_INPUTS_MAX];
    for (int i = 0; i < t->input_count; i++) {
        maps[i] = make_map(t->inputs[i], v.gap);
        tensor_from_planar(planar[i], &maps[i]);
    }
    for (int i = 0; i < o->layer.input_count; i++) inputs[i] = maps[o->inputs[i]];
}

static void join_inputs(const opened *o, tensor *inputs, const tensor *output) {
    int channel = 0;
    for (int i = 0; i < o->layer.input_count; i++) {
        tensor part = inputs[i];
        part.data = output->data + channel;
        part.stride = output->stride;
        tensor_copy(&inputs[i], &part);
        channel += part.channels;
        inputs[i] = part;
    }
}

static void run_variant(const layer_test *t, opened *o, const float *const *planar, variant v, float *result) {
    yolo_error error;
    tensor inputs[LAYER_INPUTS_MAX];
    if (!CHECK(ask_shape(o, v.threads, &error) == YOLO_OK)) return;
    load_inputs(t, o, planar, v, inputs);
    run_args args = {.inputs = inputs, .kernels = o->kernels};
    args.scratch = test_guarded_floats(o->plan.scratch_count);
    if (o->plan.placement == PLACE_VIEW) {
        args.output = inputs[0];
        args.output.channels = o->plan.output.channels;
        args.output.data += o->plan.view_channel;
    } else {
        bool over_first = v.in_place && o->plan.placement == PLACE_IN_PLACE;
        args.output = over_first ? inputs[0] : make_map(o->plan.output, v.gap);
        if (v.in_place && o->plan.placement == PLACE_CONCAT) join_inputs(o, inputs, &args.output);
        run_layer(&o->layer, args, v.threads);
        check_gaps(&args.output);
    }
    tensor_to_planar(&args.output, result);
}

static void run_with(const layer_test *t, const kernels *set, const float *const *planar, shape output,
                     const float *expected, double tolerance) {
    static const variant variants[] = {{1, 0, false}, {3, 5, false}, {2, 0, true}, {1, 3, true}};
    opened o;
    yolo_error error = {0};
    size_t count = shape_count(output);
    float *first = malloc(count * sizeof *first), *result = malloc(count * sizeof *result);
    if (!CHECK(open_layer(t, set, &o, &error) == YOLO_OK)) {
        printf("  %s\n", error.message);
    } else if (CHECK(same_shape(o.plan.output, output))) {
        run_variant(t, &o, planar, variants[0], first);
        CHECK_NEAR_FLOATS(first, expected, count, tolerance);
        for (size_t i = 1; i < sizeof variants / sizeof *variants; i++) {
            run_variant(t, &o, planar, variants[i], result);
            CHECK_SAME_FLOATS(result, first, count);
        }
    }
    close_layer(&o);
    free(first);
    free(result);
}

void layer_test_run(const layer_test *t, const float *const *planar, shape output, const float *expected,
                    double tolerance) {
    for (size_t i = 0; kernels_at(i); i++) {
        if (!kernels_supported(kernels_at(i))) continue;
        test_note("[%s] %s (%s)", t->type->name, t->options, kernels_at(i)->name);
        run_with(t, kernels_at(i), planar, output, expected, tolerance);
    }
}

const char *layer_test_refusal(const layer_test *t) {
    static yolo_error error;
    opened o;
    error.message[0] = 0;
    test_note("[%s] %s", t->type->name, t->options);
    CHECK(open_layer(t, kernels_select("portable"), &o, &error) != YOLO_OK);
    close_layer(&o);
    return error.message;
}

float *layer_test_floats(test_random *random, size_t count) {
    float *values = test_guarded_floats(count);
    test_random_floats(random, values, count);
    return values;
}
