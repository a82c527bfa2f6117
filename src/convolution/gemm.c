/* Convolution as a matrix product: pixels x filters, summed over the window.
 *
 * A 1x1 convolution multiplies the map as it lies. All others gather the windows of a block of pixels into scratch
 * that fits into the second cache, multiply it by every panel of weights while it is there, and go on to the next.
 * Threads share out pixels where the map is large and panels where it is small, so that each streams a part of the
 * weights only; a panel's threads then gather the same block, which costs 8 / filters of the product for each.
 */
#include "base/team.h"
#include "convolution/algorithm.h"
#include "convolution/gather.h"
#include "convolution/packing.h"

enum {
    BLOCK_COUNT = 96 << 10, /* numbers of a block: 384 KiB, beside which a panel of weights fits into 1 MiB */
    PANEL_SPLIT_PIXELS = 26 * 26,
    ALIASING_COUNT = 1024, /* rows 4 KiB apart compete for the same few lines of the first cache */
};

static bool applies_to_all(const convolution_geometry *g) {
    (void)g;
    return true;
}

static bool is_1x1(const convolution_geometry *g) {
    return g->size == 1 && g->stride_x == 1 && g->stride_y == 1 && g->padding == 0;
}

/* From one gathered row to the next: rounded up to cache lines, and never a multiple of 4 KiB. */
static size_t row_stride(size_t depth) {
    size_t stride = (depth + 15) / 16 * 16;
    return stride % ALIASING_COUNT ? stride : stride + 16;
}

static size_t block_rows(size_t depth, size_t pixels, const kernels *set) {
    size_t rows = BLOCK_COUNT / row_stride(depth) / set->gemm_rows * set->gemm_rows;
    if (rows < set->gemm_rows) rows = set->gemm_rows;
    return rows < pixels ? rows : pixels;
}

static size_t scratch_count(const convolution_geometry *g, shape output, int threads, const kernels *set) {
    size_t depth = packing_depth(g);
    return block_rows(depth, shape_pixels(output), set) * row_stride(depth) * (size_t)threads;
}

typedef struct work {
    const convolution_job *job;
    const convolution_geometry *g;
    size_t depth, filters, panels; /* of a group */
    size_t block;                  /* rows at most */
    bool in_place;
} work;

/* A part of the product: some pixels by some panels. */
typedef struct part {
    size_t row, rows;
    size_t panel_begin, panel_end;
    float *scratch; /* [work.block][row_stride] */
} part;

static void multiply_panels(const work *w, const part *p, int group, const float *input, size_t input_stride) {
    const convolution_job *job = w->job;
    const convolution *c = job->convolution;
    size_t width = job->kernels->gemm_columns, filter = (size_t)group * w->filters;
    const float *weights = c->weights + (size_t)group * w->panels * w->depth * width;
    float *output = job->output->data + p->row * job->output->stride + filter;
    for (size_t panel = p->panel_begin; panel < p->panel_end; panel++) {
        size_t column = panel * width, rest = w->filters - column;
        job->kernels->gemm(&(gemm_panel){
            .rows = p->rows,
            .columns = rest < width ? rest : width,
            .depth = w->depth,
            .input = input,
            .input_stride = input_stride,
            .weights = weights + panel * w->depth * width,
            .bias = c->bias + filter + column,
            .output = output + column,
            .output_stride = job->output->stride,
            .ramp = job->ramp,
            .next = weights + (panel + 1 < p->panel_end ? panel + 1 : p->panel_begin) * w->depth * width,
        });
    }
}

static void multiply_block(const work *w, const part *p) {
    const tensor *input = w->job->input;
    size_t stride = row_stride(w->depth);
    for (int group = 0; group < w->g->groups; group++) {
        if (w->in_place) {
            const float *first = input->data + p->row * input->stride + (size_t)group * w->depth;
            multiply_panels(w, p, group, first, input->stride);
        } else {
            gather_windows(w->g, input, w->job->output->width, group, p->row, p->rows, p->scratch, stride);
            multiply_panels(w, p, group, p->scratch, stride);
        }
    }
}

/* The activation, on what multiply_block has just written. */
static void activate_block(const work *w, const part *p) {
    const convolution_job *job = w->job;
    size_t width = job->kernels->gemm_columns, columns = (size_t)w->g->filters, first = 0;
    if (w->g->groups == 1) {
        first = p->panel_begin * width;
        columns = (p->panel_end * width < columns ? p->panel_end * width : columns) - first;
    }
    job->kernels->activate(job->after, p->rows, columns, job->output->data + p->row * job->output->stride + first,
                           job->output->stride);
}

/* All blocks of the pixels [begin, end), of as even a size as can be. */
static void multiply(const work *w, size_t begin, size_t end, size_t panel_begin, size_t panel_end, int thread) {
    size_t rows = end - begin, blocks = (rows + w->block - 1) / w->block;
    part p = {begin, 0, panel_begin, panel_end, w->job->scratch + (size_t)thread * w->block * row_stride(w->depth)};
    for (size_t i = 0; i < blocks; i++, p.row += p.rows) {
        p.rows = rows / blocks + (i < rows % blocks);
        multiply_block(w, &p);
        if (w->job->after != ACTIVATION_LINEAR) activate_block(w, &p);
    }
}

static void multiply_rows(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    multiply(w, begin, end, 0, w->panels, thread);
}

static void multiply_columns(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    multiply(w, 0, tensor_pixels(w->job->output), begin, end, thread);
}

static work work_of(const convolution_job *job) {
    const convolution_geometry *g = &job->convolution->geometry;
    size_t width = job->kernels->gemm_columns;
    work w = {.job = job, .g = g, .depth = packing_depth(g), .filters = packing_group_filters(g)};
    w.panels = (w.filters + width - 1) / width;
    w.block = block_rows(w.depth, tensor_pixels(job->output), job->kernels);
    w.in_place = is_1x1(g) && job->input->stride % ALIASING_COUNT != 0;
    return w;
}

static void run(const convolution_job *job) {
    const convolution_geometry *g = &job->convolution->geometry;
    size_t pixels = tensor_pixels(job->output);
    work w = work_of(job);
    double flops_per_row = 2.0 * (double)w.depth * g->filters;
    if (g->groups == 1 && pixels <= PANEL_SPLIT_PIXELS && w.panels >= (size_t)team_threads(job->team))
        team_for(job->team, w.panels, convolution_grain(flops_per_row * (double)pixels / (double)w.panels),
                 multiply_columns, &w);
    else
        team_for(job->team, pixels, convolution_grain(flops_per_row), multiply_rows, &w);
}

/* Each piece of rows that lies together in both maps is a map of its own. */
static void run_rows(const convolution_job *job, int begin, int end) {
    const tensor *input = job->input, *output = job->output;
    for (int y = begin, rows; y < end; y += rows) {
        rows = tensor_rows_together(output, y, tensor_rows_together(input, y, end - y));
        tensor from = *input, to = *output;
        from.data = tensor_row(input, y), to.data = tensor_row(output, y);
        from.height = to.height = rows;
        convolution_job piece = *job;
        piece.input = &from, piece.output = &to;
        work w = work_of(&piece);
        w.in_place = true; /* there is no scratch to copy to */
        multiply(&w, 0, tensor_pixels(&to), 0, w.panels, 0);
    }
}

const convolution_algorithm convolution_gemm_1x1 = {
    .name = "gemm 1x1",
    .applies = is_1x1,
    .packed_count = packing_count,
    .pack_parts = packing_panel_count,
    .pack = packing_pack,
    .scratch_count = scratch_count,
    .run = run,
    .goes_by_rows = is_1x1,
    .run_rows = run_rows,
};

const convolution_algorithm convolution_gemm_im2col = {
    .name = "gemm im2col",
    .applies = applies_to_all,
    .packed_count = packing_count,
    .pack_parts = packing_panel_count,
    .pack = packing_pack,
    .scratch_count = scratch_count,
    .run = run,
};
