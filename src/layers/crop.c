/* [crop]: the middle of the map, its numbers from 0..1 to -1..1 unless `noadjust`. */
#include "layers/types.h"

typedef struct params {
    int height, width;
    int noadjust;
} params;

static const option_spec options[] = {
    {.key = "crop_height",
     .kind = OPTION_INT,
     .offset = offsetof(params, height),
     .fallback = 1,
     .low = 1,
     .high = 65536},
    {.key = "crop_width",
     .kind = OPTION_INT,
     .offset = offsetof(params, width),
     .fallback = 1,
     .low = 1,
     .high = 65536},
    {.key = "noadjust", .kind = OPTION_FLAG, .offset = offsetof(params, noadjust)},
    {.key = "flip", .kind = OPTION_IGNORED}, /* training crops, turns and tints at random */
    {.key = "angle", .kind = OPTION_IGNORED},
    {.key = "saturation", .kind = OPTION_IGNORED},
    {.key = "exposure", .kind = OPTION_IGNORED},
    {.key = "shift", .kind = OPTION_IGNORED},
    {0},
};

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    shape s = args->inputs[0];
    if (p->height > s.height || p->width > s.width)
        return layer_fail(l, "crop_width", error, "%dx%d cannot be cut out of a map of %dx%d", p->width, p->height,
                          s.width, s.height);
    *plan = (layer_plan){.output = {s.channels, p->height, p->width}, .placement = PLACE_NEW, .algorithm = ""};
    return YOLO_OK;
}

/* Not worth a thread: only a network's first layer is of this type. */
static void run(const layer *l, const run_args *args) {
    const params *p = l->params;
    const tensor *input = &args->inputs[0], *output = &args->output;
    int top = (input->height - output->height) / 2, left = (input->width - output->width) / 2;
    float scale = p->noadjust ? 1 : 2, shift = p->noadjust ? 0 : -1;
    for (int y = 0; y < output->height; y++)
        for (int x = 0; x < output->width; x++)
            for (int c = 0; c < output->channels; c++)
                tensor_at(output, y, x)[c] = tensor_at(input, top + y, left + x)[c] * scale + shift;
}

const layer_type layer_crop = {
    .name = "crop",
    .options = options,
    .params_size = sizeof(params),
    .shape = make_shape,
    .run = run,
};
