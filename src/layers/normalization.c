/* [normalization]: each number divided by a power of the squares around it, over neighbouring channels (AlexNet's
 * local response normalization), as Darknet computes it: the sum of a channel is that of the one before it, plus the
 * square that its window reaches, minus the one that it leaves; and the first channel's begins one square short.
 */
#include "base/team.h"
#include "layers/rows.h"
#include "layers/types.h"

#include <math.h>

typedef struct params {
    float alpha, beta, kappa;
    int size;
} params;

static const option_spec options[] = {
    {.key = "alpha", .kind = OPTION_FLOAT, .offset = offsetof(params, alpha), .fallback = 1e-4},
    {.key = "beta", .kind = OPTION_FLOAT, .offset = offsetof(params, beta), .fallback = 0.75},
    {.key = "kappa", .kind = OPTION_FLOAT, .offset = offsetof(params, kappa), .fallback = 1},
    {.key = "size", .kind = OPTION_INT, .offset = offsetof(params, size), .fallback = 5, .low = 1, .high = 65535},
    {0},
};

static float square(float x) {
    return x * x;
}

static void normalize_pixel(const params *p, const float *input, float *output, int channels) {
    float sum = p->kappa;
    for (int c = 0; c < p->size / 2 && c < channels; c++) sum += p->alpha * square(input[c]);
    for (int c = 0; c < channels; c++) {
        int leaves = c - (p->size - 1) / 2 - 1, enters = c + p->size / 2;
        if (c > 0 && leaves >= 0) sum -= p->alpha * square(input[leaves]);
        if (c > 0 && enters < channels) sum += p->alpha * square(input[enters]);
        output[c] = input[c] * powf(sum, -p->beta);
    }
}

typedef struct work {
    const params *params;
    const run_args *args;
} work;

static void normalize_pixels(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    const tensor *input = &w->args->inputs[0], *output = &w->args->output;
    (void)thread;
    for (size_t i = begin; i < end; i++)
        normalize_pixel(w->params, input->data + i * input->stride, output->data + i * output->stride,
                        output->channels);
}

static void run(const layer *l, const run_args *args) {
    work w = {l->params, args};
    team_for(args->team, tensor_pixels(&args->output), rows_grain(args->output.channels), normalize_pixels, &w);
}

const layer_type layer_normalization = {
    .name = "normalization",
    .alias = "lrn",
    .options = options,
    .params_size = sizeof(params),
    .shape = layer_same_shape, /* not in place: a channel is read after later ones were written */
    .run = run,
};
