/* [region], the head of YOLOv2: each cell holds, for each anchor, x, y, width, height, objectness and the classes, of
 * which one softmax, or a tree of them (YOLO9000), makes probabilities.
 *
 * Darknet keeps this output cell by cell, [height][width][anchor][entry], unlike all others: that is our own order. */
#include "base/team.h"
#include "layers/head.h"
#include "layers/rows.h"
#include "layers/softmax.h"
#include "layers/tree.h"
#include "layers/types.h"

#include <math.h>

typedef struct params {
    int classes, num, coords;
    float_list anchors; /* width, height, ... in cells */
    int softmax;
    int classfix; /* -1: boxes of objectness below 0.5 are nothing */
    const char *tree_path;
    tree tree;
} params;

enum { OBJECTNESS = 4, BOX_ENTRIES = 5 };

#define AT(field) offsetof(params, field)
static const option_spec options[] = {
    {.key = "classes", .kind = OPTION_INT, .offset = AT(classes), .fallback = 20, .low = 1, .high = HEAD_MOST_CLASSES},
    {.key = "num", .kind = OPTION_INT, .offset = AT(num), .fallback = 1, .low = 1, .high = HEAD_MOST_ANCHORS},
    /* Darknet reads other numbers and then takes 4 all the same */
    {.key = "coords", .kind = OPTION_INT, .offset = AT(coords), .fallback = 4, .low = 4, .high = 4},
    {.key = "anchors", .kind = OPTION_FLOATS, .offset = AT(anchors), .low = 0, .high = 1e9},
    {.key = "softmax", .kind = OPTION_FLAG, .offset = AT(softmax)},
    {.key = "classfix", .kind = OPTION_INT, .offset = AT(classfix)},
    {.key = "tree", .kind = OPTION_TEXT, .offset = AT(tree_path)},
    {.key = "background", .kind = OPTION_REFUSED}, /* pjreddie's: no objectness */
    /* for training */
    {.key = "map", .kind = OPTION_IGNORED}, /* renumbers the classes of the truth; detections keep the tree's */
    {.key = "max", .kind = OPTION_IGNORED},
    {.key = "log", .kind = OPTION_IGNORED},
    {.key = "sqrt", .kind = OPTION_IGNORED},
    {.key = "focal_loss", .kind = OPTION_IGNORED},
    {.key = "jitter", .kind = OPTION_IGNORED},
    {.key = "resize", .kind = OPTION_IGNORED},
    {.key = "rescore", .kind = OPTION_IGNORED},
    {.key = "thresh", .kind = OPTION_IGNORED},
    {.key = "absolute", .kind = OPTION_IGNORED},
    {.key = "random", .kind = OPTION_IGNORED},
    {.key = "coord_scale", .kind = OPTION_IGNORED},
    {.key = "object_scale", .kind = OPTION_IGNORED},
    {.key = "noobject_scale", .kind = OPTION_IGNORED},
    {.key = "mask_scale", .kind = OPTION_IGNORED},
    {.key = "class_scale", .kind = OPTION_IGNORED},
    {.key = "bias_match", .kind = OPTION_IGNORED},
    {0},
};
#undef AT

static yolo_status check(layer *l, yolo_error *error) {
    params *p = l->params;
    l->head = (head_info){.class_count = p->classes, .nms = YOLO_NMS_DEFAULT};
    if (!p->tree_path) return YOLO_OK;
    yolo_status status = tree_read(l, p->tree_path, &p->tree, error);
    if (status || p->tree.class_count == p->classes) return status;
    return layer_fail(l, "tree", error, "classes is %d, but %s has %d lines", p->classes, p->tree_path,
                      p->tree.class_count);
}

static void release(layer *l) {
    params *p = l->params;
    tree_free(&p->tree);
}

static size_t entries_of(const params *p) {
    return BOX_ENTRIES + (size_t)p->classes;
}

static yolo_status check_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    yolo_status status = head_check_channels(l, args->inputs[0], (size_t)p->num, entries_of(p), error);
    if (status) return status;
    status = layer_in_place(l, args, plan, error);
    plan->by_cell = true;
    return status;
}

typedef struct work {
    const params *params;
    const run_args *args;
} work;

/* Probabilities of classes given their parents become absolute; then only the most specific class that is likelier than
 * not stays, which is the last, as parents come first in a tree. Darknet does this in the same memory when it reads the
 * boxes, and no one else reads them. */
static void decide_by_tree(const tree *t, float *classes) {
    tree_softmax(t, classes, 1);
    tree_multiply_down(t, classes);
    bool found = false;
    for (int c = t->class_count - 1; c >= 0; c--) {
        bool chosen = !found && classes[c] > 0.5f;
        found = found || chosen;
        if (!chosen) classes[c] = 0;
    }
}

static void activate_classes(const params *p, float *cell) {
    for (int a = 0; a < p->num; a++) {
        float *classes = cell + (size_t)a * entries_of(p) + BOX_ENTRIES;
        if (p->tree_path)
            decide_by_tree(&p->tree, classes);
        else if (p->softmax)
            softmax(classes, (size_t)p->classes, 1);
    }
}

static void activate_cells(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    const params *p = w->params;
    size_t stride = w->args->output.stride;
    float *cell = w->args->output.data + begin * stride;
    (void)thread;
    head_copy_pixels(w->args, begin, end);
    for (int a = 0; a < p->num; a++)
        w->args->kernels->activate(ACTIVATION_LOGISTIC, end - begin, 1, cell + (size_t)a * entries_of(p) + OBJECTNESS,
                                   stride);
    for (size_t i = begin; i < end; i++, cell += stride) activate_classes(p, cell);
}

static void run(const layer *l, const run_args *args) {
    work w = {l->params, args};
    team_for(args->team, tensor_pixels(&args->output), rows_grain(args->output.channels), activate_cells, &w);
}

static float logistic(float x) {
    return 1 / (1 + expf(-x));
}

static candidate box_at(const params *p, const tensor *head, const float *entries, int a, int y, int x) {
    return (candidate){
        .x = ((float)x + logistic(entries[0])) / (float)head->width,
        .y = ((float)y + logistic(entries[1])) / (float)head->height,
        .width = (float)(exp(entries[2]) * head_anchor(&p->anchors, a, 0) / head->width),
        .height = (float)(exp(entries[3]) * head_anchor(&p->anchors, a, 1) / head->height),
    };
}

/* Probabilities are at most 1, so that no score is above objectness; without a softmax classes can be any number. */
static bool is_bounded(const params *p) {
    return p->tree_path || p->softmax;
}

static bool worth_a_look(const params *p, float objectness, float score_min) {
    if (p->classfix == -1 && objectness < 0.5f) return false;
    return objectness > score_min || !is_bounded(p);
}

static head_gates gates(const layer *l) {
    const params *p = l->params;
    return is_bounded(p) ? (head_gates){(size_t)p->num, OBJECTNESS, entries_of(p)} : (head_gates){0};
}

static void run_gates(const layer *l, const run_args *args) {
    (void)l;
    head_run_gates(args, ACTIVATION_LOGISTIC);
}

/* The class that a tree chose has its probability for a score; objectness only had to be above the minimum. */
static void decode_cell(const layer *l, const decode_args *args, const float *entries, int y, int x,
                        candidates *found) {
    const params *p = l->params;
    for (int a = 0; a < p->num; a++, entries += entries_of(p)) {
        if (!worth_a_look(p, entries[OBJECTNESS], args->score_min)) continue;
        candidate box = box_at(p, args->head, entries, a, y, x);
        head_scores scores = {.classes = entries + BOX_ENTRIES,
                              .class_count = p->classes,
                              .objectness = p->tree_path ? 1 : entries[OBJECTNESS],
                              .certainty = 1,
                              .score_min = args->score_min};
        head_add_box(found, &box, &scores);
    }
}

const layer_type layer_region = {
    .name = "region",
    .options = options,
    .params_size = sizeof(params),
    .check = check,
    .shape = check_shape,
    .run = run,
    .decode_cell = decode_cell,
    .gates = gates,
    .run_gates = run_gates,
    .release = release,
};
