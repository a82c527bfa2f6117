/* Finds, among boxes that were added before, those that may overlap a box by more than a threshold.
 *
 * The argument: if IoU > t, then the narrower box is more than t times as wide as the wider one, likewise in height,
 * and their centres are near. So boxes are filed by the logarithms of width and height (levels) and, within a level, by
 * a grid over their centres with cells in proportion to the level's sizes. With levels a factor of 1/t apart a search
 * looks into at most 9 levels, and about 3 x 3 cells of each; of a level with fewer boxes than that, at all of them.
 *
 * What a search costs: boxes of which no two overlap by more than t can only be packed so densely that the cells of one
 * search hold a bounded number of them, whatever the input; so n boxes take O(n) time. Boxes that are far off in size
 * (less than 2^-20 of the image, or more than 2^20 times it) share the outermost levels and are searched one by one. */
#ifndef DETECT_NEIGHBOURS_H
#define DETECT_NEIGHBOURS_H

#include "network/candidates.h"

typedef struct neighbours neighbours;

/* For at most `capacity` boxes at a time and thresholds 0 <= iou < 1; NULL when memory runs out. */
neighbours *neighbours_create(float iou, size_t capacity);

void neighbours_free(neighbours *n); /* NULL is allowed */

/* Forgets all boxes. */
void neighbours_clear(neighbours *n);

/* Boxes are numbered from 0 as they are added. */
void neighbours_add(neighbours *n, const candidate *box);

/* Told the number of a box that was added; true ends the search. */
typedef bool neighbours_visit(void *argument, size_t number);

/* Visits once, in no order, every box of number `since` or later whose IoU with `box` may be above the threshold, and
 * some others. Returns whether a visit ended the search. */
bool neighbours_search(const neighbours *n, const candidate *box, size_t since, neighbours_visit *visit,
                       void *argument);

#endif
