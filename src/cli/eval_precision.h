/* From matched detections of one class to its average precision, as COCO defines it. Pure functions. */
#ifndef CLI_EVAL_PRECISION_H
#define CLI_EVAL_PRECISION_H

#include "cli/eval_match.h"

/* A detection of any picture. Few bytes: there may be a hundred million. */
struct eval_scored {
    float score;
    struct eval_match match;
};

/* Sorts by score, the best first; equal scores stay in their order. */
void eval_sort(struct eval_scored *items, size_t count);

/* COCO reads precision at recalls 0, 0.01, ... 1. */
enum { EVAL_RECALL_COUNT = 101 };
double eval_recall(int index);

/* The precision at each of those for one IoU threshold: the best that any longer part of the sorted list `items`
 * [count] has, 0 where it never comes so far. `object_count` is the number of objects in all pictures, above 0. */
void eval_precision(const struct eval_scored *items, size_t count, int iou_index, size_t object_count,
                    double precision[EVAL_RECALL_COUNT]);

double eval_mean(const double *values, size_t count);

#endif
