/* [gru]: a gated recurrent unit, z = logistic(Wz x + Uz s), r = logistic(Wr x + Ur s), h = logistic(Wh x + Uh (r s)),
 * output = z s + (1 - z) h, each product with a bias. Every image is a first one here: the state s before it is zero,
 * so r does not matter, the U add constants, and the output is (1 - z) h.
 */
#include "layers/dense.h"
#include "layers/types.h"

typedef struct params {
    int outputs;
    int batch_normalize;
    dense z, h; /* with the constants of Uz and Uh in their biases */
} params;

static const option_spec options[] = {
    {.key = "output",
     .kind = OPTION_INT,
     .offset = offsetof(params, outputs),
     .fallback = 1,
     .low = 1,
     .high = 1 << 20},
    {.key = "batch_normalize", .kind = OPTION_FLAG, .offset = offsetof(params, batch_normalize)},
    {0},
};

/* File order: Wz, Wr, Wh, Uz, Ur, Uh. */
static yolo_status prepare(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    shape input = args->inputs[0];
    size_t inputs = shape_count(input), states = (size_t)p->outputs;
    yolo_status status = dense_read(l, args, input, p->outputs, p->batch_normalize, &p->z, error);
    if (!status) status = dense_read_for_zeros(l, args, inputs, p->outputs, p->batch_normalize, NULL, error);
    if (!status) status = dense_read(l, args, input, p->outputs, p->batch_normalize, &p->h, error);
    float *sums[] = {p->z.bias, NULL, p->h.bias};
    for (int i = 0; i < 3 && !status; i++)
        status = dense_read_for_zeros(l, args, states, p->outputs, p->batch_normalize, sums[i], error);
    return status;
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    shape input = args->inputs[0];
    *plan = (layer_plan){
        .output = {p->outputs, 1, 1},
        .placement = PLACE_NEW,
        .scratch_count = (size_t)p->outputs + dense_scratch_count(input),
        .flops = 2 * dense_flops(input, p->outputs),
        .algorithm = "",
    };
    dense_count(args, input, p->outputs, plan);
    dense_count(args, input, p->outputs, plan);
    return dense_check_input(l, &p->z, input, error);
}

static void run(const layer *l, const run_args *args) {
    const params *p = l->params;
    float *z = args->scratch, *output = args->output.data;
    dense_run(&p->z, args, &args->inputs[0], ACTIVATION_LOGISTIC, z + p->outputs, z);
    dense_run(&p->h, args, &args->inputs[0], ACTIVATION_LOGISTIC, z + p->outputs, output);
    for (int i = 0; i < p->outputs; i++) output[i] *= 1 - z[i];
}

static void release(layer *l) {
    params *p = l->params;
    dense_free(&p->z);
    dense_free(&p->h);
}

const layer_type layer_gru = {
    .name = "gru",
    .options = options,
    .params_size = sizeof(params),
    .prepare = prepare,
    .shape = make_shape,
    .run = run,
    .release = release,
};
