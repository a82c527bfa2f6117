/* [detection], the head of the first YOLO: one vector of the classes of all cells, then the objectness of all boxes,
 * then their x, y, width and height. A cell's boxes share its classes. */
#include "layers/head.h"
#include "layers/softmax.h"
#include "layers/types.h"

#include <limits.h>

typedef struct params {
    int classes, num, side, coords;
    int softmax;
    int sqrt; /* sizes are given as their roots */
} params;

enum { MOST_SIDE = 1024 };

#define AT(field) offsetof(params, field)
static const option_spec options[] = {
    {.key = "classes", .kind = OPTION_INT, .offset = AT(classes), .fallback = 1, .low = 1, .high = HEAD_MOST_CLASSES},
    {.key = "num", .kind = OPTION_INT, .offset = AT(num), .fallback = 1, .low = 1, .high = HEAD_MOST_ANCHORS},
    {.key = "side", .kind = OPTION_INT, .offset = AT(side), .fallback = 7, .low = 1, .high = MOST_SIDE},
    {.key = "coords", .kind = OPTION_INT, .offset = AT(coords), .fallback = 1},
    {.key = "softmax", .kind = OPTION_FLAG, .offset = AT(softmax)},
    {.key = "sqrt", .kind = OPTION_FLAG, .offset = AT(sqrt)},
    /* for training */
    {.key = "rescore", .kind = OPTION_IGNORED},
    {.key = "max", .kind = OPTION_IGNORED},
    {.key = "coord_scale", .kind = OPTION_IGNORED},
    {.key = "forced", .kind = OPTION_IGNORED},
    {.key = "object_scale", .kind = OPTION_IGNORED},
    {.key = "noobject_scale", .kind = OPTION_IGNORED},
    {.key = "class_scale", .kind = OPTION_IGNORED},
    {.key = "jitter", .kind = OPTION_IGNORED},
    {.key = "resize", .kind = OPTION_IGNORED},
    {.key = "random", .kind = OPTION_IGNORED},
    {.key = "reorg", .kind = OPTION_IGNORED}, /* read by Darknet, used by none */
    {0},
};
#undef AT

static yolo_status check(layer *l, yolo_error *error) {
    const params *p = l->params;
    l->head = (head_info){.class_count = p->classes, .nms = YOLO_NMS_DEFAULT};
    if (p->coords == 4) return YOLO_OK;
    return layer_fail(l, "coords", error, "coords must be 4, not %d%s", p->coords,
                      cfg_find(l->section, "coords") ? "" : ", which is what it is where the cfg does not say");
}

static size_t cell_count(const params *p) {
    return (size_t)p->side * (size_t)p->side;
}

/* The vector is in Darknet's flat order, so a map before the head is flattened. */
static yolo_status check_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    const params *p = l->params;
    shape input = args->inputs[0];
    size_t wanted = cell_count(p) * ((size_t)p->num * 5 + (size_t)p->classes); /* below 2^41 by the options' ranges */
    if (shape_count(input) != wanted || wanted > INT_MAX)
        return layer_fail(l, NULL, error, "reads %zu numbers, but %d x %d cells of %d boxes and %d classes need %zu",
                          shape_count(input), p->side, p->side, p->num, p->classes, wanted);
    *plan = (layer_plan){.output = {.channels = (int)wanted, .height = 1, .width = 1},
                         .placement = shape_pixels(input) == 1 ? PLACE_IN_PLACE : PLACE_NEW,
                         .algorithm = ""};
    return YOLO_OK;
}

static void run(const layer *l, const run_args *args) {
    const params *p = l->params;
    float *classes = args->output.data; /* [cells][classes] */
    if (args->inputs[0].data != classes) tensor_to_planar(&args->inputs[0], classes);
    if (!p->softmax) return;
    for (size_t i = 0; i < cell_count(p); i++) softmax(classes + i * (size_t)p->classes, (size_t)p->classes, 1);
}

static candidate box_at(const params *p, const float *coords, int y, int x) {
    return (candidate){
        .x = (coords[0] + (float)x) / (float)p->side,
        .y = (coords[1] + (float)y) / (float)p->side,
        .width = p->sqrt ? coords[2] * coords[2] : coords[2],
        .height = p->sqrt ? coords[3] * coords[3] : coords[3],
    };
}

/* Neither objectness nor classes are bounded, and two negative ones make a score: every class is looked at. Darknet
 * multiplies the boxes by the image's size here and once more later; the definition is relative to the image. */
static void decode(const layer *l, const decode_args *args, candidates *found) {
    const params *p = l->params;
    const float *classes = args->head->data;                                /* [cells][classes] */
    const float *objectness = classes + cell_count(p) * (size_t)p->classes; /* [cells][num] */
    const float *coords = objectness + cell_count(p) * (size_t)p->num;      /* [cells][num][4] */
    for (int y = 0; y < p->side; y++)
        for (int x = 0; x < p->side; x++, classes += p->classes)
            for (int n = 0; n < p->num; n++, objectness++, coords += 4) {
                candidate box = box_at(p, coords, y, x);
                head_scores scores = {.classes = classes,
                                      .class_count = p->classes,
                                      .objectness = *objectness,
                                      .certainty = 1,
                                      .score_min = args->score_min};
                head_add_box(found, &box, &scores);
            }
}

const layer_type layer_detection = {
    .name = "detection",
    .options = options,
    .params_size = sizeof(params),
    .check = check,
    .shape = check_shape,
    .run = run,
    .decode = decode,
};
