/* The public functions that join pictures, networks and detection: they check arguments and pass on. */
#include "base/memory.h"
#include "base/team.h"
#include "convolution/convolution.h"
#include "detect/detect.h"
#include "detect/seams.h"
#include "detect/tiles.h"
#include "image/image.h"
#include "image/letterbox.h"
#include "network/context.h"
#include "network/heads.h"
#include "network/machine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_RESIZE_PIXELS = 1000 * 1000 }; /* of the network's input: what one thread does in 2 to 6 ms */

/* A pass of so many operations takes one thread 0.2 ms and gains little from more. */
static const double min_team_flops = 20e6;

/* What the context holds now: results belong to the input that was run last. */
typedef enum progress { NOTHING, INPUT_SET, HAS_RUN } progress;

struct yolo_context {
    context network;
    bool keeps_layers;
    progress progress;
    letterbox fit;                 /* of the last input */
    int image_width, image_height; /* of it */
    void *resize_scratch;
    team *team; /* of one thread where passes are short */
};

const char *yolo_version(void) {
    return YOLO_VERSION; /* from the Makefile */
}

const char *yolo_kernels_name(size_t index) {
    const kernels *set = kernels_at(index);
    return set ? set->name : NULL;
}

bool yolo_kernels_supported(size_t index) {
    const kernels *set = kernels_at(index);
    return set && kernels_supported(set);
}

const char *yolo_algorithm_name(size_t index) {
    return convolution_algorithm_name(index);
}

/* ---- Contexts --------------------------------------------------------------------------------------------------- */

yolo_context_options yolo_context_options_default(void) {
    return (yolo_context_options){0};
}

/* Where one looks for mistakes, a model knows how many use it: the only thing in it that changes. */
static void count_context(const yolo_context *context, int change) {
    if (!YOLO_DEBUG || !context->network.model) return;
    struct yolo_model *model = (struct yolo_model *)context->network.model;
    atomic_fetch_add(&model->contexts, change);
}

yolo_status yolo_context_create(const yolo_model *model, const yolo_context_options *options, yolo_context **out,
                                yolo_error *error) {
    yolo_context_options chosen = options ? *options : yolo_context_options_default();
    if (!model || !out) return fail(error, YOLO_BAD_ARGUMENT, "yolo_context_create needs a model and a place");
    yolo_status status = context_check_options(&chosen, error);
    if (status) return status;
    int width = chosen.width ? chosen.width : model->net.width;
    int height = chosen.height ? chosen.height : model->net.height;
    const int cores = team_core_count(); /* in any case: OpenMP sets itself up now, not in the first run */
    int threads = team_startable(chosen.threads ? chosen.threads : cores);
    yolo_context *c = memory_allocate_zeroed(1, sizeof *c);
    if (!c) return fail(error, YOLO_NO_MEMORY, "not enough memory for a context");
    c->keeps_layers = chosen.keep_layers;
    const size_t resize_bytes = letterbox_scratch_bytes(width, threads);
    status = context_create(model, width, height, threads, chosen.keep_layers, resize_bytes, &c->network, error);
    if (!status) {
        count_context(c, 1);
        c->resize_scratch = memory_allocate(resize_bytes, 1);
        c->team = team_create(c->network.plan.flops >= min_team_flops ? threads : 1);
        if (!c->resize_scratch || !c->team) status = fail(error, YOLO_NO_MEMORY, "not enough memory for a context");
    }
    if (status) {
        yolo_context_free(&c);
        return status;
    }
    *out = c;
    return YOLO_OK;
}

void yolo_context_free(yolo_context **context) {
    if (!context || !*context) return;
    count_context(*context, -1);
    team_free((*context)->team);
    context_free(&(*context)->network);
    memory_free((*context)->resize_scratch);
    memory_free(*context);
    *context = NULL;
}

yolo_status yolo_context_get_info(const yolo_context *context, yolo_context_info *info) {
    if (!context || !info) return YOLO_BAD_ARGUMENT;
    const tensor *input = context_value(&context->network, LAYER_IMAGE);
    *info = (yolo_context_info){.width = input->width,
                                .height = input->height,
                                .channels = input->channels,
                                .threads = context->network.threads,
                                .arena_bytes = context->network.plan.arena_count * sizeof(float),
                                .flops = context->network.plan.flops};
    return YOLO_OK;
}

yolo_status yolo_context_get_layer(const yolo_context *context, int index, yolo_layer_info *info) {
    if (!context || !info || index < 0 || index >= context->network.model->layer_count) return YOLO_BAD_ARGUMENT;
    const layer *l = &context->network.model->layers[index];
    const layer_plan *planned = &context->network.plan.layers[index];
    *info = (yolo_layer_info){.type = l->type->name,
                              .algorithm = planned->algorithm,
                              .line = l->section->line,
                              .channels = planned->output.channels,
                              .height = planned->output.height,
                              .width = planned->output.width,
                              .flops = planned->flops,
                              .parameter_count = l->parameter_count,
                              .inputs = l->inputs,
                              .input_count = l->input_count,
                              .late = planned->late};
    return YOLO_OK;
}

yolo_status yolo_context_layer_output(const yolo_context *context, int index, float *values, yolo_error *error) {
    if (!context || !values || index < LAYER_IMAGE || index >= context->network.model->layer_count)
        return fail(error, YOLO_BAD_ARGUMENT, "yolo_context_layer_output needs a context, a layer of it and a place");
    if (!context->keeps_layers || context->progress != HAS_RUN)
        return fail(error, YOLO_BAD_ARGUMENT, "layers' outputs are to be had after a run with keep_layers");
    bool by_cell = index != LAYER_IMAGE && context->network.plan.layers[index].by_cell;
    (by_cell ? tensor_to_cells : tensor_to_planar)(context_value(&context->network, index), values);
    return YOLO_OK;
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

typedef struct input_job {
    yolo_context *context;
    const yolo_image *image;
} input_job;

static void resize_input(void *argument, team *t) {
    const input_job *job = argument;
    const yolo_context *c = job->context;
    const tensor *input = context_value(&c->network, LAYER_IMAGE);
    letterbox_resize(&c->fit, job->image, c->network.model->kernels, t, c->resize_scratch, input->data, input->stride,
                     input->channels);
}

yolo_status yolo_set_input(yolo_context *context, const yolo_image *image, yolo_resize resize, yolo_error *error) {
    if (!context) return fail(error, YOLO_BAD_ARGUMENT, "yolo_set_input needs a context");
    yolo_status status = image_check(image, error);
    if (status) return status;
    const struct yolo_model *model = context->network.model;
    const tensor *input = context_value(&context->network, LAYER_IMAGE);
    if (input->channels != 1 && input->channels != 3)
        return fail(error, YOLO_BAD_ARGUMENT, "%s: its input has %d channels: it takes no pictures", model->cfg.path,
                    input->channels);
    if (resize < YOLO_RESIZE_AUTO || resize > YOLO_RESIZE_CROP)
        return fail(error, YOLO_BAD_ARGUMENT, "there is no resize number %d", (int)resize);
    if (resize == YOLO_RESIZE_AUTO) resize = model->resize;
    context->image_width = image->full_width ? image->full_width : image->width;
    context->image_height = image->full_height ? image->full_height : image->height;
    context->fit = letterbox_fit(context->image_width, context->image_height, input->width, input->height, resize);
    input_job job = {context, image};
    if (tensor_pixels(input) >= MIN_RESIZE_PIXELS)
        resize_input(&job, context->team);
    else
        team_run(1, resize_input, &job);
    context->progress = INPUT_SET;
    return YOLO_OK;
}

yolo_status yolo_run_timed(yolo_context *context, double *seconds, yolo_error *error) {
    if (!context || context->progress != INPUT_SET)
        return fail(error, YOLO_BAD_ARGUMENT, "yolo_run needs a context whose input was set since its last run");
    context_run(&context->network, context->team, seconds);
    context->progress = HAS_RUN;
    return YOLO_OK;
}

yolo_status yolo_run(yolo_context *context, yolo_error *error) {
    return yolo_run_timed(context, NULL, error);
}

yolo_status yolo_measure_machine(const yolo_context *context, yolo_machine *machine, yolo_error *error) {
    if (!context || !machine) return fail(error, YOLO_BAD_ARGUMENT, "yolo_measure_machine needs a context and a place");
    return machine_measure(context->network.model->kernels, context->network.threads, machine, error);
}

yolo_detect_options yolo_detect_options_default(void) {
    return (yolo_detect_options){.threshold = 0.25f, .nms_iou = 0.45f};
}

static yolo_status check_detection(const struct yolo_model *model, const yolo_detect_options *options,
                                   yolo_error *error) {
    if (!model->has_heads)
        return fail(error, YOLO_BAD_ARGUMENT, "%s: has no detection head: it classifies whole pictures",
                    model->cfg.path);
    if (!(options->threshold >= 0 && options->threshold < 1))
        return fail(error, YOLO_BAD_ARGUMENT, "the threshold must be at least 0 and below 1, not %g",
                    (double)options->threshold);
    if (!(options->nms_iou >= 0 && options->nms_iou <= 1))
        return fail(error, YOLO_BAD_ARGUMENT, "the IoU of NMS must be 0..1, not %g", (double)options->nms_iou);
    for (int id = 0; options->class_thresholds && id < model->class_count; id++)
        if (!(options->class_thresholds[id] >= 0))
            return fail(error, YOLO_BAD_ARGUMENT, "the threshold of class %d must be at least 0, not %g", id,
                        (double)options->class_thresholds[id]);
    if (options->nms < YOLO_NMS_AUTO || options->nms > YOLO_NMS_SOFT)
        return fail(error, YOLO_BAD_ARGUMENT, "there is no NMS number %d", (int)options->nms);
    return YOLO_OK;
}

static detect_rules rules_of(const struct yolo_model *model, const yolo_detect_options *options) {
    return (detect_rules){.threshold = options->threshold,
                          .class_thresholds = options->class_thresholds,
                          .class_count = model->class_count,
                          .nms = options->nms == YOLO_NMS_AUTO ? model->head.nms : options->nms,
                          .iou = options->nms_iou,
                          .beta = model->head.nms_beta,
                          .agnostic = options->nms_agnostic,
                          .no_clip = options->no_clip,
                          .max_detections = options->max_detections};
}

/* The lowest threshold of any class: what heads need not look below. */
static float lowest_threshold(const detect_rules *rules) {
    float lowest = detect_threshold(rules, 0);
    for (int id = 1; id < rules->class_count; id++)
        if (detect_threshold(rules, id) < lowest) lowest = detect_threshold(rules, id);
    return lowest;
}

yolo_status yolo_get_detections(yolo_context *context, const yolo_detect_options *options, yolo_detections *detections,
                                yolo_error *error) {
    yolo_detect_options chosen = options ? *options : yolo_detect_options_default();
    if (!context || !detections || context->progress != HAS_RUN)
        return fail(error, YOLO_BAD_ARGUMENT, "yolo_get_detections needs a context that has run, and a place");
    const struct yolo_model *model = context->network.model;
    yolo_status status = check_detection(model, &chosen, error);
    if (status) return status;
    candidates found = {0};
    detect_rules rules = rules_of(model, &chosen);
    heads_decode(&context->network, lowest_threshold(&rules), context->team, &found);
    status =
        detect_finish(&found, &context->fit, context->image_width, context->image_height, &rules, detections, error);
    candidates_free(&found);
    return status;
}

yolo_status yolo_detect(yolo_context *context, const yolo_image *image, const yolo_detect_options *options,
                        yolo_detections *detections, yolo_error *error) {
    yolo_status status = yolo_set_input(context, image, options ? options->resize : YOLO_RESIZE_AUTO, error);
    if (!status) status = yolo_run(context, error);
    if (!status) status = yolo_get_detections(context, options, detections, error);
    return status;
}

/* ---- Large pictures --------------------------------------------------------------------------------------------- */

yolo_status yolo_plan_tiles(const yolo_context *context, int image_width, int image_height,
                            const yolo_tile_options *tiles, yolo_tiling *tiling, yolo_error *error) {
    yolo_tile_options chosen = tiles ? *tiles : yolo_tile_options_default();
    if (!context || !tiling || image_width < 1 || image_height < 1)
        return fail(error, YOLO_BAD_ARGUMENT, "yolo_plan_tiles needs a context, the size of a picture, and a place");
    const tensor *input = context_value(&context->network, LAYER_IMAGE);
    return tiles_plan(&chosen, image_width, image_height, input->width, input->height, tiling, error);
}

/* A run over the tiles of a picture. */
typedef struct tiled_run {
    yolo_context *context;
    const yolo_image *image;
    yolo_resize resize;
    detect_rules rules;
    seams seams;
    size_t candidate_count;
} tiled_run;

/* Runs the network on a part of the picture, which is not copied, and adds what it finds. */
static yolo_status run_tile(tiled_run *r, const seams_tile *tile, yolo_error *error) {
    yolo_image part = *r->image;
    part.width = tile->right - tile->left;
    part.height = tile->bottom - tile->top;
    part.full_width = part.full_height = 0;
    part.pixels += (size_t)tile->top * part.stride + (size_t)tile->left * (size_t)part.channels;
    yolo_status status = yolo_set_input(r->context, &part, r->resize, error);
    if (!status) status = yolo_run(r->context, error);
    if (status) return status;
    candidates found = {0};
    size_t candidate_count = 0;
    heads_decode(&r->context->network, lowest_threshold(&r->rules), r->context->team, &found);
    status = detect_select(&found, &r->context->fit, &r->rules, &candidate_count, error);
    if (!status) status = seams_add(&r->seams, tile, found.items, found.count, error);
    candidates_free(&found);
    r->candidate_count += candidate_count;
    return status;
}

static yolo_status run_tiles(tiled_run *r, const yolo_tiling *t, bool with_whole, yolo_error *error) {
    const int width = r->image->width, height = r->image->height;
    yolo_status status = YOLO_OK;
    for (int row = 0; row < t->rows && !status; row++)
        for (int column = 0; column < t->columns && !status; column++) {
            int left = tiles_begin(column, t->columns, t->width, width);
            int top = tiles_begin(row, t->rows, t->height, height);
            const seams_tile tile = {column, row, left, top, left + t->width, top + t->height};
            status = run_tile(r, &tile, error);
        }
    const seams_tile whole = {SEAMS_WHOLE, SEAMS_WHOLE, 0, 0, width, height};
    if (!status && with_whole) status = run_tile(r, &whole, error);
    return status ? status : seams_join(&r->seams, &r->rules, error);
}

/* In pixels of the full size, which is larger where the picture was decoded smaller. */
static yolo_status hand_out(const tiled_run *r, yolo_detections *detections, yolo_error *error) {
    const yolo_image *image = r->image;
    double x_scale = image->full_width ? (double)image->full_width / image->width : 1;
    double y_scale = image->full_height ? (double)image->full_height / image->height : 1;
    size_t count = r->seams.count;
    if (r->rules.max_detections > 0 && r->rules.max_detections < count) count = r->rules.max_detections;
    yolo_detection *items = memory_allocate(count, sizeof *items);
    if (!items) return fail(error, YOLO_NO_MEMORY, "not enough memory for %zu detections", count);
    for (size_t i = 0; i < count; i++) {
        const seams_box *b = &r->seams.items[i];
        const edges *e = &b->box;
        items[i] = (yolo_detection){(float)(e->left * x_scale),
                                    (float)(e->top * y_scale),
                                    (float)((e->right - e->left) * x_scale),
                                    (float)((e->bottom - e->top) * y_scale),
                                    b->score,
                                    b->class_id};
    }
    memory_free(detections->items);
    *detections = (yolo_detections){items, count, r->candidate_count};
    return YOLO_OK;
}

yolo_status yolo_detect_tiled(yolo_context *context, const yolo_image *image, const yolo_detect_options *options,
                              const yolo_tile_options *tiles, yolo_detections *detections, yolo_error *error) {
    yolo_detect_options chosen = options ? *options : yolo_detect_options_default();
    if (!context || !detections) return fail(error, YOLO_BAD_ARGUMENT, "yolo_detect_tiled needs a context and a place");
    const struct yolo_model *model = context->network.model;
    yolo_tiling plan = {0};
    yolo_status status = image_check(image, error);
    if (!status) status = yolo_plan_tiles(context, image->width, image->height, tiles, &plan, error);
    if (!status) status = check_detection(model, &chosen, error);
    if (status) return status;
    if (plan.columns * plan.rows == 1) return yolo_detect(context, image, options, detections, error);
    if (chosen.resize == YOLO_RESIZE_CROP)
        return fail(error, YOLO_BAD_ARGUMENT, "tiles cannot be cropped to the network's input: parts would be lost");
    tiled_run r = {.context = context,
                   .image = image,
                   .resize = chosen.resize,
                   .rules = rules_of(model, &chosen),
                   .seams = {.image_width = image->width,
                             .image_height = image->height,
                             .tile_width = plan.width,
                             .tile_height = plan.height,
                             .overlap_x = tiles_overlap(plan.columns, plan.width, image->width),
                             .overlap_y = tiles_overlap(plan.rows, plan.height, image->height),
                             .clip = !chosen.no_clip}};
    status = run_tiles(&r, &plan, !tiles || !tiles->no_whole, error);
    if (!status) status = hand_out(&r, detections, error);
    seams_free(&r.seams);
    context->progress = NOTHING; /* what the heads hold is the last tile's */
    return status;
}

void yolo_detections_free(yolo_detections *detections) {
    if (!detections) return;
    memory_free(detections->items);
    *detections = (yolo_detections){0};
}

/* ---- Classifying ------------------------------------------------------------------------------------------------ */

/* Whether `a` comes before `b`: the better score, of equals the lower class; not a number comes last. */
static bool better(const yolo_score *a, const yolo_score *b) {
    if (a->score > b->score || (b->score != b->score && a->score == a->score)) return true;
    bool equal = a->score == b->score || (a->score != a->score && b->score != b->score);
    return equal && a->class_id < b->class_id;
}

/* Keeps the best `capacity` scores in order. */
static void insert_score(yolo_score *scores, size_t *count, size_t capacity, yolo_score found) {
    size_t at = *count;
    while (at > 0 && better(&found, &scores[at - 1])) at--;
    if (at == capacity) return;
    if (*count < capacity) ++*count;
    memmove(&scores[at + 1], &scores[at], (*count - at - 1) * sizeof *scores);
    scores[at] = found;
}

yolo_status yolo_get_scores(yolo_context *context, size_t count, yolo_score *scores, size_t *found, yolo_error *error) {
    if (!context || !scores || !found || context->progress != HAS_RUN)
        return fail(error, YOLO_BAD_ARGUMENT, "yolo_get_scores needs a context that has run, and a place");
    const struct yolo_model *model = context->network.model;
    if (model->has_heads)
        return fail(error, YOLO_BAD_ARGUMENT, "%s: finds boxes: it has no scores for a whole picture", model->cfg.path);
    const tensor *last = context_value(&context->network, model->layer_count - 1);
    size_t pixels = tensor_pixels(last), kept = 0;
    for (int id = 0; id < model->class_count; id++) { /* classes count in Darknet's planar order */
        size_t channel = (size_t)id / pixels, pixel = (size_t)id % pixels;
        yolo_score score = {.class_id = id, .score = last->data[pixel * last->stride + channel]};
        insert_score(scores, &kept, count, score);
    }
    *found = kept;
    return YOLO_OK;
}
