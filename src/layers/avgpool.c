/* [avgpool]: the mean of each channel over the whole map. */
#include "base/team.h"
#include "layers/types.h"

#include <string.h>

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    (void)l;
    (void)error;
    *plan = (layer_plan){
        .output = {.channels = args->inputs[0].channels, .height = 1, .width = 1},
        .placement = PLACE_NEW,
        .flops = (double)shape_count(args->inputs[0]),
        .algorithm = "",
    };
    return YOLO_OK;
}

static void average_channels(void *argument, size_t begin, size_t end, int thread) {
    const run_args *args = argument;
    const tensor *input = &args->inputs[0];
    float *output = args->output.data + begin;
    size_t pixels = tensor_pixels(input);
    (void)thread;
    memset(output, 0, (end - begin) * sizeof *output);
    args->kernels->sum_rows(pixels, end - begin, input->data + begin, input->stride, output);
    for (size_t i = 0; i < end - begin; i++) output[i] /= (float)pixels;
}

static void run(const layer *l, const run_args *args) {
    (void)l;
    size_t grain = 16 + 65536 / tensor_pixels(&args->inputs[0]);
    team_for(args->team, (size_t)args->output.channels, grain, average_channels, (void *)args);
}

const layer_type layer_avgpool = {
    .name = "avgpool",
    .alias = "avg",
    .shape = make_shape,
    .run = run,
};
