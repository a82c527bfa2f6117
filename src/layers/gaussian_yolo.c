/* [Gaussian_yolo]: a [yolo] that also says how sure it is of x, y, width and height (Choi et al., arXiv 1904.04620).
 * Each cell holds, for each anchor, x, its deviation, y, its deviation, width, ..., objectness and the classes. */
#include "base/team.h"
#include "layers/head.h"
#include "layers/rows.h"
#include "layers/types.h"

#include <math.h>

/* What of the box x and y tell. */
enum { POINT_CENTER, POINT_LEFT_TOP, POINT_RIGHT_BOTTOM };

typedef struct params {
    int classes;
    head_anchors anchors;
    float scale_x_y;
    int yolo_point;
    int nms_kind;
    float beta_nms;
} params;

enum { OBJECTNESS = 8, BOX_ENTRIES = 9 };

static const char *const point_names[] = {"center", "left_top", "right_bottom", NULL};

#define AT(field) offsetof(params, field)
static const option_spec options[] = {
    {.key = "classes", .kind = OPTION_INT, .offset = AT(classes), .fallback = 20, .low = 1, .high = HEAD_MOST_CLASSES},
    {.key = "num", .kind = OPTION_INT, .offset = AT(anchors.num), .fallback = 1, .low = 1, .high = HEAD_MOST_ANCHORS},
    {.key = "mask", .kind = OPTION_INTS, .offset = AT(anchors.mask), .low = 0, .high = HEAD_MOST_ANCHORS},
    {.key = "anchors", .kind = OPTION_FLOATS, .offset = AT(anchors.sizes), .low = 0, .high = 1e9},
    {.key = "scale_x_y", .kind = OPTION_FLOAT, .offset = AT(scale_x_y), .fallback = 1},
    {.key = "yolo_point", .kind = OPTION_CHOICE, .offset = AT(yolo_point), .choices = point_names},
    {.key = "nms_kind", .kind = OPTION_CHOICE, .offset = AT(nms_kind), .choices = head_nms_names},
    {.key = "beta_nms", .kind = OPTION_FLOAT, .offset = AT(beta_nms), .fallback = 0.6, .low = 0, .high = 1000},
    /* for training */
    {.key = "max", .kind = OPTION_IGNORED},
    {.key = "max_delta", .kind = OPTION_IGNORED},
    {.key = "counters_per_class", .kind = OPTION_IGNORED},
    {.key = "label_smooth_eps", .kind = OPTION_IGNORED},
    {.key = "objectness_smooth", .kind = OPTION_IGNORED},
    {.key = "uc_normalizer", .kind = OPTION_IGNORED},
    {.key = "iou_normalizer", .kind = OPTION_IGNORED},
    {.key = "obj_normalizer", .kind = OPTION_IGNORED},
    {.key = "cls_normalizer", .kind = OPTION_IGNORED},
    {.key = "delta_normalizer", .kind = OPTION_IGNORED},
    {.key = "iou_loss", .kind = OPTION_IGNORED},
    {.key = "iou_thresh_kind", .kind = OPTION_IGNORED},
    {.key = "jitter", .kind = OPTION_IGNORED},
    {.key = "resize", .kind = OPTION_IGNORED},
    {.key = "ignore_thresh", .kind = OPTION_IGNORED},
    {.key = "truth_thresh", .kind = OPTION_IGNORED},
    {.key = "iou_thresh", .kind = OPTION_IGNORED},
    {.key = "random", .kind = OPTION_IGNORED},
    {.key = "map", .kind = OPTION_IGNORED}, /* renumbers the classes of the truth */
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

/* All but the width (4) and the height (6) are logistic; x (0) and y (2) are then scaled, their deviations not. */
static void activate_pixels(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    const params *p = w->params;
    const kernels *k = w->args->kernels;
    size_t stride = w->args->output.stride, rows = end - begin;
    float centre = -0.5f * (p->scale_x_y - 1);
    const float scale[3] = {p->scale_x_y, 1, p->scale_x_y}, shift[3] = {centre, 0, centre};
    (void)thread;
    head_copy_pixels(w->args, begin, end);
    for (size_t a = 0; a < p->anchors.mask.count; a++) {
        float *box = w->args->output.data + begin * stride + a * entries_of(p);
        k->activate(ACTIVATION_LOGISTIC, rows, 4, box, stride);
        k->activate(ACTIVATION_LOGISTIC, rows, 1, box + 5, stride);
        k->activate(ACTIVATION_LOGISTIC, rows, entries_of(p) - 7, box + 7, stride);
        if (p->scale_x_y != 1) k->affine(rows, 3, box, stride, scale, shift, box, stride);
    }
}

static void run(const layer *l, const run_args *args) {
    work w = {l->params, args};
    team_for(args->team, tensor_pixels(&args->output), rows_grain(args->output.channels), activate_pixels, &w);
}

static candidate box_at(const params *p, const decode_args *args, const float *entries, size_t a, int y, int x) {
    const float_list *sizes = &p->anchors.sizes;
    int anchor = p->anchors.mask.items[a];
    candidate box = {
        .x = ((float)x + entries[0]) / (float)args->head->width,
        .y = ((float)y + entries[2]) / (float)args->head->height,
        .width = (float)(exp(entries[4]) * head_anchor(sizes, anchor, 0) / args->net_width),
        .height = (float)(exp(entries[6]) * head_anchor(sizes, anchor, 1) / args->net_height),
    };
    float towards = p->yolo_point == POINT_LEFT_TOP ? 0.5f : p->yolo_point == POINT_RIGHT_BOTTOM ? -0.5f : 0;
    box.x += towards * box.width;
    box.y += towards * box.height;
    return box;
}

static head_gates gates(const layer *l) {
    const params *p = l->params;
    return (head_gates){p->anchors.mask.count, OBJECTNESS, entries_of(p)};
}

static void run_gates(const layer *l, const run_args *args) {
    (void)l;
    head_run_gates(args, ACTIVATION_LOGISTIC);
}

static void decode_cell(const layer *l, const decode_args *args, const float *entries, int y, int x,
                        candidates *found) {
    const params *p = l->params;
    for (size_t a = 0; a < p->anchors.mask.count; a++, entries += entries_of(p)) {
        if (!(entries[OBJECTNESS] > args->score_min)) continue;
        candidate box = box_at(p, args, entries, a, y, x);
        float deviation = (float)((entries[1] + entries[3] + entries[5] + entries[7]) / 4.0);
        head_scores scores = {.classes = entries + BOX_ENTRIES,
                              .class_count = p->classes,
                              .objectness = entries[OBJECTNESS],
                              .certainty = 1.0 - deviation,
                              .score_min = args->score_min};
        head_add_box(found, &box, &scores);
    }
}

const layer_type layer_gaussian_yolo = {
    .name = "Gaussian_yolo",
    .options = options,
    .params_size = sizeof(params),
    .check = check,
    .shape = check_shape,
    .run = run,
    .decode_cell = decode_cell,
    .gates = gates,
    .run_gates = run_gates,
};
