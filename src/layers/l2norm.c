/* [l2norm]: the channels of each pixel divided by their Euclidean length; a pixel of zeros stays so. */
#include "base/team.h"
#include "layers/rows.h"
#include "layers/types.h"

#include <math.h>

static void normalize_pixels(void *argument, size_t begin, size_t end, int thread) {
    const run_args *args = argument;
    const tensor *input = &args->inputs[0], *output = &args->output;
    (void)thread;
    for (size_t i = begin; i < end; i++) {
        const float *from = input->data + i * input->stride;
        float *to = output->data + i * output->stride, sum = 0;
        for (int c = 0; c < input->channels; c++) sum += from[c] * from[c];
        float scale = sum > 0 ? 1 / sqrtf(sum) : 0;
        for (int c = 0; c < input->channels; c++) to[c] = from[c] * scale;
    }
}

static void run(const layer *l, const run_args *args) {
    (void)l;
    team_for(args->team, tensor_pixels(&args->output), rows_grain(args->output.channels), normalize_pixels,
             (void *)args);
}

const layer_type layer_l2norm = {.name = "l2norm", .shape = layer_in_place, .run = run};
