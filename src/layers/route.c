/* [route]: some earlier maps side by side, or a slice of one. */
#include "base/team.h"
#include "layers/rows.h"
#include "layers/types.h"

#include <limits.h>
#include <math.h>
#include <string.h>

typedef struct params {
    int_list layers;
    int groups, group_id; /* of each input the slice [group_id, group_id + 1) * channels / groups */
} params;

static const option_spec options[] = {
    {.key = "layers", .kind = OPTION_LAYERS, .offset = offsetof(params, layers), .fallback = NAN},
    {.key = "groups", .kind = OPTION_INT, .offset = offsetof(params, groups), .fallback = 1, .low = 1, .high = 65536},
    {.key = "group_id", .kind = OPTION_INT, .offset = offsetof(params, group_id), .low = 0, .high = 65535},
    {.key = "stream", .kind = OPTION_IGNORED},
    {.key = "wait_stream", .kind = OPTION_IGNORED},
    {0},
};

static yolo_status check(layer *l, yolo_error *error) {
    const params *p = l->params;
    if (p->group_id < p->groups) return YOLO_OK;
    return layer_fail(l, "group_id", error, "group_id must be less than groups=%d, not %d", p->groups, p->group_id);
}

static yolo_status check_input(const layer *l, const shape *inputs, int i, yolo_error *error) {
    const params *p = l->params;
    const shape *first = &inputs[0], *next = &inputs[i];
    if (next->height != first->height || next->width != first->width)
        return layer_fail(l, "layers", error, "layer %d is %dx%d, but layer %d is %dx%d: they cannot be joined",
                          l->inputs[0], first->width, first->height, l->inputs[i], next->width, next->height);
    if (next->channels % p->groups != 0)
        return layer_fail(l, "groups", error, "the %d channels of layer %d cannot be cut into %d groups",
                          next->channels, l->inputs[i], p->groups);
    return YOLO_OK;
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    *plan = (layer_plan){.output = args->inputs[0], .algorithm = ""};
    long channels = 0;
    for (int i = 0; i < l->input_count; i++) {
        yolo_status status = check_input(l, args->inputs, i, error);
        if (status) return status;
        channels += args->inputs[i].channels / p->groups;
    }
    if (channels > INT_MAX) return layer_fail(l, "layers", error, "%ld channels together are too many", channels);
    plan->output.channels = (int)channels;
    if (l->input_count == 1) {
        plan->placement = PLACE_VIEW;
        plan->view_channel = plan->output.channels * p->group_id;
    } else {
        plan->placement = p->groups == 1 ? PLACE_CONCAT : PLACE_NEW;
    }
    return YOLO_OK;
}

/* `count` channels of the input, from `first` on, to the output's from `place` on. */
typedef struct slice {
    const tensor *input, *output;
    int first, place, count;
} slice;

static void copy_pixels(void *argument, size_t begin, size_t end, int thread) {
    const slice *s = argument;
    (void)thread;
    for (size_t i = begin; i < end; i++)
        memcpy(s->output->data + i * s->output->stride + s->place, s->input->data + i * s->input->stride + s->first,
               (size_t)s->count * sizeof(float));
}

static void run(const layer *l, const run_args *args) {
    const params *p = l->params;
    int place = 0;
    for (int i = 0; i < l->input_count; i++) {
        const tensor *input = &args->inputs[i];
        int count = input->channels / p->groups;
        slice s = {input, &args->output, count * p->group_id, place, count};
        place += count;
        if (input->data + s.first == args->output.data + s.place) continue; /* written there by its own layer */
        team_for(args->team, tensor_pixels(input), rows_grain(count), copy_pixels, &s);
    }
}

const layer_type layer_route = {
    .name = "route",
    .options = options,
    .params_size = sizeof(params),
    .sources = SOURCES_LISTED,
    .sources_offset = offsetof(params, layers),
    .check = check,
    .shape = make_shape,
    .run = run,
};
