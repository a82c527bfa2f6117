/* [history]: this frame and the last ones side by side. Every image is a first one here: what came before is zero. */
#include "layers/types.h"

#include <limits.h>
#include <string.h>

typedef struct params {
    int size; /* frames, this one included */
} params;

static const option_spec options[] = {
    {.key = "history_size",
     .kind = OPTION_INT,
     .offset = offsetof(params, size),
     .fallback = 4,
     .low = 1,
     .high = 1024},
    {0},
};

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    yolo_status status = layer_same_shape(l, args, plan, error);
    if (plan->output.channels > INT_MAX / p->size)
        return layer_fail(l, "history_size", error, "%d channels are too many to be remembered %d times",
                          plan->output.channels, p->size);
    plan->output.channels *= p->size;
    return status;
}

static void run(const layer *l, const run_args *args) {
    const tensor *input = &args->inputs[0], *output = &args->output;
    size_t own = (size_t)input->channels, rest = (size_t)output->channels - own;
    (void)l;
    for (size_t i = 0; i < tensor_pixels(output); i++) {
        float *to = output->data + i * output->stride;
        memcpy(to, input->data + i * input->stride, own * sizeof *to);
        memset(to + own, 0, rest * sizeof *to);
    }
}

const layer_type layer_history = {
    .name = "history",
    .options = options,
    .params_size = sizeof(params),
    .shape = make_shape,
    .run = run,
};
