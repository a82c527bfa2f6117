#include "network/context.h"

#include "base/clock.h"
#include "base/memory.h"
#include "network/budget.h"

yolo_status context_check_options(const yolo_context_options *options, yolo_error *error) {
    if (options->width < 0 || options->width > NET_MAX_SIDE || options->height < 0 || options->height > NET_MAX_SIDE)
        return fail(error, YOLO_BAD_ARGUMENT, "a network's input must be 1..%d pixels wide and high, not %d x %d",
                    NET_MAX_SIDE, options->width, options->height);
    if (options->threads < 0 || options->threads > NET_MAX_THREADS)
        return fail(error, YOLO_BAD_ARGUMENT, "threads must be 1..%d, not %d", NET_MAX_THREADS, options->threads);
    return YOLO_OK;
}

static size_t count_operands(const struct yolo_model *model) {
    size_t count = 0;
    for (int i = 0; i < model->layer_count; i++) count += (size_t)model->layers[i].input_count;
    return count;
}

static bool allocate(context *c) {
    size_t layer_count = (size_t)c->model->layer_count;
    c->arena = memory_allocate(c->plan.arena_count, sizeof *c->arena);
    c->values = memory_allocate(layer_count + 1, sizeof *c->values);
    c->operands = memory_allocate(count_operands(c->model), sizeof *c->operands);
    c->first_operand = memory_allocate(layer_count, sizeof *c->first_operand);
    return c->arena && c->values && c->operands && c->first_operand;
}

/* Offsets of the plan become addresses in the arena. */
static void bind(context *c) {
    for (int v = 0; v <= c->model->layer_count; v++) {
        const plan_value *value = &c->plan.values[v];
        c->values[v] = (tensor){.data = c->arena + value->offset,
                                .channels = value->shape.channels,
                                .height = value->shape.height,
                                .width = value->shape.width,
                                .stride = value->stride,
                                .ring = value->ring};
    }
    size_t next = 0;
    for (int i = 0; i < c->model->layer_count; i++) {
        const layer *l = &c->model->layers[i];
        c->first_operand[i] = next;
        for (int k = 0; k < l->input_count; k++) c->operands[next++] = c->values[l->inputs[k] + 1];
    }
}

yolo_status context_create(const struct yolo_model *model, int width, int height, int threads, bool keep,
                           size_t more_bytes, context *out, yolo_error *error) {
    *out = (context){.model = model, .threads = threads};
    yolo_status status = plan_build(model, width, height, threads, keep, &out->plan, error);
    if (!status) status = budget_check_context(model, &out->plan, model->weight_bytes, more_bytes, error);
    if (!status && !allocate(out))
        status = fail(error, YOLO_NO_MEMORY, "%s: not enough memory for its layers' outputs: %zu bytes",
                      model->cfg.path, out->plan.arena_count * sizeof(float));
    if (status)
        context_free(out);
    else
        bind(out);
    return status;
}

static void run_layer(const context *c, int i, team *t) {
    const layer *l = &c->model->layers[i];
    const layer_plan *planned = &c->plan.layers[i];
    if (planned->placement == PLACE_VIEW) return;
    run_args args = {.inputs = c->operands + c->first_operand[i],
                     .output = c->values[i + 1],
                     .scratch = c->arena + c->plan.scratch[i],
                     .team = t,
                     .kernels = c->model->kernels};
    (planned->late ? l->type->run_gates : l->type->run)(l, &args);
}

/* What the members took, scaled to what the chain took. */
static void share_out(double *seconds, double all, const double *measured, const int *layers, int count) {
    double sum = 0;
    for (int k = 0; k < count; k++) sum += measured[k];
    for (int k = 0; k < count; k++) seconds[layers[k]] = sum > 0 ? all * measured[k] / sum : all / count;
}

static void run_chain(const context *c, const chain *chain, team *t, double *seconds) {
    chain_member members[CHAIN_MOST_LAYERS];
    double measured[CHAIN_MOST_LAYERS];
    int layers[CHAIN_MOST_LAYERS], count = 0;
    const double begin = seconds ? clock_seconds() : 0;
    for (int i = chain->first; i <= chain->last; i++) {
        if (seconds) seconds[i] = 0;
        if (c->plan.layers[i].placement == PLACE_VIEW) continue;
        layers[count] = i;
        members[count++] = (chain_member){.layer = &c->model->layers[i],
                                          .rows = c->plan.layers[i].rows,
                                          .inputs = c->operands + c->first_operand[i],
                                          .output = c->values[i + 1],
                                          .scratch = c->arena + c->plan.scratch[i]};
    }
    chain_run(chain, members, count, c->model->kernels, t, seconds ? measured : NULL);
    if (seconds) share_out(seconds, clock_seconds() - begin, measured, layers, count);
}

void context_run(const context *c, team *t, double *seconds) {
    const chain *next = c->plan.chains, *end = next + c->plan.chain_count;
    for (int i = 0; i < c->model->layer_count; i++) {
        if (next < end && next->first == i) {
            run_chain(c, next, t, seconds);
            i = next++->last;
            continue;
        }
        const double begin = seconds ? clock_seconds() : 0;
        run_layer(c, i, t);
        if (seconds) seconds[i] = clock_seconds() - begin;
    }
}

const tensor *context_value(const context *c, int layer_index) {
    return &c->values[layer_index + 1];
}

void context_free(context *c) {
    plan_free(&c->plan);
    memory_free(c->arena);
    memory_free(c->values);
    memory_free(c->operands);
    memory_free(c->first_operand);
    *c = (context){0};
}
