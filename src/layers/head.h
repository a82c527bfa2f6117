/* What the detection heads share: anchors, the names of suppression in a cfg, and the last step to candidates. */
#ifndef LAYERS_HEAD_H
#define LAYERS_HEAD_H

#include "network/layer.h"

enum { HEAD_MOST_CLASSES = 1000000, HEAD_MOST_ANCHORS = 4096 };

/* For OPTION_CHOICE: nms_kind, and what each name means. */
extern const char *const head_nms_names[];
yolo_nms head_nms(int choice);

/* The sizes that boxes are measured by: width, height, width, height, ... Pixels of the network's input, or cells for
 * [region]. The list may be shorter than 2 * num (Darknet takes 0.5 for what is missing; cspx-p7-mish_hp.cfg relies on
 * it), or longer (ttt4-tiny's is, and cspx-p7-mish.cfg's mask names anchors beyond num, which are honoured here). */
typedef struct head_anchors {
    int num;
    int_list mask; /* the anchors that this head uses */
    float_list sizes;
} head_anchors;

/* Fills a missing mask with all of num, and refuses anchors that are neither among num nor listed. */
yolo_status head_check_mask(layer *l, head_anchors *anchors, yolo_error *error);

/* A width (axis 0) or height (axis 1). */
float head_anchor(const float_list *sizes, int anchor, int axis);

/* YOLO_BAD_MODEL unless the input has `boxes` x `entries` channels. */
yolo_status head_check_channels(const layer *l, shape input, size_t boxes, size_t entries, yolo_error *error);

/* Copies pixels [begin, end) of the input to the output where they are not the same memory. */
void head_copy_pixels(const run_args *args, size_t begin, size_t end);

/* Copies a map of gates to the output where that is not the same memory, and activates it: what a head's `run` does to
 * these channels of the whole map. */
void head_run_gates(const run_args *args, activation kind);

/* The scores of one box's classes. */
typedef struct head_scores {
    const float *classes; /* [class_count] */
    int class_count;
    float objectness;
    double certainty; /* one more factor; 1 where there is none */
    float score_min;
} head_scores;

/* Numbers a box, and adds a candidate for each class whose score, objectness x class x certainty, is above the minimum
 * and finite. A box that is not finite has no place in a picture and is dropped. Comparisons are such that NaN never
 * passes. `box` lacks score, class and number. */
void head_add_box(candidates *found, const candidate *box, const head_scores *scores);

#endif
