/* [activation]: a function of each number. */
#include "base/team.h"
#include "layers/rows.h"
#include "layers/types.h"

typedef struct params {
    activation kind;
} params;

static const option_spec options[] = {
    {.key = "activation", .kind = OPTION_ACTIVATION, .offset = offsetof(params, kind), .fallback = ACTIVATION_LINEAR},
    {0},
};

typedef struct work {
    activation kind;
    const run_args *args;
} work;

static void activate_pixels(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    const tensor *output = &w->args->output;
    (void)thread;
    w->args->kernels->activate(w->kind, end - begin, (size_t)output->channels, output->data + begin * output->stride,
                               output->stride);
}

static void run(const layer *l, const run_args *args) {
    const params *p = l->params;
    work w = {p->kind, args};
    tensor_copy(&args->inputs[0], &args->output);
    team_for(args->team, tensor_pixels(&args->output), rows_grain(args->output.channels), activate_pixels, &w);
}

const layer_type layer_activation = {
    .name = "activation",
    .options = options,
    .params_size = sizeof(params),
    .shape = layer_in_place,
    .run = run,
};
