/* [maxpool]: the greatest number of each window, or, with maxpool_depth, of each group of channels.
 *
 * `padding` is that of both sides together, and padding / 2 of it comes before the map: an even window reaches over
 * the right and the lower edge only. With `antialiasing` the window moves pixel by pixel and a blur takes the strides.
 */
#include "base/team.h"
#include "layers/pool.h"
#include "layers/types.h"

typedef struct params {
    pool pool;
    int depth, out_channels; /* maxpool_depth: output channel g is the greatest of channels g, g + out_channels, ... */
    int antialiasing;        /* 0 none, 1 a blur of 3x3, 2 of 2x2 */
    int blur_stride_x, blur_stride_y;
} params;

#define AT(field) offsetof(params, field)
static const option_spec options[] = {
    {.key = "size", .kind = OPTION_INT, .offset = AT(pool.size), .low = 1, .high = POOL_SIZE_MAX},
    {.key = "stride", .kind = OPTION_INT, .offset = AT(pool.stride), .fallback = 1, .low = 1, .high = 64},
    {.key = "stride_x", .kind = OPTION_INT, .offset = AT(pool.stride_x), .low = 1, .high = 64},
    {.key = "stride_y", .kind = OPTION_INT, .offset = AT(pool.stride_y), .low = 1, .high = 64},
    {.key = "padding",
     .kind = OPTION_INT,
     .offset = AT(pool.padding),
     .fallback = -1,
     .low = 0,
     .high = POOL_PADDING_MAX},
    {.key = "maxpool_depth", .kind = OPTION_FLAG, .offset = AT(depth)},
    {.key = "out_channels", .kind = OPTION_INT, .offset = AT(out_channels), .fallback = 1, .low = 1, .high = 65536},
    {.key = "antialiasing", .kind = OPTION_INT, .offset = AT(antialiasing), .low = 0, .high = 2},
    {.key = "maxpool_zero_nonmax", .kind = OPTION_REFUSED}, /* changes the input, in Darknet's GPU path only */
    {0},
};
#undef AT

static yolo_status check(layer *l, yolo_error *error) {
    params *p = l->params;
    pool_set_defaults(&p->pool);
    if (p->depth && p->antialiasing)
        return layer_fail(l, "antialiasing", error, "antialiasing does not go together with maxpool_depth");
    if (p->antialiasing) {
        p->blur_stride_x = p->pool.stride_x;
        p->blur_stride_y = p->pool.stride_y;
        p->pool.stride_x = p->pool.stride_y = 1;
    }
    return YOLO_OK;
}

/* Binomial weights as taps that come more than once: 1 2 1 times 1 2 1 is a mean of 16 numbers, 2x2 of 4. */
static window blur_window(const params *p) {
    int size = p->antialiasing == 2 ? 2 : 3, before = size == 3;
    return (window){size, size, p->blur_stride_y, p->blur_stride_x, 1, before, before};
}

/* A maximum over n x n is one over a row and one over a column. Each output then costs `size` taps down and, for each
 * of the stride_y rows it is first to need, `size` across. */
static bool is_separable(const pool *p) {
    return p->size > p->stride_y + 1;
}

static yolo_status depth_shape(const layer *l, shape input, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    if (p->out_channels > input.channels || input.channels / p->out_channels >= POOL_TAPS_MAX)
        return layer_fail(l, "out_channels", error, "out_channels=%d does not divide %d channels into 1 to %d",
                          p->out_channels, input.channels, POOL_TAPS_MAX);
    *plan = (layer_plan){
        .output = {.channels = p->out_channels, .height = input.height, .width = input.width},
        .placement = PLACE_NEW,
        .flops = (double)shape_count(input),
        .algorithm = "depth",
    };
    return YOLO_OK;
}

/* The map before the blur. */
static size_t pooled_count(const params *p, shape pooled) {
    return p->antialiasing ? shape_count(pooled) : 0;
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    shape input = args->inputs[0], pooled;
    if (p->depth) return depth_shape(l, input, plan, error);
    yolo_status status = pool_shape(l, &p->pool, input, &pooled, error);
    if (status) return status;
    shape halfway = {.channels = input.channels, .height = input.height, .width = pooled.width};
    bool separable = is_separable(&p->pool);
    *plan = (layer_plan){
        .output = pooled,
        .placement = PLACE_NEW,
        .scratch_count = (separable ? shape_count(halfway) : 0) + pooled_count(p, pooled),
        .flops = (double)shape_count(pooled) * p->pool.size * p->pool.size,
        .algorithm = separable ? "separable" : "direct",
    };
    if (!p->antialiasing) return YOLO_OK;
    window blur = blur_window(p);
    plan->output.height = (pooled.height + 2 * blur.top - blur.size_y) / blur.stride_y + 1;
    plan->output.width = (pooled.width + 2 * blur.left - blur.size_x) / blur.stride_x + 1;
    if (pooled.height >= 2 && pooled.width >= 2) return YOLO_OK;
    return layer_fail(l, "antialiasing", error, "antialiasing needs a map of 2x2 or more, not %dx%d", pooled.width,
                      pooled.height);
}

static tensor scratch_tensor(float *data, int channels, int height, int width) {
    return tensor_packed(data, (shape){channels, height, width});
}

static void maximum_separably(const run_args *args, const window *w, const tensor *output, float *scratch) {
    const tensor *input = &args->inputs[0];
    tensor halfway = scratch_tensor(scratch, input->channels, input->height, output->width);
    window across = {1, w->size_x, 1, w->stride_x, 1, 0, w->left};
    window down = {w->size_y, 1, w->stride_y, 1, 1, w->top, 0};
    pool_maximum(args, &across, input, &halfway);
    pool_maximum(args, &down, &halfway, output);
}

typedef struct blur_work {
    const run_args *args;
    window window;
    const tensor *pooled;
} blur_work;

/* The taps of a run with each as often as its weight says. */
static size_t weigh_taps(const window *w, const window_run *run, const uint16_t *tap_of, ptrdiff_t *weighted) {
    size_t count = 0;
    for (size_t t = 0; t < run->taps; t++) {
        int y = tap_of[t] / w->size_x, x = tap_of[t] % w->size_x;
        int weight = w->size_x == 2 ? 1 : (y == 1 ? 2 : 1) * (x == 1 ? 2 : 1);
        for (int i = 0; i < weight; i++) weighted[count++] = run->offsets[t];
    }
    return count;
}

static void blur_rows(void *argument, size_t begin, size_t end, int thread) {
    const blur_work *w = argument;
    float scale = w->window.size_x == 2 ? 1 / 4.0f : 1 / 16.0f;
    (void)thread;
    for (size_t y = begin; y < end; y++) {
        ptrdiff_t offsets[9], weighted[16];
        uint16_t tap_of[9];
        window_row row = window_row_start(&w->window, w->pooled, &w->args->output, (int)y, offsets, tap_of);
        while (window_row_next(&row)) {
            window_run run = row.run;
            run.taps = weigh_taps(&w->window, &row.run, tap_of, weighted);
            run.offsets = weighted;
            w->args->kernels->average(&run, scale);
        }
    }
}

static void run_pool(const params *p, const run_args *args, const tensor *output, float *scratch) {
    window w = pool_window(&p->pool);
    if (is_separable(&p->pool))
        maximum_separably(args, &w, output, scratch);
    else
        pool_maximum(args, &w, &args->inputs[0], output);
}

static void run_blurred(const params *p, const run_args *args) {
    const tensor *input = &args->inputs[0];
    int height = input->height + p->pool.padding - p->pool.size + 1;
    int width = input->width + p->pool.padding - p->pool.size + 1;
    tensor pooled = scratch_tensor(args->scratch, input->channels, height, width);
    run_pool(p, args, &pooled, args->scratch + shape_count(tensor_shape(&pooled)));
    blur_work w = {args, blur_window(p), &pooled};
    team_for(args->team, (size_t)args->output.height, 4, blur_rows, &w);
}

/* Output channels [first, first + count) of some pixels, over `taps` groups of input channels. */
static void maximum_groups(const run_args *args, size_t begin, size_t end, int first, int count, size_t taps) {
    const tensor *input = &args->inputs[0], *output = &args->output;
    ptrdiff_t offsets[POOL_TAPS_MAX];
    for (size_t t = 0; t < taps; t++) offsets[t] = (ptrdiff_t)t * output->channels;
    window_run run = {
        .pixels = end - begin,
        .channels = (size_t)count,
        .input = input->data + begin * input->stride + first,
        .input_step = input->stride,
        .offsets = offsets,
        .taps = taps,
        .output = output->data + begin * output->stride + first,
        .output_stride = output->stride,
    };
    if (count > 0) args->kernels->maximum(&run);
}

static void maximum_depth(void *argument, size_t begin, size_t end, int thread) {
    const run_args *args = argument;
    int groups = args->inputs[0].channels / args->output.channels;
    int odd = args->inputs[0].channels % args->output.channels; /* so many channels have one more to look at */
    (void)thread;
    maximum_groups(args, begin, end, 0, odd, (size_t)groups + 1);
    maximum_groups(args, begin, end, odd, args->output.channels - odd, (size_t)groups);
}

static void run(const layer *l, const run_args *args) {
    const params *p = l->params;
    if (p->depth)
        team_for(args->team, tensor_pixels(&args->output), 256, maximum_depth, (void *)args);
    else if (p->antialiasing)
        run_blurred(p, args);
    else
        run_pool(p, args, &args->output, args->scratch);
}

const layer_type layer_maxpool = {
    .name = "maxpool",
    .alias = "max",
    .options = options,
    .params_size = sizeof(params),
    .check = check,
    .shape = make_shape,
    .run = run,
};
