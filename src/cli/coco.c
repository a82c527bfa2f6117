#include "cli/coco.h"

#include "cli/json.h"
#include "cli/message.h"
#include "cli/path.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* COCO's categories in the order in which networks are trained on them. Ten numbers are left out, because COCO's paper
 * names 91 categories; Darknet spells six of them as Pascal VOC does. */
static const struct {
    int id;
    const char *name, *other_name;
} official[] = {{1, "person", NULL},
                {2, "bicycle", NULL},
                {3, "car", NULL},
                {4, "motorcycle", "motorbike"},
                {5, "airplane", "aeroplane"},
                {6, "bus", NULL},
                {7, "train", NULL},
                {8, "truck", NULL},
                {9, "boat", NULL},
                {10, "traffic light", NULL},
                {11, "fire hydrant", NULL},
                {13, "stop sign", NULL},
                {14, "parking meter", NULL},
                {15, "bench", NULL},
                {16, "bird", NULL},
                {17, "cat", NULL},
                {18, "dog", NULL},
                {19, "horse", NULL},
                {20, "sheep", NULL},
                {21, "cow", NULL},
                {22, "elephant", NULL},
                {23, "bear", NULL},
                {24, "zebra", NULL},
                {25, "giraffe", NULL},
                {27, "backpack", NULL},
                {28, "umbrella", NULL},
                {31, "handbag", NULL},
                {32, "tie", NULL},
                {33, "suitcase", NULL},
                {34, "frisbee", NULL},
                {35, "skis", NULL},
                {36, "snowboard", NULL},
                {37, "sports ball", NULL},
                {38, "kite", NULL},
                {39, "baseball bat", NULL},
                {40, "baseball glove", NULL},
                {41, "skateboard", NULL},
                {42, "surfboard", NULL},
                {43, "tennis racket", NULL},
                {44, "bottle", NULL},
                {46, "wine glass", NULL},
                {47, "cup", NULL},
                {48, "fork", NULL},
                {49, "knife", NULL},
                {50, "spoon", NULL},
                {51, "bowl", NULL},
                {52, "banana", NULL},
                {53, "apple", NULL},
                {54, "sandwich", NULL},
                {55, "orange", NULL},
                {56, "broccoli", NULL},
                {57, "carrot", NULL},
                {58, "hot dog", NULL},
                {59, "pizza", NULL},
                {60, "donut", NULL},
                {61, "cake", NULL},
                {62, "chair", NULL},
                {63, "couch", "sofa"},
                {64, "potted plant", "pottedplant"},
                {65, "bed", NULL},
                {67, "dining table", "diningtable"},
                {70, "toilet", NULL},
                {72, "tv", "tvmonitor"},
                {73, "laptop", NULL},
                {74, "mouse", NULL},
                {75, "remote", NULL},
                {76, "keyboard", NULL},
                {77, "cell phone", NULL},
                {78, "microwave", NULL},
                {79, "oven", NULL},
                {80, "toaster", NULL},
                {81, "sink", NULL},
                {82, "refrigerator", NULL},
                {84, "book", NULL},
                {85, "clock", NULL},
                {86, "vase", NULL},
                {87, "scissors", NULL},
                {88, "teddy bear", NULL},
                {89, "hair drier", NULL},
                {90, "toothbrush", NULL}};

enum { OFFICIAL_COUNT = sizeof official / sizeof *official };

static bool is_called(int index, const char *name) {
    const char *other = official[index].other_name;
    return strcmp(name, official[index].name) == 0 || (other && strcmp(name, other) == 0);
}

static bool is_official(const struct session *session) {
    if (session->info.class_count != OFFICIAL_COUNT) return false;
    for (int id = 0; id < OFFICIAL_COUNT; id++)
        if (!is_called(id, yolo_model_class_name(session->model, id))) return false;
    return true;
}

const char *coco_official_name(const char *name) {
    for (int i = 0; i < OFFICIAL_COUNT; i++)
        if (is_called(i, name)) return official[i].name;
    return NULL;
}

int *coco_categories(const struct session *session) {
    const int count = session->info.class_count;
    int *categories = allocate((size_t)count, sizeof *categories);
    const bool known = is_official(session);
    for (int id = 0; id < count; id++) categories[id] = known ? official[id].id : id + 1;
    return categories;
}

bool coco_image_id(const struct session *session, const struct result *result, uint64_t order, struct number_set *given,
                   uint64_t *id) {
    const char *name = path_name(result->path), *extension = path_extension(result->path);
    char *end;
    *id = order;
    if (session->settings->coco_ids == COCO_IDS_BY_ORDER) return true;
    errno = 0;
    if (*name >= '0' && *name <= '9') *id = strtoull(name, &end, 10);
    if (!(*name >= '0' && *name <= '9' && end == extension && !errno) || *id == UINT64_MAX) {
        complain("%s: its name is no number, as --coco-ids name asks for", result->path);
        return false;
    }
    if (number_set_has(given, *id + 1)) {
        complain("%s: another picture has the number %llu already", result->path, (unsigned long long)*id);
        return false;
    }
    number_set_add(given, *id + 1);
    return true;
}

void coco_box(struct output *output, const yolo_detection *found) {
    const float sides[] = {found->x, found->y, found->width, found->height};
    output_text(output, "\"bbox\":");
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        output_text(output, i ? "," : "[");
        json_decimal(output, (double)sides[i], 4);
    }
    output_text(output, "]");
}
