/* How near the kernels come to what the core can do: each set's matrix product against a loop of nothing but fused
 * multiply-adds, and the other kernels in bytes moved.
 *
 *     bench_kernels [SET...]      all that this CPU can run, or those named
 *
 * Figures are the best of several rounds on one core; run it on a machine that does nothing else.
 */
#include "base/memory.h"
#include "kernels/kernels.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 15 };
static const double ROUND_SECONDS = 0.01;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Seconds of one call, the best of ROUNDS rounds of as many calls as fill ROUND_SECONDS. */
static double best_seconds(void (*call)(void *), void *argument) {
    double best = 1e9;
    size_t calls = 1;
    for (int round = 0; round < ROUNDS;) {
        double begin = now();
        for (size_t i = 0; i < calls; i++) call(argument);
        double seconds = now() - begin;
        if (seconds < ROUND_SECONDS) {
            calls *= 2;
            continue;
        }
        if (seconds / (double)calls < best) best = seconds / (double)calls;
        round++;
    }
    return best;
}

/* ---- The peak: independent chains of fused multiply-adds --------------------------------------------------------- */

enum { PEAK_STEPS = 10000, PEAK_CHAINS = 12 };

#define CHAINS(X) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

#if defined(__x86_64__)
#define ZMM(n) "vfmadd231ps %%zmm0, %%zmm1, %%zmm" #n "\n"
#define YMM(n) "vfmadd231ps %%ymm0, %%ymm1, %%ymm" #n "\n"
/* Without fused operations: sums and products in turn, of which the core does as many of both at once. */
#define XMM(n) ".if " #n " & 1\naddps %%xmm0, %%xmm" #n "\n.else\nmulps %%xmm1, %%xmm" #n "\n.endif\n"
#define CLEAR(n) "vxorps %%ymm" #n ", %%ymm" #n ", %%ymm" #n "\n"
#define CLEAR_XMM(n) "xorps %%xmm" #n ", %%xmm" #n "\n"
#define CLOBBERED                                                                                                      \
    "xmm0", "xmm1", "xmm2", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",        \
        "xmm14", "xmm15"
#define LOOP(clear, body)                                                                                              \
    size_t steps = PEAK_STEPS;                                                                                         \
    __asm__ volatile(clear(0) clear(1) clear(2) CHAINS(clear) "1:\n" CHAINS(body) "dec %0\njnz 1b\n"                   \
                     : "+r"(steps)                                                                                     \
                     :                                                                                                 \
                     : CLOBBERED, "cc")

static void peak_avx512(void *unused) {
    (void)unused;
    LOOP(CLEAR, ZMM);
}

static void peak_avx2(void *unused) {
    (void)unused;
    LOOP(CLEAR, YMM);
}

static void peak_portable(void *unused) {
    (void)unused;
    LOOP(CLEAR_XMM, XMM);
}
#elif defined(__aarch64__)
#define FMLA(n) "fmla v" #n ".4s, v0.4s, v1.4s\n"
static void peak_neon(void *unused) {
    (void)unused;
    size_t steps = PEAK_STEPS;
    __asm__ volatile("movi v0.4s, #0\nmovi v1.4s, #0\n1:\n" CHAINS(FMLA) "subs %0, %0, #1\nb.ne 1b\n"
                     : "+r"(steps)
                     :
                     : "v0", "v1", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "cc");
}
#endif

static const struct peak {
    const char *set;
    void (*run)(void *);
    int operations; /* multiplications and additions of an instruction */
} peaks[] = {
#if defined(__x86_64__)
    {"avx512", peak_avx512, 32},
    {"avx2", peak_avx2, 16},
    {"portable", peak_portable, 4},
#elif defined(__aarch64__)
    {"neon", peak_neon, 8},
#endif
    {NULL, NULL, 0},
};

/* GFLOP/s, or 0 where nobody wrote the loop. */
static double measure_peak(const kernels *set) {
    for (const struct peak *p = peaks; p->set; p++)
        if (strcmp(p->set, set->name) == 0)
            return 1e-9 * PEAK_STEPS * PEAK_CHAINS * p->operations / best_seconds(p->run, NULL);
    return 0;
}

/* ---- Matrix products at the sizes of real layers ---------------------------------------------------------------- */

typedef struct product {
    const char *where;
    size_t rows, depth, columns;
    bool gathered; /* from windows into a block of rows that stays in the cache; else a map of its own size is read */
} product;

static const product products[] = {
    {"yolov4-tiny, first layer", 208 * 208, 27, 32, true},    {"yolov4-tiny, 3x3 stride 2", 104 * 104, 288, 64, true},
    {"yolov4-tiny, 3x3 at 104", 104 * 104, 576, 64, true},    {"yolov4-tiny, 1x1 at 104", 104 * 104, 64, 64, false},
    {"yolov4-tiny, 3x3 at 52", 52 * 52, 1152, 128, true},     {"yolov4-tiny, 1x1 at 52", 52 * 52, 128, 128, false},
    {"yolov4-tiny, 3x3 at 26", 26 * 26, 2304, 256, true},     {"yolov4-tiny, 1x1 at 26", 26 * 26, 256, 256, false},
    {"yolov4-tiny, 3x3 at 13", 13 * 13, 4608, 512, true},     {"yolov4-tiny, 1x1 at 13", 13 * 13, 512, 256, false},
    {"yolov4-tiny, head", 26 * 26, 256, 255, false},          {"yolo-fastest, first layer", 160 * 160, 27, 8, true},
    {"yolo-fastest, expand 4-8", 160 * 160, 4, 8, false},     {"yolo-fastest, project 8-4", 160 * 160, 8, 4, false},
    {"yolo-fastest, expand 8-48", 40 * 40, 8, 48, false},     {"yolo-fastest, project 48-8", 40 * 40, 48, 8, false},
    {"yolo-fastest, expand 16-96", 20 * 20, 16, 96, false},   {"yolo-fastest, project 96-16", 20 * 20, 96, 16, false},
    {"yolo-fastest, expand 24-136", 20 * 20, 24, 136, false}, {"yolo-fastest, project 136-24", 20 * 20, 136, 24, false},
    {"yolo-fastest, expand 48-224", 10 * 10, 48, 224, false}, {"yolo-fastest, project 224-48", 10 * 10, 224, 48, false},
    {"yolo-fastest, head", 20 * 20, 96, 255, false},
};

typedef struct product_run {
    const kernels *set;
    product size;
    size_t input_stride, block; /* block: rows that go through all panels before the next rows */
    float *input, *weights, *bias, *output;
} product_run;

static void run_product(void *argument) {
    const product_run *r = argument;
    size_t width = r->set->gemm_columns, columns = r->size.columns;
    for (size_t row = 0; row < r->size.rows; row += r->block) {
        for (size_t c = 0; c < columns; c += width) {
            r->set->gemm(&(gemm_panel){
                .rows = r->size.rows - row < r->block ? r->size.rows - row : r->block,
                .columns = columns - c < width ? columns - c : width,
                .depth = r->size.depth,
                .input = r->input + (r->size.gathered ? 0 : row * r->input_stride),
                .input_stride = r->input_stride,
                .weights = r->weights + c * r->size.depth,
                .bias = r->bias + c,
                .output = r->output + row * columns + c,
                .output_stride = columns,
                .ramp = {0.1f, 1e30f},
            });
        }
    }
}

static float *random_floats(size_t count) {
    float *values = memory_allocate(count, sizeof *values);
    if (!values) exit(1);
    uint32_t state = 1;
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525 + 1013904223;
        values[i] = (float)(state >> 8) / (float)(1 << 23) - 1;
    }
    return values;
}

static void bench_product(const kernels *set, const product *size) {
    size_t stride = (size->depth + 15) / 16 * 16; /* a stride of 4 KiB would put all rows in the same cache sets */
    if (size->depth <= 16) stride = size->depth;
    if (stride % 1024 == 0) stride += 16;
    size_t block = (384 << 10) / sizeof(float) / stride / set->gemm_rows * set->gemm_rows;
    product_run run = {set, *size, stride, block > 0 ? block : set->gemm_rows, NULL, NULL, NULL, NULL};
    run.input = random_floats((size->gathered ? run.block : size->rows) * stride);
    run.weights = random_floats(gemm_packed_count(set, size->depth, size->columns));
    run.bias = random_floats(size->columns);
    run.output = random_floats(size->rows * size->columns);
    double rate = 2e-9 * (double)(size->rows * size->depth * size->columns) / best_seconds(run_product, &run);
    double peak = measure_peak(set); /* next to the product, so that both suffer what else the machine does */
    printf("  %-30s %6zu x %4zu x %3zu  %7.1f GFLOP/s  %5.1f %% of peak\n", size->where, size->rows, size->depth,
           size->columns, rate, 100 * rate / peak);
    memory_free(run.input);
    memory_free(run.weights);
    memory_free(run.bias);
    memory_free(run.output);
}

/* ---- The other kernels: maps of 40 x 40 x 96 --------------------------------------------------------------------- */

enum { MAP_WIDTH = 40, MAP_PIXELS = MAP_WIDTH * MAP_WIDTH, MAP_CHANNELS = 96, MAP_COUNT = MAP_PIXELS * MAP_CHANNELS };
enum { MAP_TAPS = 9 };

typedef struct map_run {
    const kernels *set;
    activation kind;
    float *a, *b, *output; /* [40][40][96] */
    uint8_t *bytes;        /* [MAP_COUNT] */
    resize_tap *taps;      /* [MAP_COUNT / 3] */
    ptrdiff_t offsets[MAP_TAPS];
    uint16_t weights_of[MAP_TAPS];
} map_run;

/* Every row that has a whole 3 x 3 window, as far as its pixels have one. */
static void each_row(const map_run *r, void (*run_row)(const map_run *, const window_run *)) {
    for (size_t y = 0; y + 2 < MAP_WIDTH; y++) {
        size_t first = y * MAP_WIDTH * MAP_CHANNELS;
        window_run row = {MAP_WIDTH - 2, MAP_CHANNELS, r->a + first,      MAP_CHANNELS,
                          r->offsets,    MAP_TAPS,     r->output + first, MAP_CHANNELS};
        run_row(r, &row);
    }
}

static void time_depthwise_row(const map_run *r, const window_run *row) {
    r->set->depthwise(row, r->b, MAP_CHANNELS, r->weights_of, r->b, (ramp){0.1f, 1e30f});
}

static void maximum_row(const map_run *r, const window_run *row) {
    r->set->maximum(row);
}

static void run_depthwise(void *argument) {
    each_row(argument, time_depthwise_row);
}

static void run_maximum(void *argument) {
    each_row(argument, maximum_row);
}

static void run_activate(void *argument) {
    const map_run *r = argument;
    r->set->activate(r->kind, MAP_PIXELS, MAP_CHANNELS, r->output, MAP_CHANNELS);
}

static void run_add(void *argument) {
    const map_run *r = argument;
    r->set->add(MAP_PIXELS, MAP_CHANNELS, r->a, MAP_CHANNELS, r->b, MAP_CHANNELS, r->output, MAP_CHANNELS);
}

static void run_affine(void *argument) {
    const map_run *r = argument;
    r->set->affine(MAP_PIXELS, MAP_CHANNELS, r->a, MAP_CHANNELS, r->b, r->b, r->output, MAP_CHANNELS);
}

static void run_sum_rows(void *argument) {
    const map_run *r = argument;
    r->set->sum_rows(MAP_PIXELS, MAP_CHANNELS, r->a, MAP_CHANNELS, r->output);
}

static void run_resize_row(void *argument) {
    const map_run *r = argument;
    const resize_between rows = {MAP_COUNT / 6, 3, r->bytes, r->bytes + MAP_COUNT / 2, 0.7f, 0.3f, r->taps, r->output};
    r->set->resize_row(&rows);
}

static const struct other {
    const char *name;
    void (*run)(void *);
    activation kind;
    int bytes;    /* read and written for each element */
    double flops; /* for each element; 0: not worth a figure */
} others[] = {
    {"depthwise 3x3", run_depthwise, 0, 8, 18},
    {"maximum 3x3", run_maximum, 0, 8, 0},
    {"logistic", run_activate, ACTIVATION_LOGISTIC, 8, 0},
    {"tanh", run_activate, ACTIVATION_TANH, 8, 0},
    {"swish", run_activate, ACTIVATION_SWISH, 8, 0},
    {"mish", run_activate, ACTIVATION_MISH, 8, 0},
    {"add", run_add, 0, 12, 0},
    {"affine", run_affine, 0, 8, 0},
    {"sum_rows", run_sum_rows, 0, 4, 0},
    {"resize_row", run_resize_row, 0, 3, 0},
};

static map_run map_begin(const kernels *set) {
    map_run r = {.set = set, .a = random_floats(MAP_COUNT), .b = random_floats(MAP_COUNT)};
    r.output = random_floats(MAP_COUNT);
    r.bytes = memory_allocate_zeroed(MAP_COUNT, 1);
    r.taps = memory_allocate(MAP_COUNT / 3, sizeof *r.taps);
    if (!r.bytes || !r.taps) exit(1);
    const uint32_t last = MAP_COUNT / 3 - 1;
    for (uint32_t x = 0; x <= last; x++) r.taps[x] = (resize_tap){x, x < last ? x + 1 : x, 0.3f};
    for (size_t t = 0; t < MAP_TAPS; t++) {
        r.offsets[t] = (ptrdiff_t)((t / 3 * MAP_WIDTH + t % 3) * MAP_CHANNELS);
        r.weights_of[t] = (uint16_t)t;
    }
    return r;
}

static void bench_others(const kernels *set) {
    map_run r = map_begin(set);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        r.kind = others[i].kind;
        double seconds = best_seconds(others[i].run, &r);
        printf("  %-30s %20s %7.1f GB/s", others[i].name, "", 1e-9 * MAP_COUNT * others[i].bytes / seconds);
        if (others[i].flops > 0) printf("  %7.1f GFLOP/s", 1e-9 * MAP_COUNT * others[i].flops / seconds);
        printf("\n");
    }
    memory_free(r.a);
    memory_free(r.b);
    memory_free(r.output);
    memory_free(r.bytes);
    memory_free(r.taps);
}

static void bench_set(const kernels *set) {
    printf("%s: peak %.1f GFLOP/s\n", set->name, measure_peak(set));
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) bench_product(set, &products[i]);
    bench_others(set);
}

int main(int argc, char **argv) {
    if (argc > 1) {
        for (int i = 1; i < argc; i++) {
            const kernels *set = kernels_select(argv[i]);
            if (!set) return fprintf(stderr, "bench_kernels: %s cannot run here\n", argv[i]), 2;
            bench_set(set);
        }
        return 0;
    }
    const kernels *set;
    for (size_t i = 0; (set = kernels_at(i)); i++)
        if (kernels_supported(set)) bench_set(set);
    return 0;
}
