/* What is known of one picture when it has been worked on: what sinks read. */
#ifndef CLI_RESULT_H
#define CLI_RESULT_H

#include "yolo.h"

#include <stdbool.h>

/* What the time of a picture goes into. */
enum stage { STAGE_READ, STAGE_DECODE, STAGE_INFER, STAGE_DRAW, STAGE_WRITE, STAGE_COUNT };

extern const char *const stage_names[STAGE_COUNT];

struct result {
    const char *path;  /* as the user's arguments lead to it; any bytes */
    const char *name;  /* where pictures made of it go, below their folder; NULL where no files are made */
    const char *stem;  /* the same of text files, less their extension */
    const char *error; /* NULL, or why there is nothing below: a sentence */

    int width, height; /* of the picture as seen */
    int channels;      /* 1 grey, 3 RGB */
    yolo_format format;
    yolo_detections detections; /* best first; none from a classifier */
    yolo_tiling tiling;         /* how it was cut; no columns: it was not asked for */
    const yolo_place *places;   /* [detections.count] in rows; NULL: not asked for, or nothing found */
    int row_count;
    const uint64_t *zones;    /* [detections.count] sets of those that the centre lies in; NULL likewise */
    const yolo_score *scores; /* [score_count] a classifier's best classes, best first */
    size_t score_count;
    double read_ms, detect_ms; /* what reading and decoding, and the network with all around it, took */
    double *stage_ms;          /* [STAGE_COUNT]; one that draws adds what that took, the rest of rendering is writing */
    bool *lacks_file;          /* set by what could not make its file of this picture */
};

struct class_count {
    const char *class_name;
    size_t count; /* of objects */
};

/* What is counted of a picture: all, one row from 1 on, or one zone from 0 on. */
struct part {
    enum part_kind { PART_ALL, PART_ROW, PART_ZONE } kind;
    size_t index;
};

bool result_is_in(const struct result *result, size_t detection, struct part part);

/* How many objects of each class there are, by class; classes of one name are counted together. free() *counts. */
size_t result_count_part(const struct result *result, struct part part, const yolo_model *model,
                         struct class_count **counts);
size_t result_count_classes(const struct result *result, const yolo_model *model, struct class_count **counts);

/* The same in one line: "54 product, 15 price tag"; "nothing" where there are none. free() it. */
char *result_describe_part(const struct result *result, struct part part, const yolo_model *model);

#endif
