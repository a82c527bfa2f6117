/* 3x3 convolution of stride 1 by Winograd's F(4x4, 3x3): a quarter of the multiplications, four times the weights.
 *
 * A block of tiles is transformed into scratch that stays in the second cache; then, for every panel of filters, 36
 * matrix products (tiles x filters, summed over the channels) and the transform to outputs, so that the products of a
 * panel stay in cache, too, and the weights of a panel stream through it once a block. kernels.h says which transform.
 *
 * Threads share out tiles where the map is large, each with a block of its own. Where it is small they transform one
 * block together, then share out the panels, so that each streams a part of the weights only.
 */
#include "base/team.h"
#include "convolution/algorithm.h"

#include <math.h>
#include <string.h>

enum {
    TILE = WINOGRAD_TILE,
    SIDE = WINOGRAD_SIDE,
    POSITIONS = WINOGRAD_POSITIONS,
    TAPS = 9,
    BLOCK_COUNT = 128 << 10, /* numbers of a transformed block: 512 KiB, beside which a panel's weights pass */
    LEAST_TILES = 64,        /* of a block, however many channels: each number of the weights is used so often */
    PANEL_SPLIT_PIXELS = 26 * 26,
    PACKED_CHANNELS = 8, /* transformed at a time, so that they are written in runs, */
    PACKED_FILTERS = 8,  /* and side by side; divides a panel's columns */
    MAX_COLUMNS = 32,    /* of a panel */
};

static bool applies(const convolution_geometry *g) {
    return g->size == 3 && g->stride_x == 1 && g->stride_y == 1 && g->dilation == 1 && g->groups == 1;
}

static size_t tiles_of(int side) {
    return ((size_t)side + TILE - 1) / TILE;
}

/* For a pair of channels the plain sum multiplies 9 times a pixel and reads 9 weights, this one 36 times a tile and 36
 * weights; weights come from memory, because those of a whole network exceed every cache, and in the time that reading
 * one takes the core multiplies some 12 times. In units of 9 multiplications: pixels + 12 against 4 tiles + 48. Fewer
 * than 8 channels fill no vector of the transforms. */
static bool pays(const convolution_geometry *g, shape output, bool low_memory) {
    size_t tiles = tiles_of(output.height) * tiles_of(output.width);
    return !low_memory && g->channels >= 8 && g->filters >= 8 && shape_pixels(output) + 12 > 4 * tiles + 48;
}

/* ---- Weights: [panel][position][channels][gemm_columns] --------------------------------------------------------- */

static size_t panel_count(const convolution_geometry *g, const kernels *set) {
    return ((size_t)g->filters + set->gemm_columns - 1) / set->gemm_columns;
}

static size_t packed_count(const convolution_geometry *g, const kernels *set) {
    return POSITIONS * gemm_packed_count(set, (size_t)g->channels, (size_t)g->filters);
}

/* y = G x, for some filters side by side: three weights in a line to the values at six positions. */
static void transform_line(const double *x0, const double *x1, const double *x2, double (*restrict y)[PACKED_FILTERS]) {
    const double a = WINOGRAD_POINT_A, b = WINOGRAD_POINT_B;
    for (int n = 0; n < PACKED_FILTERS; n++) {
        const double even_a = -(x0[n] + x2[n] * 0.5) * (1 / 1.5), odd_a = -a / 1.5 * x1[n];
        const double even_b = (x0[n] + 2 * x2[n]) * (1 / 6.0), odd_b = b / 6 * x1[n];
        y[0][n] = x0[n];
        y[1][n] = even_a + odd_a;
        y[2][n] = even_a - odd_a;
        y[3][n] = even_b + odd_b;
        y[4][n] = even_b - odd_b;
        y[5][n] = x2[n];
    }
}

/* G w G^T of `count` filters that are `stride` apart, to output[position * step + filter]; zeros beyond `count`. */
static void transform_filters(const float *weights, size_t stride, size_t count, float *output, size_t step) {
    double w[TAPS][PACKED_FILTERS] = {{0}}, half[3][SIDE][PACKED_FILTERS], y[SIDE][PACKED_FILTERS];
    for (size_t n = 0; n < count; n++)
        for (size_t t = 0; t < TAPS; t++) w[t][n] = weights[n * stride + t];
    for (int j = 0; j < 3; j++) transform_line(w[j], w[3 + j], w[6 + j], half[j]);
    for (int i = 0; i < SIDE; i++) {
        transform_line(half[0][i], half[1][i], half[2][i], y);
        for (int j = 0; j < SIDE; j++, output += step)
            for (int n = 0; n < PACKED_FILTERS; n++) output[n] = (float)y[j][n];
    }
}

/* Some channels of one panel: `weights` of its first filter's first of these channels. */
static void pack_channels(const convolution_geometry *g, size_t width, size_t columns, size_t channels,
                          const float *weights, float *packed) {
    float part[POSITIONS * PACKED_CHANNELS * MAX_COLUMNS];
    const size_t step = PACKED_CHANNELS * width, depth = (size_t)g->channels;
    for (size_t n = 0; n < width; n += PACKED_FILTERS)
        for (size_t k = 0; k < channels; k++) {
            size_t rest = columns > n ? columns - n : 0;
            transform_filters(weights + (n * depth + k) * TAPS, depth * TAPS,
                              rest < PACKED_FILTERS ? rest : PACKED_FILTERS, part + k * width + n, step);
        }
    for (size_t p = 0; p < POSITIONS; p++)
        memcpy(packed + p * depth * width, part + p * step, channels * width * sizeof *part);
}

static void pack(const convolution_geometry *g, const kernels *set, const float *weights, float *packed, size_t begin,
                 size_t end) {
    size_t width = set->gemm_columns, filters = (size_t)g->filters, depth = (size_t)g->channels;
    packed += begin * POSITIONS * depth * width;
    for (size_t n = begin * width; n < filters && n < end * width; n += width, packed += POSITIONS * depth * width)
        for (size_t k = 0; k < depth; k += PACKED_CHANNELS)
            pack_channels(g, width, filters - n < width ? filters - n : width,
                          depth - k < PACKED_CHANNELS ? depth - k : PACKED_CHANNELS, weights + (n * depth + k) * TAPS,
                          packed + k * width);
}

/* ---- Scratch: zeros, then for each thread a transformed block and a panel's sums of it --------------------------- */

typedef struct layout {
    size_t across, tiles;   /* of the map */
    size_t block;           /* tiles at most */
    size_t row_stride;      /* of a block: floats from tile to tile, */
    size_t position_stride; /* and from position to position */
    size_t zeros, own;      /* floats: of the zeros, of each thread */
} layout;

/* Whole cache lines, but no large power of two, at which rows compete for the same lines of the first cache. */
static size_t stride_for(size_t count) {
    size_t stride = (count + 15) / 16 * 16;
    return stride % 128 ? stride : stride + 16;
}

/* Of `tiles` to work on, how many at a time: even blocks that fill the kernel's register tiles. */
static size_t block_of(size_t tiles, size_t most, size_t rows) {
    size_t blocks = (tiles + most - 1) / most;
    return ((tiles + blocks - 1) / blocks + rows - 1) / rows * rows;
}

static layout lay_out(const convolution_geometry *g, shape output, const kernels *set) {
    layout l = {.across = tiles_of(output.width), .row_stride = stride_for((size_t)g->channels)};
    l.tiles = l.across * tiles_of(output.height);
    l.block = BLOCK_COUNT / POSITIONS / l.row_stride / set->gemm_rows * set->gemm_rows;
    if (l.block < LEAST_TILES) l.block = LEAST_TILES;
    l.block = block_of(l.tiles, l.block, set->gemm_rows);
    l.position_stride = l.block * l.row_stride + 16;
    l.zeros = stride_for((size_t)g->channels > set->gemm_columns ? (size_t)g->channels : set->gemm_columns);
    l.own = POSITIONS * (l.position_stride + l.block * set->gemm_columns);
    return l;
}

static size_t scratch_count(const convolution_geometry *g, shape output, int threads, const kernels *set) {
    layout l = lay_out(g, output, set);
    return l.zeros + l.own * (size_t)threads;
}

/* ---- Run -------------------------------------------------------------------------------------------------------- */

typedef struct work {
    const convolution_job *job;
    layout layout;
    size_t first, count; /* the block that all threads share, where they do */
} work;

static float *block_scratch(const work *w, int thread) {
    return w->job->scratch + w->layout.zeros + w->layout.own * (size_t)thread;
}

static float *sums_scratch(const work *w, int thread) {
    return block_scratch(w, thread) + POSITIONS * w->layout.position_stride;
}

static void transform_tile(const work *w, size_t tile, float *output) {
    const convolution_job *job = w->job;
    const tensor *input = job->input;
    const float *pixels[POSITIONS], **next = pixels, *zeros = job->scratch;
    int padding = job->convolution->geometry.padding;
    int top = (int)(tile / w->layout.across) * TILE - padding, left = (int)(tile % w->layout.across) * TILE - padding;
    for (int y = top; y < top + SIDE; y++)
        for (int x = left; x < left + SIDE; x++) {
            bool inside = y >= 0 && y < input->height && x >= 0 && x < input->width;
            *next++ = inside ? tensor_at(input, y, x) : zeros;
        }
    job->kernels->winograd_input(&(winograd_input){(size_t)input->channels, pixels, output, w->layout.position_stride});
}

static void multiply_positions(const work *w, size_t panel, size_t count, const float *block, float *sums) {
    const kernels *set = w->job->kernels;
    const convolution *c = w->job->convolution;
    size_t width = set->gemm_columns, depth = (size_t)c->geometry.channels;
    size_t rest = (size_t)c->geometry.filters - panel * width;
    const float *weights = c->weights + panel * POSITIONS * depth * width;
    for (size_t p = 0; p < POSITIONS; p++)
        set->gemm(&(gemm_panel){
            .rows = count,
            .columns = rest < width ? rest : width,
            .depth = depth,
            .input = block + p * w->layout.position_stride,
            .input_stride = w->layout.row_stride,
            .weights = weights + p * depth * width,
            .bias = w->job->scratch, /* zeros */
            .output = sums + p * width,
            .output_stride = POSITIONS * width,
            .ramp = {1, INFINITY},
            .next = weights + (p + 1) * depth * width, /* past the last position begins the next panel */
        });
}

static size_t at_most(size_t count, int rest) {
    return (size_t)rest < count ? (size_t)rest : count;
}

/* A panel's outputs of `count` tiles of one row of tiles, from `tile` on. */
static void finish_run(const work *w, size_t panel, size_t tile, size_t count, const float *sums) {
    const convolution_job *job = w->job;
    const tensor *output = job->output;
    size_t width = job->kernels->gemm_columns;
    int y = (int)(tile / w->layout.across) * TILE, left = (int)(tile % w->layout.across) * TILE, x = left;
    winograd_output o = {
        .columns = at_most(width, output->channels - (int)(panel * width)),
        .position_stride = width,
        .bias = job->convolution->bias + panel * width,
        .ramp = job->ramp,
        .row_stride = (size_t)output->width * output->stride,
        .pixel_stride = output->stride,
        .height = at_most(TILE, output->height - y),
    };
    for (size_t i = 0; i < count; i++, x += TILE, sums += POSITIONS * width) {
        o.sums = sums;
        o.output = tensor_at(output, y, x) + panel * width;
        o.width = at_most(TILE, output->width - x);
        job->kernels->winograd_output(&o);
    }
    if (job->after == ACTIVATION_LINEAR) return;
    for (size_t i = 0; i < o.height; i++)
        job->kernels->activate(job->after, at_most(count * TILE, output->width - left), o.columns,
                               tensor_at(output, y + (int)i, left) + panel * width, output->stride);
}

static void multiply_panel(const work *w, size_t panel, size_t first, size_t count, const float *block, float *sums) {
    multiply_positions(w, panel, count, block, sums);
    for (size_t done = 0; done < count;) {
        size_t tile = first + done, in_row = w->layout.across - tile % w->layout.across;
        size_t run = count - done < in_row ? count - done : in_row;
        finish_run(w, panel, tile, run, sums + done * POSITIONS * w->job->kernels->gemm_columns);
        done += run;
    }
}

/* The tiles [begin, end) in blocks, by all panels. */
static void convolve_tiles(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    const kernels *set = w->job->kernels;
    size_t block = block_of(end - begin, w->layout.block, set->gemm_rows);
    size_t panels = panel_count(&w->job->convolution->geometry, set);
    float *transformed = block_scratch(w, thread);
    for (size_t first = begin; first < end; first += block) {
        size_t count = end - first < block ? end - first : block;
        for (size_t i = 0; i < count; i++) transform_tile(w, first + i, transformed + i * w->layout.row_stride);
        for (size_t panel = 0; panel < panels; panel++)
            multiply_panel(w, panel, first, count, transformed, sums_scratch(w, thread));
    }
}

static void transform_shared(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    (void)thread;
    for (size_t i = begin; i < end; i++)
        transform_tile(w, w->first + i, block_scratch(w, 0) + i * w->layout.row_stride);
}

static void multiply_shared(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    for (size_t panel = begin; panel < end; panel++)
        multiply_panel(w, panel, w->first, w->count, block_scratch(w, 0), sums_scratch(w, thread));
}

static void run(const convolution_job *job) {
    const convolution_geometry *g = &job->convolution->geometry;
    size_t panels = panel_count(g, job->kernels);
    work w = {.job = job, .layout = lay_out(g, tensor_shape(job->output), job->kernels)};
    double flops_per_pair = 2.0 * POSITIONS * g->channels; /* of a tile and a filter */
    memset(job->scratch, 0, w.layout.zeros * sizeof *job->scratch);
    if (tensor_pixels(job->output) > PANEL_SPLIT_PIXELS || panels < (size_t)team_threads(job->team)) {
        team_for(job->team, w.layout.tiles, convolution_grain(flops_per_pair * g->filters), convolve_tiles, &w);
        return;
    }
    for (w.first = 0; w.first < w.layout.tiles; w.first += w.count) {
        size_t rest = w.layout.tiles - w.first;
        w.count = rest < w.layout.block ? rest : w.layout.block;
        double flops_per_panel = flops_per_pair * (double)(w.count * job->kernels->gemm_columns);
        team_for(job->team, w.count, convolution_grain(500.0 * g->channels), transform_shared, &w);
        team_for(job->team, panels, convolution_grain(flops_per_panel), multiply_shared, &w);
    }
}

const convolution_algorithm convolution_winograd = {
    .name = "winograd",
    .applies = applies,
    .pays = pays,
    .packed_count = packed_count,
    .pack_parts = panel_count,
    .pack = pack,
    .scratch_count = scratch_count,
    .run = run,
};
