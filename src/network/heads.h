/* Reading the boxes of all heads.
 *
 * Of the thousands of boxes that a head holds, all but a few are turned away by their objectness. So where the head's
 * input is a convolution of single pixels that nobody else reads, both layers are late: a run computes the gates alone,
 * the one channel of each box that holds its objectness; and when boxes are read, the pixels of which any gate is above
 * the minimum are gathered, some at a time, and run through the two layers as a map of their own. Each number is the same
 * sum in the same order, so the boxes are the same bit by bit. For 80 classes this is 3 of 255 channels.
 *
 * A convolution of single pixels without an activation that stands before these is late, too (an inner one): gates are
 * sums of sums, for which one matrix does. Rounded in another way they only say where to look, with a margin. */
#ifndef NETWORK_HEADS_H
#define NETWORK_HEADS_H

#include "network/context.h"

/* Marks the layers of a network that can be late. */
void heads_find_late(layer *layers, int count);

/* Sets the scratch that a late head needs while its boxes are read. YOLO_BAD_MODEL. */
yolo_status heads_plan_late(const struct yolo_model *model, int head_index, plan *p, int threads, yolo_error *error);

/* Adds a candidate for each class of each box whose score is above `score_min`, in the order of the layers, and in each
 * of the pixels, boxes and classes. After context_run, any number of times; uses scratch of the context's. */
void heads_decode(const context *c, float score_min, team *t, candidates *found);

/* The candidates of one head alone, whose output lies in args->head as a whole. */
void heads_decode_map(const layer *head, const decode_args *args, candidates *found);

#endif
