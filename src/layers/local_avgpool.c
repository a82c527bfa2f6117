/* [local_avgpool]: the mean of each window, of those of its pixels that lie inside the map. */
#include "layers/pool.h"
#include "layers/types.h"

static const option_spec options[] = {
    {.key = "size", .kind = OPTION_INT, .offset = offsetof(pool, size), .low = 1, .high = POOL_SIZE_MAX},
    {.key = "stride", .kind = OPTION_INT, .offset = offsetof(pool, stride), .fallback = 1, .low = 1, .high = 64},
    {.key = "stride_x", .kind = OPTION_INT, .offset = offsetof(pool, stride_x), .low = 1, .high = 64},
    {.key = "stride_y", .kind = OPTION_INT, .offset = offsetof(pool, stride_y), .low = 1, .high = 64},
    {.key = "padding",
     .kind = OPTION_INT,
     .offset = offsetof(pool, padding),
     .fallback = -1,
     .low = 0,
     .high = POOL_PADDING_MAX},
    {0},
};

static yolo_status check(layer *l, yolo_error *error) {
    (void)error;
    pool_set_defaults(l->params);
    return YOLO_OK;
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const pool *p = l->params;
    *plan = (layer_plan){.placement = PLACE_NEW, .algorithm = ""};
    yolo_status status = pool_shape(l, p, args->inputs[0], &plan->output, error);
    plan->flops = (double)shape_count(plan->output) * p->size * p->size;
    return status;
}

static void run(const layer *l, const run_args *args) {
    window w = pool_window(l->params);
    pool_average(args, &w, &args->inputs[0], &args->output);
}

const layer_type layer_local_avgpool = {
    .name = "local_avgpool",
    .alias = "local_avg",
    .options = options,
    .params_size = sizeof(pool),
    .check = check,
    .shape = make_shape,
    .run = run,
};
