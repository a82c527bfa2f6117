/* [lstm]: a long short-term memory, f, i, o = logistic(W h + U x) and g = tanh(W h + U x), each with matrices of its
 * own; cell = f cell + i g; h = o tanh(cell). Every image is a first one here: cell and h before it are zero, so f does
 * not matter, the W add constants, and the output is o tanh(i g).
 */
#include "base/memory.h"
#include "layers/dense.h"
#include "layers/types.h"

enum gate { GATE_F, GATE_I, GATE_G, GATE_O, GATE_COUNT };

typedef struct params {
    int outputs;
    int batch_normalize;
    dense gates[GATE_COUNT]; /* with the constants of W in their biases; GATE_F stays empty */
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

static yolo_status read_gate(layer *l, const prepare_args *args, int gate, const float *constants, yolo_error *error) {
    params *p = l->params;
    shape input = args->inputs[0];
    dense *d = &p->gates[gate];
    if (gate == GATE_F)
        return dense_read_for_zeros(l, args, shape_count(input), p->outputs, p->batch_normalize, NULL, error);
    yolo_status status = dense_read(l, args, input, p->outputs, p->batch_normalize, d, error);
    for (int i = 0; i < p->outputs && !status; i++) d->bias[i] += constants[i];
    return status;
}

/* File order: W of f, i, g, o, then U of f, i, g, o. */
static yolo_status prepare(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    size_t outputs = (size_t)p->outputs;
    float *constants = memory_allocate_zeroed(GATE_COUNT * outputs, sizeof *constants);
    yolo_status status = constants ? YOLO_OK : layer_fail_memory(l, error);
    for (int gate = 0; gate < GATE_COUNT && !status; gate++)
        status = dense_read_for_zeros(l, args, outputs, p->outputs, p->batch_normalize,
                                      constants + (size_t)gate * outputs, error);
    for (int gate = 0; gate < GATE_COUNT && !status; gate++)
        status = read_gate(l, args, gate, constants + (size_t)gate * outputs, error);
    memory_free(constants);
    return status;
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    shape input = args->inputs[0];
    *plan = (layer_plan){
        .output = {p->outputs, 1, 1},
        .placement = PLACE_NEW,
        .scratch_count = GATE_COUNT * (size_t)p->outputs + dense_scratch_count(input),
        .flops = 3 * dense_flops(input, p->outputs),
        .algorithm = "",
    };
    for (int gate = GATE_I; gate < GATE_COUNT; gate++) dense_count(args, input, p->outputs, plan);
    plan->loading_count = size_sum(plan->loading_count, GATE_COUNT * (size_t)p->outputs); /* prepare's constants */
    return dense_check_input(l, &p->gates[GATE_I], input, error);
}

static void run(const layer *l, const run_args *args) {
    const params *p = l->params;
    const kernels *k = args->kernels;
    size_t n = (size_t)p->outputs;
    float *gates = args->scratch; /* [GATE_COUNT][outputs] */
    float *i = gates + GATE_I * n, *g = gates + GATE_G * n, *o = gates + GATE_O * n, *output = args->output.data;
    for (int gate = GATE_I; gate < GATE_COUNT; gate++)
        dense_run(&p->gates[gate], args, &args->inputs[0], gate == GATE_G ? ACTIVATION_TANH : ACTIVATION_LOGISTIC,
                  gates + GATE_COUNT * n, gates + (size_t)gate * n);
    k->multiply(1, n, i, n, g, n, output, n); /* the cell */
    k->activate(ACTIVATION_TANH, 1, n, output, n);
    k->multiply(1, n, output, n, o, n, output, n);
}

static void release(layer *l) {
    params *p = l->params;
    for (int gate = 0; gate < GATE_COUNT; gate++) dense_free(&p->gates[gate]);
}

const layer_type layer_lstm = {
    .name = "lstm",
    .options = options,
    .params_size = sizeof(params),
    .prepare = prepare,
    .shape = make_shape,
    .run = run,
    .release = release,
};
