/* Convolution without gathering: the matrix product reads the windows where they lie in the map.
 *
 * The windows of neighbouring outputs of one row lie `stride_x` pixels apart, so a run of outputs is a matrix whose rows
 * overlap, and a row of it consists of segments: a window's row where the map's pixels have no gap, a tap where they do.
 * At the map's edges some taps are missing: the outputs there, a column at the left and right and a few rows at top and
 * bottom, are runs of their own with fewer segments, downwards where that makes them longer.
 *
 * The sums are those of `gemm im2col`, in the same order. It saves the copy, which costs about as much as multiplying by
 * eight filters; but its runs end with each row of the map.
 */
#include "base/team.h"
#include "convolution/algorithm.h"
#include "convolution/packing.h"
#include "network/window.h"

enum {
    MAX_SIZE = 7,           /* taps of a side: lists of segments live on the stack */
    BLOCK_COUNT = 48 << 10, /* numbers of the map that a block of output rows reads: 192 KiB */
    PANEL_SPLIT_PIXELS = 26 * 26,
    LEAST_WIDTH = 20,  /* of the outputs: shorter runs fill no register tiles */
    MOST_FILTERS = 96, /* that make the copy of gemm im2col too dear */
};

static bool applies(const convolution_geometry *g) {
    return g->groups == 1 && g->size <= MAX_SIZE;
}

static bool pays(const convolution_geometry *g, shape output, bool low_memory) {
    (void)low_memory;
    return g->size > 1 && g->filters <= MOST_FILTERS && output.width >= LEAST_WIDTH;
}

static size_t scratch_count(const convolution_geometry *g, shape output, int threads, const kernels *set) {
    (void)g, (void)output, (void)threads, (void)set;
    return 0;
}

/* Outputs [begin, end) along one axis that see the same taps. */
typedef struct span {
    int begin, end;
    window_taps taps;
} span;

/* One axis of the map. */
typedef struct axis {
    int input, output; /* pixels */
    int stride;
} axis;

/* The span that begins with output `begin` and stays below `end`. */
static span span_at(const convolution_geometry *g, axis a, int begin, int end) {
    span s = {begin, begin + 1, window_taps_seen(begin, g->size, a.stride, g->dilation, g->padding, a.input)};
    if (s.taps.end - s.taps.begin < g->size) return s;
    int last = (a.input + g->padding - (g->size - 1) * g->dilation - 1) / a.stride; /* that sees all taps */
    s.end = last + 1 < end ? last + 1 : end;
    return s;
}

typedef struct work {
    const convolution_job *job;
    const convolution_geometry *g;
    axis rows, columns;
    size_t depth, panels;
    int block; /* output rows at a time */
    int lift;  /* the output row that the memory of the output begins with */
} work;

/* The segments of a window whose first pixel seen is where gemm_panel.input points; returns their number. */
static size_t list_segments(const work *w, window_taps rows, window_taps columns, gemm_segment *segments) {
    const convolution_geometry *g = w->g;
    const tensor *input = w->job->input;
    size_t tap_weights = (size_t)g->channels * w->job->kernels->gemm_columns, count = 0;
    ptrdiff_t pixel = (ptrdiff_t)input->stride * g->dilation, row = pixel * input->width;
    bool whole_rows = input->stride == (size_t)g->channels && g->dilation == 1;
    for (int y = rows.begin; y < rows.end; y++)
        for (int x = columns.begin; x < (whole_rows ? columns.begin + 1 : columns.end); x++)
            segments[count++] = (gemm_segment){
                .input = (y - rows.begin) * row + (x - columns.begin) * pixel,
                .weights = (size_t)(y * g->size + x) * tap_weights,
            };
    return count;
}

/* The outputs of a span of rows by one of columns, for one panel. One of the spans may be longer than one output: a run
 * goes along it. */
static void multiply_run(const work *w, span y, span x, size_t panel) {
    const convolution_job *job = w->job;
    const convolution_geometry *g = w->g;
    const tensor *input = job->input, *output = job->output;
    gemm_segment segments[MAX_SIZE * MAX_SIZE];
    bool down = y.end - y.begin > 1, seen = y.taps.begin < y.taps.end && x.taps.begin < x.taps.end;
    bool whole_rows = input->stride == (size_t)g->channels && g->dilation == 1;
    size_t width = job->kernels->gemm_columns, column = panel * width, rest = (size_t)g->filters - column;
    int top = y.begin * g->stride_y - g->padding + y.taps.begin * g->dilation;
    int left = x.begin * g->stride_x - g->padding + x.taps.begin * g->dilation;
    size_t row = (size_t)input->width * input->stride;
    job->kernels->gemm(&(gemm_panel){
        .rows = (size_t)(down ? y.end - y.begin : x.end - x.begin),
        .columns = rest < width ? rest : width,
        .depth = (size_t)g->channels * (size_t)(whole_rows ? x.taps.end - x.taps.begin : 1),
        .input = seen ? tensor_at(input, top, left) : input->data,
        .input_stride = down ? (size_t)g->stride_y * row : (size_t)g->stride_x * input->stride,
        .weights = job->convolution->weights + panel * w->depth * width,
        .bias = job->convolution->bias + column,
        .output = tensor_at(output, y.begin - w->lift, x.begin) + column,
        .output_stride = down ? (size_t)output->width * output->stride : output->stride,
        .ramp = job->ramp,
        .segments = segments,
        .segment_count = seen ? list_segments(w, y.taps, x.taps, segments) : 0,
    });
}

/* A rectangle of outputs that all see the same taps. */
static void multiply_rectangle(const work *w, span y, span x, size_t panel) {
    if (x.end - x.begin == 1) {
        multiply_run(w, y, x, panel);
        return;
    }
    for (span row = {y.begin, y.begin + 1, y.taps}; row.begin < y.end; row.begin++, row.end++)
        multiply_run(w, row, x, panel);
}

/* A panel's outputs in the rows [begin, end), which read `block` rows at most. */
static void multiply_block(const work *w, int begin, int end, size_t panel) {
    for (span y = {.end = begin}; y.end < end;) {
        y = span_at(w->g, w->rows, y.end, end);
        for (span x = {.end = 0}; x.end < w->columns.output;) {
            x = span_at(w->g, w->columns, x.end, w->columns.output);
            multiply_rectangle(w, y, x, panel);
        }
    }
}

static void multiply(const work *w, int begin, int end, size_t panel_begin, size_t panel_end) {
    const convolution_job *job = w->job;
    const tensor *output = job->output;
    for (int y = begin, next; y < end; y = next) {
        next = y + w->block < end ? y + w->block : end;
        for (size_t panel = panel_begin; panel < panel_end; panel++) multiply_block(w, y, next, panel);
        size_t first = panel_begin * job->kernels->gemm_columns, last = panel_end * job->kernels->gemm_columns;
        if (last > (size_t)output->channels) last = (size_t)output->channels;
        if (job->after != ACTIVATION_LINEAR)
            job->kernels->activate(job->after, (size_t)(next - y) * (size_t)output->width, last - first,
                                   tensor_at(output, y - w->lift, 0) + first, output->stride);
    }
}

static void multiply_rows(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    (void)thread;
    multiply(w, (int)begin, (int)end, 0, w->panels);
}

static void multiply_columns(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    (void)thread;
    multiply(w, 0, w->rows.output, begin, end);
}

static work work_of(const convolution_job *job) {
    const convolution_geometry *g = &job->convolution->geometry;
    const tensor *input = job->input, *output = job->output;
    size_t width = job->kernels->gemm_columns;
    return (work){
        .job = job,
        .g = g,
        .rows = {input->height, output->height, g->stride_y},
        .columns = {input->width, output->width, g->stride_x},
        .depth = packing_depth(g),
        .panels = ((size_t)g->filters + width - 1) / width,
        .block = 1 + (int)(BLOCK_COUNT / ((size_t)g->stride_y * (size_t)input->width * input->stride)),
    };
}

static void run(const convolution_job *job) {
    const convolution_geometry *g = &job->convolution->geometry;
    const tensor *output = job->output;
    work w = work_of(job);
    double flops_per_pixel = 2.0 * (double)w.depth * g->filters, pixels = (double)tensor_pixels(output);
    if (pixels <= PANEL_SPLIT_PIXELS && w.panels >= (size_t)team_threads(job->team))
        team_for(job->team, w.panels, convolution_grain(flops_per_pixel * pixels / (double)w.panels), multiply_columns,
                 &w);
    else
        team_for(job->team, (size_t)output->height, convolution_grain(flops_per_pixel * output->width), multiply_rows,
                 &w);
}

/* Of the input whole rectangles are read, so it is no ring. */
static void run_rows(const convolution_job *job, int begin, int end) {
    work w = work_of(job);
    for (int y = begin, rows; y < end; y += rows) {
        rows = tensor_rows_together(job->output, y, end - y);
        w.lift = job->output->ring ? y - y % job->output->ring : 0;
        multiply(&w, y, y + rows, 0, w.panels);
    }
}

const convolution_algorithm convolution_direct = {
    .name = "gemm direct",
    .applies = applies,
    .pays = pays,
    .packed_count = packing_count,
    .pack_parts = packing_panel_count,
    .pack = packing_pack,
    .scratch_count = scratch_count,
    .run = run,
    .goes_by_rows = applies,
    .whole_input = true,
    .run_rows = run_rows,
};
