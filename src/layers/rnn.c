/* [rnn]: state = input * its weights + state before * its weights; output = state * its weights, each with a bias and
 * an activation. Every image is a first one here, so the state before it is zero and its matrix adds a constant.
 */
#include "base/memory.h"
#include "layers/dense.h"
#include "layers/types.h"

typedef struct params {
    int hidden, outputs;
    int batch_normalize;
    int logistic; /* of the state before: 0 as the other two, 1 logistic, 2 loggy */
    activation activation;
    dense input, output;
    float *from_state; /* [hidden] what the state before adds */
} params;

#define AT(field) offsetof(params, field)
static const option_spec options[] = {
    {.key = "output", .kind = OPTION_INT, .offset = AT(outputs), .fallback = 1, .low = 1, .high = 1 << 20},
    {.key = "hidden", .kind = OPTION_INT, .offset = AT(hidden), .fallback = 1, .low = 1, .high = 1 << 20},
    {.key = "activation", .kind = OPTION_ACTIVATION, .offset = AT(activation), .fallback = ACTIVATION_LOGISTIC},
    {.key = "batch_normalize", .kind = OPTION_FLAG, .offset = AT(batch_normalize)},
    {.key = "logistic", .kind = OPTION_INT, .offset = AT(logistic), .low = 0, .high = 2},
    {.key = "shortcut", .kind = OPTION_IGNORED}, /* adds the state before, which is zero */
    {0},
};
#undef AT

static yolo_status read_state(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    const activation kinds[] = {p->activation, ACTIVATION_LOGISTIC, ACTIVATION_LOGGY};
    size_t hidden = (size_t)p->hidden;
    p->from_state = memory_allocate_zeroed(hidden, sizeof *p->from_state);
    if (!p->from_state) return layer_fail_memory(l, error);
    l->packed_bytes += hidden * sizeof *p->from_state;
    yolo_status status = dense_read_for_zeros(l, args, hidden, p->hidden, p->batch_normalize, p->from_state, error);
    if (!status) args->kernels->activate(kinds[p->logistic], 1, hidden, p->from_state, hidden);
    return status;
}

static yolo_status prepare(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    shape state = {p->hidden, 1, 1};
    yolo_status status = dense_read(l, args, args->inputs[0], p->hidden, p->batch_normalize, &p->input, error);
    if (!status) status = read_state(l, args, error);
    if (!status) status = dense_read(l, args, state, p->outputs, p->batch_normalize, &p->output, error);
    return status;
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    shape input = args->inputs[0], state = {p->hidden, 1, 1};
    *plan = (layer_plan){
        .output = {p->outputs, 1, 1},
        .placement = PLACE_NEW,
        .scratch_count = (size_t)p->hidden + dense_scratch_count(input),
        .flops = dense_flops(input, p->hidden) + dense_flops(state, p->outputs),
        .weight_count = (size_t)p->hidden,
        .algorithm = "",
    };
    dense_count(args, input, p->hidden, plan);
    dense_count(args, state, p->outputs, plan);
    return dense_check_input(l, &p->input, input, error);
}

static void run(const layer *l, const run_args *args) {
    const params *p = l->params;
    size_t hidden = (size_t)p->hidden;
    float *state = args->scratch;
    tensor state_tensor = tensor_packed(state, (shape){p->hidden, 1, 1});
    dense_run(&p->input, args, &args->inputs[0], p->activation, state + hidden, state);
    args->kernels->add(1, hidden, state, hidden, p->from_state, hidden, state, hidden);
    dense_run(&p->output, args, &state_tensor, p->activation, NULL, args->output.data);
}

static void release(layer *l) {
    params *p = l->params;
    dense_free(&p->input);
    dense_free(&p->output);
    memory_free(p->from_state);
}

const layer_type layer_rnn = {
    .name = "rnn",
    .options = options,
    .params_size = sizeof(params),
    .prepare = prepare,
    .shape = make_shape,
    .run = run,
    .release = release,
};
