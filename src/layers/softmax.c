/* [softmax]: over all numbers, or over equal groups of them, the groups of a tree, or the channels of each pixel. */
#include "layers/softmax.h"

#include "base/memory.h"
#include "layers/tree.h"
#include "layers/types.h"

#include <math.h>

typedef struct params {
    int groups;
    int spatial; /* over the channels of each pixel */
    float temperature;
    const char *tree_path; /* or NULL */
    tree tree;
} params;

#define AT(field) offsetof(params, field)
static const option_spec options[] = {
    {.key = "groups", .kind = OPTION_INT, .offset = AT(groups), .fallback = 1, .low = 1, .high = 1 << 20},
    {.key = "temperature", .kind = OPTION_FLOAT, .offset = AT(temperature), .fallback = 1, .low = 1e-6, .high = 1e6},
    {.key = "tree", .kind = OPTION_TEXT, .offset = AT(tree_path)},
    {.key = "spatial", .kind = OPTION_FLAG, .offset = AT(spatial)},
    {.key = "noloss", .kind = OPTION_IGNORED},
    {0},
};
#undef AT

void softmax(float *values, size_t count, float temperature) {
    float greatest = -INFINITY, sum = 0;
    for (size_t i = 0; i < count; i++)
        if (values[i] > greatest) greatest = values[i];
    for (size_t i = 0; i < count; i++) {
        values[i] = expf((values[i] - greatest) / temperature);
        sum += values[i];
    }
    for (size_t i = 0; i < count; i++) values[i] /= sum;
}

static yolo_status check(layer *l, yolo_error *error) {
    params *p = l->params;
    return p->tree_path ? tree_read(l, p->tree_path, &p->tree, error) : YOLO_OK;
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    size_t count = shape_count(args->inputs[0]);
    if (p->tree_path && count != (size_t)p->tree.class_count)
        return layer_fail(l, "tree", error, "the tree has %d classes, but there are %zu numbers", p->tree.class_count,
                          count);
    if (count % (size_t)p->groups != 0)
        return layer_fail(l, "groups", error, "%zu numbers cannot be cut into %d groups", count, p->groups);
    layer_in_place(l, args, plan, error);
    if (shape_pixels(plan->output) > 1 && !p->spatial) plan->scratch_count = count;
    return YOLO_OK;
}

static void softmax_groups(const params *p, float *values, size_t count) {
    size_t size = count / (size_t)p->groups;
    if (p->tree_path) {
        tree_softmax(&p->tree, values, p->temperature);
        return;
    }
    for (size_t begin = 0; begin < count; begin += size) softmax(values + begin, size, p->temperature);
}

/* Groups are of Darknet's flat order, which a map of one pixel is in already. */
static void run(const layer *l, const run_args *args) {
    const params *p = l->params;
    const tensor *output = &args->output;
    size_t pixels = tensor_pixels(output), channels = (size_t)output->channels;
    tensor_copy(&args->inputs[0], output);
    if (p->spatial) {
        for (size_t i = 0; i < pixels; i++) softmax(output->data + i * output->stride, channels, p->temperature);
    } else if (pixels == 1) {
        softmax_groups(p, output->data, channels);
    } else {
        tensor_to_planar(output, args->scratch);
        softmax_groups(p, args->scratch, pixels * channels);
        tensor_from_planar(args->scratch, output);
    }
}

static void release(layer *l) {
    params *p = l->params;
    tree_free(&p->tree);
}

const layer_type layer_softmax = {
    .name = "softmax",
    .alias = "soft",
    .options = options,
    .params_size = sizeof(params),
    .check = check,
    .shape = make_shape,
    .run = run,
    .release = release,
};
