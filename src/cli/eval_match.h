/* Which detections of a picture are right: COCO's rules, as pycocotools has them, for one class of one picture. Pure
 * functions. */
#ifndef CLI_EVAL_MATCH_H
#define CLI_EVAL_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pixels: left, top, extents. */
struct eval_box {
    double x, y, width, height;
};

/* A true object; a crowd is a region that holds any number of them. */
struct eval_object {
    struct eval_box box;
    bool is_crowd;
};

/* IoU .50:.05:.95 */
enum { EVAL_IOU_COUNT = 10 };
double eval_iou_threshold(int index);

/* The part of `found` and `object` together that they share; of `found` alone where the object is a crowd. */
double eval_overlap(const struct eval_box *found, const struct eval_object *object);

/* What a detection turned out to be at each IoU threshold: bit 1 << index. It is right where it has an object of its
 * own, left out of all counts where it lies in a crowd, else wrong. */
struct eval_match {
    uint16_t right, left_out;
};

/* Fills matches [found_count]. `found` is best first; each takes the object that it overlaps most of those that nobody
 * took before, if it overlaps that enough; objects come before crowds, and of equal ones the last counts. A crowd may be
 * taken again and again. */
void eval_match(const struct eval_object *objects, size_t object_count, const struct eval_box *found,
                size_t found_count, struct eval_match *matches);

#endif
