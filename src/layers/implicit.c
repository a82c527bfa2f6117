/* [implicit]: learned numbers, whatever the image (YOLOR's implicit knowledge). */
#include "base/memory.h"
#include "layers/types.h"

typedef struct params {
    int filters, atoms;
    float *values; /* [atoms][filters] */
} params;

static const option_spec options[] = {
    {.key = "filters",
     .kind = OPTION_INT,
     .offset = offsetof(params, filters),
     .fallback = 128,
     .low = 1,
     .high = 1 << 20},
    {.key = "atoms", .kind = OPTION_INT, .offset = offsetof(params, atoms), .fallback = 1, .low = 1, .high = 65536},
    {.key = "mean", .kind = OPTION_IGNORED}, /* what training begins with */
    {.key = "std", .kind = OPTION_IGNORED},
    {0},
};

static tensor values_tensor(const params *p, float *data) {
    return tensor_packed(data, (shape){p->filters, p->atoms, 1});
}

static yolo_status prepare(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    size_t count = (size_t)p->filters * (size_t)p->atoms;
    float *planar;
    p->values = memory_allocate(count, sizeof *p->values);
    if (!p->values) return layer_fail_memory(l, error);
    yolo_status status = weights_read_new(args->weights, l, "weights", &planar, count, error);
    if (status) return status;
    tensor values = values_tensor(p, p->values);
    tensor_from_planar(planar, &values);
    memory_free(planar);
    l->packed_bytes += count * sizeof(float);
    return YOLO_OK;
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    (void)args;
    (void)error;
    *plan = (layer_plan){.output = {p->filters, p->atoms, 1}, .placement = PLACE_NEW, .algorithm = ""};
    plan->weight_count = plan->loading_count = shape_count(plan->output);
    return YOLO_OK;
}

static void run(const layer *l, const run_args *args) {
    const params *p = l->params;
    tensor values = values_tensor(p, p->values);
    tensor_copy(&values, &args->output);
}

static void release(layer *l) {
    params *p = l->params;
    memory_free(p->values);
}

const layer_type layer_implicit = {
    .name = "implicit",
    .options = options,
    .params_size = sizeof(params),
    .prepare = prepare,
    .shape = make_shape,
    .run = run,
    .release = release,
};
