/* [yolo]: each cell of the map holds, for each anchor of the mask, x, y, width, height, objectness and the classes. */
#include "base/team.h"
#include "layers/head.h"
#include "layers/rows.h"
#include "layers/types.h"

#include <math.h>

typedef struct params {
    int classes;
    head_anchors anchors;
    float scale_x_y; /* lets a centre reach the cell's edges and beyond */
    int new_coords;  /* the layer before has activated everything; sizes are squares instead of exponentials */
    int nms_kind;
    float beta_nms;
} params;

enum { OBJECTNESS = 4, BOX_ENTRIES = 5 };

#define AT(field) offsetof(params, field)
static const option_spec options[] = {
    {.key = "classes", .kind = OPTION_INT, .offset = AT(classes), .fallback = 20, .low = 1, .high = HEAD_MOST_CLASSES},
    {.key = "num", .kind = OPTION_INT, .offset = AT(anchors.num), .fallback = 1, .low = 1, .high = HEAD_MOST_ANCHORS},
    {.key = "mask", .kind = OPTION_INTS, .offset = AT(anchors.mask), .low = 0, .high = HEAD_MOST_ANCHORS},
    {.key = "anchors", .kind = OPTION_FLOATS, .offset = AT(anchors.sizes), .low = 0, .high = 1e9},
    {.key = "scale_x_y", .kind = OPTION_FLOAT, .offset = AT(scale_x_y), .fallback = 1},
    {.key = "new_coords", .kind = OPTION_FLAG, .offset = AT(new_coords)},
    {.key = "nms_kind", .kind = OPTION_CHOICE, .offset = AT(nms_kind), .choices = head_nms_names},
    {.key = "beta_nms", .kind = OPTION_FLOAT, .offset = AT(beta_nms), .fallback = 0.6, .low = 0, .high = 1000},
    /* for training */
    {.key = "max", .kind = OPTION_IGNORED},
    {.key = "max_delta", .kind = OPTION_IGNORED},
    {.key = "counters_per_class", .kind = OPTION_IGNORED},
    {.key = "label_smooth_eps", .kind = OPTION_IGNORED},
    {.key = "objectness_smooth", .kind = OPTION_IGNORED},
    {.key = "iou_normalizer", .kind = OPTION_IGNORED},
    {.key = "obj_normalizer", .kind = OPTION_IGNORED},
    {.key = "cls_normalizer", .kind = OPTION_IGNORED},
    {.key = "delta_normalizer", .kind = OPTION_IGNORED},
    {.key = "iou_loss", .kind = OPTION_IGNORED},
    {.key = "iou_thresh_kind", .kind = OPTION_IGNORED},
    {.key = "jitter", .kind = OPTION_IGNORED},
    {.key = "resize", .kind = OPTION_IGNORED},
    {.key = "focal_loss", .kind = OPTION_IGNORED},
    {.key = "ignore_thresh", .kind = OPTION_IGNORED},
    {.key = "truth_thresh", .kind = OPTION_IGNORED},
    {.key = "iou_thresh", .kind = OPTION_IGNORED},
    {.key = "random", .kind = OPTION_IGNORED},
    {.key = "map", .kind = OPTION_IGNORED}, /* renumbers the classes of the truth */
    {.key = "show_details", .kind = OPTION_IGNORED},
    /* for tracking, which is not the network's part */
    {.key = "track_history_size", .kind = OPTION_IGNORED},
    {.key = "sim_thresh", .kind = OPTION_IGNORED},
    {.key = "dets_for_track", .kind = OPTION_IGNORED},
    {.key = "dets_for_show", .kind = OPTION_IGNORED},
    {.key = "track_ciou_norm", .kind = OPTION_IGNORED},
    {.key = "embedding_layer", .kind = OPTION_IGNORED},
    /* read by no Darknet, but in yolov4-sam-mish-csp-reorg-bfm.cfg */
    {.key = "uc_normalizer", .kind = OPTION_IGNORED},
    {.key = "beta1", .kind = OPTION_IGNORED},
    {0},
};
#undef AT

static yolo_status check(layer *l, yolo_error *error) {
    params *p = l->params;
    l->head = (head_info){.class_count = p->classes, .nms = head_nms(p->nms_kind), .nms_beta = p->beta_nms};
    return head_check_mask(l, &p->anchors, error);
}

static size_t entries_of(const params *p) {
    return BOX_ENTRIES + (size_t)p->classes;
}

static yolo_status check_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    yolo_status status = head_check_channels(l, args->inputs[0], p->anchors.mask.count, entries_of(p), error);
    return status ? status : layer_in_place(l, args, plan, error);
}

typedef struct work {
    const params *params;
    const run_args *args;
} work;

static void activate_pixels(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    const params *p = w->params;
    const kernels *k = w->args->kernels;
    const tensor *output = &w->args->output;
    const float scale[2] = {p->scale_x_y, p->scale_x_y};
    const float shift[2] = {-0.5f * (p->scale_x_y - 1), -0.5f * (p->scale_x_y - 1)};
    (void)thread;
    head_copy_pixels(w->args, begin, end);
    for (size_t a = 0; a < p->anchors.mask.count; a++) {
        float *box = output->data + begin * output->stride + a * entries_of(p);
        if (!p->new_coords) {
            k->activate(ACTIVATION_LOGISTIC, end - begin, 2, box, output->stride);
            k->activate(ACTIVATION_LOGISTIC, end - begin, 1 + (size_t)p->classes, box + 4, output->stride);
        }
        if (p->scale_x_y != 1) k->affine(end - begin, 2, box, output->stride, scale, shift, box, output->stride);
    }
}

static void run(const layer *l, const run_args *args) {
    work w = {l->params, args};
    team_for(args->team, tensor_pixels(&args->output), rows_grain(args->output.channels), activate_pixels, &w);
}

static float extent(const params *p, float value, float anchor, int net_extent) {
    if (p->new_coords) return value * value * 4 * anchor / (float)net_extent;
    return (float)(exp(value) * anchor / net_extent);
}

static candidate box_at(const params *p, const decode_args *args, const float *entries, size_t a, int y, int x) {
    const float_list *sizes = &p->anchors.sizes;
    int anchor = p->anchors.mask.items[a];
    return (candidate){
        .x = ((float)x + entries[0]) / (float)args->head->width,
        .y = ((float)y + entries[1]) / (float)args->head->height,
        .width = extent(p, entries[2], head_anchor(sizes, anchor, 0), args->net_width),
        .height = extent(p, entries[3], head_anchor(sizes, anchor, 1), args->net_height),
    };
}

static head_gates gates(const layer *l) {
    const params *p = l->params;
    return (head_gates){p->anchors.mask.count, OBJECTNESS, entries_of(p)};
}

static void run_gates(const layer *l, const run_args *args) {
    const params *p = l->params;
    head_run_gates(args, p->new_coords ? ACTIVATION_LINEAR : ACTIVATION_LOGISTIC);
}

/* Objectness alone turns nearly all boxes away. */
static void decode_cell(const layer *l, const decode_args *args, const float *entries, int y, int x,
                        candidates *found) {
    const params *p = l->params;
    for (size_t a = 0; a < p->anchors.mask.count; a++, entries += entries_of(p)) {
        if (!(entries[OBJECTNESS] > args->score_min)) continue;
        candidate box = box_at(p, args, entries, a, y, x);
        head_scores scores = {.classes = entries + BOX_ENTRIES,
                              .class_count = p->classes,
                              .objectness = entries[OBJECTNESS],
                              .certainty = 1,
                              .score_min = args->score_min};
        head_add_box(found, &box, &scores);
    }
}

const layer_type layer_yolo = {
    .name = "yolo",
    .options = options,
    .params_size = sizeof(params),
    .check = check,
    .shape = check_shape,
    .run = run,
    .decode_cell = decode_cell,
    .gates = gates,
    .run_gates = run_gates,
};
