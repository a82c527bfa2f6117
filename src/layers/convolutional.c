/* [convolutional]: filters over windows of the map, batch normalisation folded into them, an activation.
 *
 * Two rare kinds add a step. With `antialiasing` the filters move pixel by pixel and a blur of 3x3 or 2x2 takes the
 * strides. With `xnor` weights and inputs are reduced to their signs: the sum of products of signs, the border counted
 * as -1, times the mean magnitude of the filter's (folded) weights; with `bin_output` the activation is left out,
 * because the next layer looks at signs only.
 *
 * Late layers (network/heads.h) have the head's gates packed by themselves, in the last of them.
 */
#include "base/memory.h"
#include "base/team.h"
#include "convolution/convolution.h"
#include "layers/filters.h"
#include "layers/gates.h"
#include "layers/rows.h"
#include "layers/types.h"
#include "network/net.h"

#include <math.h>
#include <string.h>

enum {
    NOT_SHARED = -1,
    LATE_FILTERS = 64, /* with fewer, what gates cost of them is too much */
};

/* Sums of signs are exact with this one, and the next layer may look at theirs. */
static const char signs_algorithm[] = "gemm im2col";

typedef struct params {
    convolution_geometry geometry; /* channels, and what follows from several options, are filled in by the stages */
    activation activation;
    filters_format format;
    int stride, pad, cbn;
    int antialiasing; /* 0 none, 1 a blur of 3x3, 2 of 2x2 */
    int blur_stride_x, blur_stride_y;
    int xnor, bin_output;
    int share_index; /* the layer whose weights this one uses, or NOT_SHARED */

    convolution convolution;
    convolution blur;
    convolution gates; /* of the late layer before a head */
    filters kept;      /* where later layers share them, or reach through them: the folded weights */
    float *scale;      /* [filters] xnor: mean magnitudes */
    float *shift;      /* [filters] xnor: biases */
} params;

#define AT(field) offsetof(params, field)
static const option_spec options[] = {
    {.key = "filters", .kind = OPTION_INT, .offset = AT(geometry.filters), .fallback = 1, .low = 1, .high = 1 << 20},
    {.key = "groups", .kind = OPTION_INT, .offset = AT(geometry.groups), .fallback = 1, .low = 1, .high = 1 << 20},
    {.key = "size", .kind = OPTION_INT, .offset = AT(geometry.size), .fallback = 1, .low = 1, .high = 1000},
    {.key = "stride", .kind = OPTION_INT, .offset = AT(stride), .fallback = 1, .low = 1, .high = 1000},
    {.key = "stride_x", .kind = OPTION_INT, .offset = AT(geometry.stride_x), .low = 1, .high = 1000},
    {.key = "stride_y", .kind = OPTION_INT, .offset = AT(geometry.stride_y), .low = 1, .high = 1000},
    {.key = "dilation", .kind = OPTION_INT, .offset = AT(geometry.dilation), .fallback = 1, .low = 1, .high = 1000},
    {.key = "pad", .kind = OPTION_FLAG, .offset = AT(pad)},
    {.key = "padding", .kind = OPTION_INT, .offset = AT(geometry.padding), .low = 0, .high = 1000},
    {.key = "activation", .kind = OPTION_ACTIVATION, .offset = AT(activation), .fallback = ACTIVATION_LOGISTIC},
    {.key = "batch_normalize", .kind = OPTION_FLAG, .offset = AT(format.batch_normalize)},
    {.key = "cbn", .kind = OPTION_FLAG, .offset = AT(cbn)},
    {.key = "antialiasing", .kind = OPTION_INT, .offset = AT(antialiasing), .low = 0, .high = 2},
    {.key = "xnor", .kind = OPTION_FLAG, .offset = AT(xnor)},
    {.key = "bin_output", .kind = OPTION_FLAG, .offset = AT(bin_output)},
    {.key = "flipped", .kind = OPTION_FLAG, .offset = AT(format.flipped)},
    {.key = "share_index", .kind = OPTION_LAYER, .offset = AT(share_index), .fallback = NOT_SHARED},
    {.key = "binary", .kind = OPTION_REFUSED}, /* Darknets disagree on what it does */
    {.key = "assisted_excitation", .kind = OPTION_IGNORED},
    {.key = "sway", .kind = OPTION_IGNORED},
    {.key = "rotate", .kind = OPTION_IGNORED},
    {.key = "stretch", .kind = OPTION_IGNORED},
    {.key = "stretch_sway", .kind = OPTION_IGNORED},
    {.key = "angle", .kind = OPTION_IGNORED},
    {.key = "dot", .kind = OPTION_IGNORED},
    {.key = "grad_centr", .kind = OPTION_IGNORED},
    {.key = "reverse", .kind = OPTION_IGNORED},
    {.key = "coordconv", .kind = OPTION_IGNORED},
    {.key = "stream", .kind = OPTION_IGNORED},
    {.key = "wait_stream", .kind = OPTION_IGNORED},
    {0},
};
#undef AT

static yolo_status check(layer *l, yolo_error *error) {
    params *p = l->params;
    convolution_geometry *g = &p->geometry;
    if (g->stride_x == 0) g->stride_x = p->stride;
    if (g->stride_y == 0) g->stride_y = p->stride;
    if (g->size == 1) g->dilation = 1;
    if (p->pad) g->padding = g->size / 2;
    g->padding *= g->dilation;
    if (p->cbn) p->format.batch_normalize = 1;
    if (p->xnor) g->groups = 1;
    if (p->xnor && p->bin_output) p->activation = ACTIVATION_LINEAR;
    if (p->xnor && p->antialiasing)
        return layer_fail(l, "antialiasing", error, "antialiasing does not go together with xnor");
    if (p->antialiasing) {
        p->blur_stride_x = g->stride_x;
        p->blur_stride_y = g->stride_y;
        g->stride_x = g->stride_y = 1;
    }
    return YOLO_OK;
}

/* ---- Geometry --------------------------------------------------------------------------------------------------- */

static convolution_geometry geometry_for(const params *p, int channels) {
    convolution_geometry g = p->geometry;
    g.channels = channels;
    return g;
}

static convolution_geometry blur_geometry(const params *p) {
    int channels = p->geometry.filters, size = p->antialiasing == 2 ? 2 : 3;
    return (convolution_geometry){
        .channels = channels,
        .filters = channels,
        .groups = channels,
        .size = size,
        .stride_x = p->blur_stride_x,
        .stride_y = p->blur_stride_y,
        .dilation = 1,
        .padding = size == 3,
    };
}

/* The border of an xnor layer is not 0 but -1: the convolution runs without padding on a map that has it. */
static shape bordered(const convolution_geometry *g, shape input) {
    return (shape){input.channels, input.height + 2 * g->padding, input.width + 2 * g->padding};
}

static convolution_geometry without_padding(convolution_geometry g) {
    g.padding = 0;
    return g;
}

static size_t cache_lines(size_t count) {
    return (count + 15) / 16 * 16;
}

/* ---- Shape ------------------------------------------------------------------------------------------------------ */

static yolo_status check_geometry(const layer *l, const convolution_geometry *g, shape input, yolo_error *error) {
    shape output;
    size_t count;
    if (g->channels % g->groups || g->filters % g->groups)
        return layer_fail(l, "groups", error, "groups=%d divides not both %d channels of input and %d filters",
                          g->groups, g->channels, g->filters);
    if (!convolution_weight_count(g, &count)) return layer_fail(l, "filters", error, "too many weights to count");
    if (!convolution_output(g, input, &output))
        return layer_fail(l, "size", error, "a window of size=%d dilation=%d does not fit into a map of %dx%d", g->size,
                          g->dilation, input.width, input.height);
    return YOLO_OK;
}

/* A map that lies in scratch is no layer's output, and must not be larger than one may be. */
static yolo_status check_inner(const layer *l, const char *key, shape s, yolo_error *error) {
    if (s.width <= NET_MAX_SIDE && s.height <= NET_MAX_SIDE) return YOLO_OK;
    return layer_fail(l, key, error, "a map of %dx%d is not possible", s.width, s.height);
}

static yolo_status plan_xnor(const layer *l, const shape_args *args, convolution_geometry g, layer_plan *plan,
                             yolo_error *error) {
    const params *p = l->params;
    const compute_options by_signs = {.algorithm = signs_algorithm};
    shape_args inner = *args;
    shape signs = bordered(&g, args->inputs[0]);
    inner.options = &by_signs;
    yolo_status status = check_inner(l, "pad", signs, error);
    if (status) return status;
    g = without_padding(g);
    convolution_plan(&g, &p->convolution, signs, &inner, plan);
    plan->scratch_count += cache_lines(shape_count(signs));
    plan->weight_count = size_sum(plan->weight_count, 2 * (size_t)g.filters);
    plan->rows = (layer_rows){0};
    plan->algorithm = "xnor";
    return YOLO_OK;
}

static yolo_status plan_blurred(const layer *l, const shape_args *args, const convolution_geometry *g, layer_plan *plan,
                                yolo_error *error) {
    const params *p = l->params;
    layer_plan sharp;
    convolution_geometry blur = blur_geometry(p);
    convolution_plan(g, &p->convolution, args->inputs[0], args, &sharp);
    yolo_status status = check_inner(l, "stride", sharp.output, error);
    if (!status) status = check_geometry(l, &blur, sharp.output, error);
    if (status) return status;
    convolution_plan(&blur, &p->blur, sharp.output, args, plan);
    plan->scratch_count += cache_lines(shape_count(sharp.output)) + sharp.scratch_count;
    plan->weight_count = size_sum(plan->weight_count, sharp.weight_count);
    plan->loading_count = size_sum(plan->loading_count, sharp.loading_count);
    plan->flops += sharp.flops;
    plan->rows = (layer_rows){0};
    plan->algorithm = sharp.algorithm;
    return YOLO_OK;
}

/* Filters that lie the other way round are turned in a second copy. Where layers share theirs, the first keeps them as
 * they came: counted with each of the others, because it does not know of them here. */
static void count_raw_weights(const params *p, const convolution_geometry *g, layer_plan *plan) {
    size_t raw = convolution_loading_count(g);
    if (p->format.flipped) plan->loading_count = size_sum(plan->loading_count, raw);
    if (p->share_index != NOT_SHARED) plan->weight_count = size_sum(plan->weight_count, raw);
}

/* ---- Late layers ------------------------------------------------------------------------------------------------ */

/* Another late layer reads this one. */
static bool is_inner(const layer *l) {
    return l->late && !layer_is_head(l + 1);
}

/* The first late layer: all from there on are one matrix product, as far as the gates go. */
static const layer *first_late(const layer *l) {
    while (l->index > 0 && l[-1].late) l--;
    return l;
}

/* Of the gates' filters, for so many channels that the first late layer reads. */
static convolution_geometry gate_geometry(const layer *l, int channels) {
    const params *p = l->params;
    convolution_geometry g = p->geometry;
    g.channels = channels;
    g.filters = (int)l[1].type->gates(l + 1).count;
    return g;
}

/* The gates as they will be for the first late layer's input: packed, and twice while they are multiplied. */
static void count_gates_there(const layer *l, const convolution_geometry *g, layer_plan *plan) {
    const layer *last = l;
    while (!layer_is_head(last + 1)) last++;
    const size_t packed = size_product(cache_lines(last[1].type->gates(last + 1).count), (size_t)g->channels);
    plan->weight_count = size_sum(plan->weight_count, packed);
    plan->loading_count = size_sum(plan->loading_count, size_product(2, packed));
}

/* Besides what is packed, the folded weights while they are multiplied; an inner layer keeps its own. */
static void count_gates(const layer *l, const shape_args *args, const convolution_geometry *g, layer_plan *plan) {
    const params *p = l->params;
    const size_t raw = convolution_loading_count(g);
    if (is_inner(l)) {
        plan->weight_count = size_sum(plan->weight_count, raw);
        if (first_late(l) == l) count_gates_there(l, g, plan);
        return;
    }
    const int channels = p->gates.weights ? p->gates.geometry.channels : g->channels;
    const convolution_geometry some = gate_geometry(l, channels);
    layer_plan of_gates;
    convolution_plan(&some, &p->gates, args->inputs[0], args, &of_gates);
    plan->weight_count = size_sum(plan->weight_count, of_gates.weight_count);
    plan->loading_count = size_sum(plan->loading_count, size_product(2, of_gates.loading_count));
    if (of_gates.scratch_count > plan->scratch_count) plan->scratch_count = of_gates.scratch_count;
}

static yolo_status make_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    shape input = args->inputs[0];
    convolution_geometry g = geometry_for(p, input.channels);
    yolo_status status = check_geometry(l, &g, input, error);
    if (!status && p->convolution.weights && p->convolution.geometry.channels != g.channels)
        status = layer_fail(l, NULL, error, "the weights are for %d channels of input, not %d",
                            p->convolution.geometry.channels, g.channels);
    if (status) return status;
    if (p->antialiasing)
        status = plan_blurred(l, args, &g, plan, error);
    else if (p->xnor)
        status = plan_xnor(l, args, g, plan, error);
    else
        convolution_plan(&g, &p->convolution, input, args, plan);
    count_raw_weights(p, &g, plan);
    if (l->late) count_gates(l, args, &g, plan);
    return status;
}

/* ---- Prepare ---------------------------------------------------------------------------------------------------- */

/* The layer that the weights of a sharing one come from, through others that share; NULL where there is none. */
static const layer *find_host(const layer *l, const layer *layers) {
    const params *p = l->params;
    while (p->share_index != NOT_SHARED) {
        l = &layers[p->share_index]; /* an earlier layer: options_read saw to that */
        if (l->type != &layer_convolutional) return NULL;
        p = l->params;
    }
    return l;
}

/* Whether another layer takes its weights from this one: the last of a chain of layers that share names it. */
static bool is_host(const layer *l, const prepare_args *args) {
    if (((const params *)l->params)->share_index != NOT_SHARED) return false;
    for (int i = l->index + 1; i < args->layer_count; i++) {
        const layer *other = &args->layers[i];
        if (other->type == &layer_convolutional && ((const params *)other->params)->share_index == l->index)
            return true;
    }
    return false;
}

static yolo_status share(const layer *l, const prepare_args *args, const convolution_geometry *g, filters *f,
                         yolo_error *error) {
    const layer *host = find_host(l, args->layers);
    if (!host) return layer_fail(l, "share_index", error, "share_index must name a convolutional layer");
    const params *theirs = host->params;
    const convolution_geometry *h = &theirs->convolution.geometry;
    if (h->size != g->size || h->channels != g->channels || h->filters != g->filters || h->groups != g->groups)
        return layer_fail(l, "share_index", error,
                          "layer %d has weights of another size, or number of channels, filters or groups",
                          host->index);
    *f = theirs->kept;
    return YOLO_OK;
}

/* AlexeyAB's Darknet inverts the weights' bits where the channels are a multiple of 32, for its GPU. Used as a library
 * without a GPU it inverts them all the same (its program alone sets gpu_index to -1), and the results that this
 * project is held to were recorded so: every product changes its sign, and each bit that fills up the last word of 64
 * counts as a mismatch instead of nothing. */
static void invert_signs(params *p, int channels, size_t depth) {
    if (channels % 32) return;
    size_t filling = (64 - depth % 64) % 64;
    for (int n = 0; n < p->geometry.filters; n++) {
        p->shift[n] -= 2 * (float)filling * p->scale[n];
        p->scale[n] = -p->scale[n];
    }
}

/* Each filter's weights to -1 and 1, and their mean magnitude to the scale that follows. */
static yolo_status take_signs(layer *l, filters *f, const convolution_geometry *g, yolo_error *error) {
    params *p = l->params;
    size_t filter_count = (size_t)g->filters;
    size_t depth = (size_t)g->channels * (size_t)g->size * (size_t)g->size;
    p->scale = memory_allocate(filter_count, sizeof *p->scale);
    p->shift = memory_allocate(filter_count, sizeof *p->shift);
    if (!p->scale || !p->shift) return layer_fail_memory(l, error);
    for (size_t n = 0; n < filter_count; n++) {
        float *weights = f->weights + n * depth;
        double sum = 0;
        for (size_t k = 0; k < depth; k++) {
            sum += fabsf(weights[k]);
            weights[k] = weights[k] > 0 ? 1.0f : -1.0f;
        }
        p->scale[n] = (float)(sum / (double)depth);
        p->shift[n] = f->bias[n];
        f->bias[n] = 0;
    }
    invert_signs(p, g->channels, depth);
    l->packed_bytes += 2 * filter_count * sizeof(float);
    return YOLO_OK;
}

static yolo_status prepare_blur(layer *l, const prepare_args *args, shape sharp, yolo_error *error) {
    static const float of_3x3[] = {1 / 16.0f, 2 / 16.0f, 1 / 16.0f, 2 / 16.0f, 4 / 16.0f,
                                   2 / 16.0f, 1 / 16.0f, 2 / 16.0f, 1 / 16.0f};
    static const float of_2x2[] = {1 / 4.0f, 1 / 4.0f, 1 / 4.0f, 1 / 4.0f};
    params *p = l->params;
    convolution_geometry g = blur_geometry(p);
    size_t taps = (size_t)(g.size * g.size), filter_count = (size_t)g.filters;
    float *weights = memory_allocate(filter_count * taps, sizeof *weights);
    float *bias = memory_allocate_zeroed(filter_count, sizeof *bias);
    for (size_t i = 0; weights && i < filter_count * taps; i++) weights[i] = (g.size == 3 ? of_3x3 : of_2x2)[i % taps];
    bool prepared = weights && bias &&
                    convolution_prepare(&g, ACTIVATION_LINEAR, weights, bias, sharp, args->options, args->team,
                                        args->kernels, &p->blur);
    memory_free(weights);
    memory_free(bias);
    l->packed_bytes += p->blur.packed_bytes;
    return prepared ? YOLO_OK : layer_fail_memory(l, error);
}

/* The gates, of what the first late layer reads. */
static yolo_status prepare_gates(layer *l, const prepare_args *args, const convolution_geometry *g, const filters *f,
                                 yolo_error *error) {
    params *p = l->params;
    const layer *first = first_late(l);
    const head_gates which = l[1].type->gates(l + 1);
    gates found;
    bool done = gates_pick(&which, f, (size_t)g->channels, &found);
    for (const layer *inner = l; done && inner > first;) {
        const params *theirs = (--inner)->params;
        done = gates_reach_through(&found, &theirs->kept, (size_t)theirs->convolution.geometry.channels);
    }
    if (done && first != l) gates_raise(&found);
    const convolution_geometry geometry = gate_geometry(l, (int)found.channels);
    done = done && convolution_prepare(&geometry, p->activation, found.weights, found.bias, args->inputs[0],
                                       args->options, args->team, args->kernels, &p->gates);
    gates_free(&found);
    l->packed_bytes += p->gates.packed_bytes;
    return done ? YOLO_OK : layer_fail_memory(l, error);
}

static yolo_status check_algorithm(const char *wanted, yolo_error *error) {
    const char *name;
    for (size_t i = 0; wanted && (name = convolution_algorithm_name(i)); i++)
        if (strcmp(name, wanted) == 0) return YOLO_OK;
    return wanted ? fail(error, YOLO_BAD_ARGUMENT, "there is no algorithm '%s' for a convolution", wanted) : YOLO_OK;
}

/* Packs the filters for the kernels. */
static yolo_status pack(layer *l, const prepare_args *args, convolution_geometry g, filters *f, yolo_error *error) {
    params *p = l->params;
    activation kind = p->xnor ? ACTIVATION_LINEAR : p->activation;
    compute_options compute = *args->options;
    shape input = args->inputs[0], sharp;
    yolo_status status = check_algorithm(compute.algorithm, error);
    if (!status && p->xnor) {
        status = take_signs(l, f, &g, error);
        input = bordered(&g, input);
        g = without_padding(g);
        compute.algorithm = signs_algorithm;
    }
    if (!status && !convolution_prepare(&g, kind, f->weights, f->bias, input, &compute, args->team, args->kernels,
                                        &p->convolution))
        status = layer_fail_memory(l, error);
    convolution_output(&g, input, &sharp);
    if (!status && p->antialiasing) status = prepare_blur(l, args, sharp, error);
    if (!status && l->late && !is_inner(l)) status = prepare_gates(l, args, &g, f, error);
    l->packed_bytes += p->convolution.packed_bytes;
    return status;
}

static yolo_status prepare(layer *l, const prepare_args *args, yolo_error *error) {
    params *p = l->params;
    convolution_geometry g = geometry_for(p, args->inputs[0].channels);
    filters f = {0};
    bool shares = p->share_index != NOT_SHARED;
    yolo_status status =
        shares ? share(l, args, &g, &f, error) : filters_read(l, args->weights, &g, p->format, &f, error);
    if (!status && p->xnor && (shares || is_host(l, args)))
        status = layer_fail(l, "share_index", error, "weights of an xnor layer cannot be shared");
    if (!status) status = pack(l, args, g, &f, error);
    if (shares) return status;
    if (!status && (is_host(l, args) || is_inner(l))) {
        p->kept = f;
        l->packed_bytes += convolution_loading_count(&g) * sizeof(float);
    } else {
        filters_free(&f);
    }
    return status;
}

/* ---- Run -------------------------------------------------------------------------------------------------------- */

typedef struct work {
    const params *params;
    const run_args *args;
    const tensor *signs;
    int padding;
} work;

static void sign_pixel(const float *input, size_t channels, float *output) {
    for (size_t c = 0; c < channels; c++) output[c] = input[c] > 0 ? 1.0f : -1.0f;
}

/* Rows of the bordered map of signs. */
static void take_input_signs(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    const tensor *input = &w->args->inputs[0], *signs = w->signs;
    size_t channels = (size_t)signs->channels;
    (void)thread;
    for (size_t y = begin; y < end; y++)
        for (int x = 0; x < signs->width; x++) {
            int from_y = (int)y - w->padding, from_x = x - w->padding;
            float *to = tensor_at(signs, (int)y, x);
            if (from_y >= 0 && from_y < input->height && from_x >= 0 && from_x < input->width)
                sign_pixel(tensor_at(input, from_y, from_x), channels, to);
            else
                for (size_t c = 0; c < channels; c++) to[c] = -1;
        }
}

static void scale_pixels(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    const kernels *set = w->args->kernels;
    const tensor *output = &w->args->output;
    size_t channels = (size_t)output->channels;
    float *data = output->data + begin * output->stride;
    (void)thread;
    set->affine(end - begin, channels, data, output->stride, w->params->scale, w->params->shift, data, output->stride);
    set->activate(w->params->activation, end - begin, channels, data, output->stride);
}

static void run_xnor(const params *p, const run_args *args) {
    const tensor *input = &args->inputs[0];
    shape s = bordered(&p->geometry, tensor_shape(input));
    tensor signs = tensor_packed(args->scratch, s);
    work w = {p, args, &signs, p->geometry.padding};
    team_for(args->team, (size_t)s.height, 1 + rows_grain(s.channels) / (size_t)s.width, take_input_signs, &w);
    convolution_run(&p->convolution, &signs, &args->output, args->scratch + cache_lines(shape_count(s)), args->team,
                    args->kernels);
    team_for(args->team, tensor_pixels(&args->output), rows_grain(args->output.channels), scale_pixels, &w);
}

static void run_blurred(const params *p, const run_args *args) {
    const tensor *input = &args->inputs[0];
    shape s;
    convolution_output(&p->convolution.geometry, tensor_shape(input), &s);
    tensor sharp = tensor_packed(args->scratch, s);
    float *scratch = args->scratch + cache_lines(shape_count(s));
    convolution_run(&p->convolution, input, &sharp, scratch, args->team, args->kernels);
    convolution_run(&p->blur, &sharp, &args->output, scratch, args->team, args->kernels);
}

static void run(const layer *l, const run_args *args) {
    const params *p = l->params;
    if (p->xnor)
        run_xnor(p, args);
    else if (p->antialiasing)
        run_blurred(p, args);
    else
        convolution_run(&p->convolution, &args->inputs[0], &args->output, args->scratch, args->team, args->kernels);
}

static void run_rows(const layer *l, const run_args *args, int begin, int end) {
    const params *p = l->params;
    convolution_run_rows(&p->convolution, &args->inputs[0], &args->output, args->scratch, args->kernels, begin, end);
}

/* Where each pixel of the output is a matrix product of its own. Through an inner layer gates are multiplied, so it has no
 * activation, and theirs never falls. */
static bool can_be_late(const layer *l, late_place place) {
    const params *p = l->params;
    const convolution_geometry *g = &p->geometry;
    const bool is_product = g->size == 1 && g->stride_x == 1 && g->stride_y == 1 && g->padding == 0 && g->groups == 1 &&
                            !p->xnor && !p->antialiasing;
    if (place == LATE_INNER) return is_product && p->activation == ACTIVATION_LINEAR && p->share_index == NOT_SHARED;
    return is_product && g->filters >= LATE_FILTERS &&
           (p->activation == ACTIVATION_LINEAR || p->activation == ACTIVATION_LOGISTIC);
}

static void run_gates(const layer *l, const run_args *args) {
    const params *p = l->params;
    convolution_run(&p->gates, &args->inputs[0], &args->output, args->scratch, args->team, args->kernels);
}

static void release(layer *l) {
    params *p = l->params;
    convolution_release(&p->convolution);
    convolution_release(&p->blur);
    convolution_release(&p->gates);
    filters_free(&p->kept);
    memory_free(p->scale);
    memory_free(p->shift);
}

const layer_type layer_convolutional = {
    .name = "convolutional",
    .alias = "conv",
    .options = options,
    .params_size = sizeof(params),
    .check = check,
    .prepare = prepare,
    .shape = make_shape,
    .run = run,
    .run_rows = run_rows,
    .can_be_late = can_be_late,
    .run_gates = run_gates,
    .release = release,
};
