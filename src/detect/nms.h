/* Suppression of boxes that overlap better ones. Works on boxes relative to the image, before clipping, as Darknet
 * does. Comparisons are strict, as Darknet's; equal scores are told apart by class and then by box, so that the result
 * never depends on how rows came or on the sort. */
#ifndef DETECT_NMS_H
#define DETECT_NMS_H

#include "base/error.h"
#include "detect/rules.h"
#include "network/candidates.h"

/* Leaves the rows that survive at the front, best first, and their number in *count. All numbers in them are finite,
 * all scores above their class's threshold; YOLO_NMS_SOFT lowers scores, and drops rows that fall to it or below.
 *
 * Each row is searched for among those kept before it, in constant time unless boxes are strange (neighbours.h):
 * 100,000 rows take 20 to 500 ms. Soft-NMS repeats a row's search each time its score has fallen, at most
 * log(threshold) / log(1 - iou) times for thresholds above 0. YOLO_NO_MEMORY. */
yolo_status nms_suppress(const detect_rules *rules, candidate *rows, size_t *count, yolo_error *error);

#endif
