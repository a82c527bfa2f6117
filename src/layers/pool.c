#include "layers/pool.h"

#include "base/team.h"

void pool_set_defaults(pool *p) {
    if (p->stride_x == 0) p->stride_x = p->stride;
    if (p->stride_y == 0) p->stride_y = p->stride;
    if (p->size == 0) p->size = p->stride;
    if (p->padding < 0) p->padding = p->size - 1;
}

/* Outputs along one axis; 0 where some output's window would see nothing of the map. */
static int count_outputs(const pool *p, int stride, int input) {
    int slack = input + p->padding - p->size, before = p->padding / 2;
    if (slack < 0 || before >= p->size) return 0;
    int count = slack / stride + 1;
    return (count - 1) * stride - before < input ? count : 0;
}

yolo_status pool_shape(const layer *l, const pool *p, shape input, shape *output, yolo_error *error) {
    output->channels = input.channels;
    output->height = count_outputs(p, p->stride_y, input.height);
    output->width = count_outputs(p, p->stride_x, input.width);
    if (output->height > 0 && output->width > 0) return YOLO_OK;
    return layer_fail(l, "size", error, "a window of %dx%d with padding %d does not fit a map of %dx%d", p->size,
                      p->size, p->padding, input.width, input.height);
}

window pool_window(const pool *p) {
    return (window){
        .size_y = p->size,
        .size_x = p->size,
        .stride_y = p->stride_y,
        .stride_x = p->stride_x,
        .dilation = 1,
        .top = p->padding / 2,
        .left = p->padding / 2,
    };
}

typedef struct work {
    const run_args *args;
    const window *window;
    const tensor *input, *output;
} work;

static void maximum_rows(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    ptrdiff_t offsets[POOL_TAPS_MAX];
    (void)thread;
    for (size_t y = begin; y < end; y++) {
        window_row row = window_row_start(w->window, w->input, w->output, (int)y, offsets, NULL);
        while (window_row_next(&row)) w->args->kernels->maximum(&row.run);
    }
}

static void average_rows(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    ptrdiff_t offsets[POOL_TAPS_MAX];
    (void)thread;
    for (size_t y = begin; y < end; y++) {
        window_row row = window_row_start(w->window, w->input, w->output, (int)y, offsets, NULL);
        while (window_row_next(&row)) w->args->kernels->average(&row.run, 1.0f / (float)row.run.taps);
    }
}

/* Rows of outputs that are worth a thread: some ten thousand taps. */
static size_t grain_of(const window *w, const tensor *output) {
    size_t taps = (size_t)w->size_y * (size_t)w->size_x * (size_t)output->width * (size_t)output->channels;
    return 1 + 32768 / taps;
}

void pool_maximum(const run_args *args, const window *w, const tensor *input, const tensor *output) {
    work jobs = {args, w, input, output};
    team_for(args->team, (size_t)output->height, grain_of(w, output), maximum_rows, &jobs);
}

void pool_average(const run_args *args, const window *w, const tensor *input, const tensor *output) {
    work jobs = {args, w, input, output};
    team_for(args->team, (size_t)output->height, grain_of(w, output), average_rows, &jobs);
}
