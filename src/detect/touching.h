/* Finds, among boxes that were added before, those that may touch a box: where one lies in another, their IoU says
 * little, so neighbours.h does not serve. Each box is filed once, by its size (levels a factor of 2 apart) and by its
 * centre, so memory grows with the number of boxes only. A search looks, in each level, at the cells where a box of
 * that level must have its centre to reach it, or at the whole level where that holds fewer boxes. */
#ifndef DETECT_TOUCHING_H
#define DETECT_TOUCHING_H

#include <stdbool.h>
#include <stddef.h>

/* In pixels; right >= left and bottom >= top. */
typedef struct edges {
    double left, top, right, bottom;
} edges;

typedef struct touching touching;

/* For at most `capacity` boxes at a time; NULL when memory runs out. */
touching *touching_create(size_t capacity);
void touching_free(touching *t); /* NULL is allowed */

/* Boxes are numbered from 0 as they are added. */
void touching_add(touching *t, const edges *box);

/* Told the number of a box that was added; true ends the search. */
typedef bool touching_visit(void *argument, size_t number);

/* Visits once, in no order, every box that has a point in common with `box`, and some others. Returns whether a visit
 * ended the search. */
bool touching_search(const touching *t, const edges *box, touching_visit *visit, void *argument);

#endif
