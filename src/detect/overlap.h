/* How much two boxes have in common. Boxes are relative to the image, in centre form. */
#ifndef DETECT_OVERLAP_H
#define DETECT_OVERLAP_H

#include "network/candidates.h"

/* Intersection over union, 0..1; 0 where a box has no area. */
double overlap_iou(const candidate *a, const candidate *b);

/* IoU less (d / c)^(2 beta), for the distance d of the centres and the diagonal c of the box around both: DIoU as
 * Darknet's NMS has it. `iou` is overlap_iou of the same boxes. */
double overlap_diou(const candidate *a, const candidate *b, double iou, double beta);

#endif
