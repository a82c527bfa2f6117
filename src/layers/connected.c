/* [connected]: every output sees every number of the map. */
#include "layers/dense.h"
#include "layers/types.h"

typedef struct params {
    int outputs;
    int batch_normalize;
    activation activation;
    dense dense;
} params;

static const option_spec options[] = {
    {.key = "output",
     .kind = OPTION_INT,
     .offset = offsetof(params, outputs),
     .fallback = 1,
     .low = 1,
     .high = 1 << 20},
    {.key = "activation",
     .kind = OPTION_ACTIVATION,
     .offset = offsetof(params, activation),
     .fallback = ACTIVATION_LOGISTIC},
    {.key = "batch_normalize", .kind = OPTION_FLAG, .offset = offsetof(params, batch_normalize)},
    {0},
};

static yolo_status prepare(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    return dense_read(l, args, args->inputs[0], p->outputs, p->batch_normalize, &p->dense, error);
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    shape input = args->inputs[0];
    *plan = (layer_plan){
        .output = {p->outputs, 1, 1},
        .placement = PLACE_NEW,
        .scratch_count = dense_scratch_count(input),
        .flops = dense_flops(input, p->outputs),
        .algorithm = "",
    };
    dense_count(args, input, p->outputs, plan);
    return dense_check_input(l, &p->dense, input, error);
}

static void run(const layer *l, const run_args *args) {
    const params *p = l->params;
    dense_run(&p->dense, args, &args->inputs[0], p->activation, args->scratch, args->output.data);
}

static void release(layer *l) {
    params *p = l->params;
    dense_free(&p->dense);
}

const layer_type layer_connected = {
    .name = "connected",
    .alias = "conn",
    .options = options,
    .params_size = sizeof(params),
    .prepare = prepare,
    .shape = make_shape,
    .run = run,
    .release = release,
};
