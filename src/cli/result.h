/* What is known of one picture when it has been worked on: what sinks read. */
#ifndef CLI_RESULT_H
#define CLI_RESULT_H

#include "yolo.h"

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
    const yolo_score *scores;   /* [score_count] a classifier's best classes, best first */
    size_t score_count;
    double read_ms, detect_ms; /* what reading and decoding, and the network with all around it, took */
    double *stage_ms;          /* [STAGE_COUNT]; one that draws adds what that took, the rest of rendering is writing */
};

struct class_count {
    const char *class_name;
    size_t count; /* of objects */
};

/* How many objects of each class there are, by class; classes of one name are counted together. free() *counts. */
size_t result_count_classes(const struct result *result, const yolo_model *model, struct class_count **counts);

#endif
