/* Joins what was found in the tiles of a picture, so that nothing on a seam is counted twice or lost.
 *
 * An object is seen whole by some tile if it is smaller than the overlap. So:
 * 1. Boxes that no inner border of their tile cuts come first; of two tiles' boxes with an IoU above that of NMS, or of
 *    which one lies in the other, the better one stays.
 * 2. Of the pass over the whole picture, boxes too large to be sure of a tile that sees them whole stay, unless tiles
 *    found what covers more than half of them: tiles see more.
 * 3. Boxes that a border cuts go if more than half of one lies in a box that stayed: it is a part of that.
 * 4. What is left was cut in every tile. Parts that go on beyond the border that cuts them, in the next tile, are put
 *    together.
 * In 2 and 3 a box less than half as sure has no say. At last all are compared by IoU in the order of their scores. */
#ifndef DETECT_SEAMS_H
#define DETECT_SEAMS_H

#include "base/error.h"
#include "detect/rules.h"
#include "detect/touching.h"
#include "network/candidates.h"

/* Where a box comes from. */
typedef struct seams_tile {
    int column, row;
    int left, top, right, bottom; /* in pixels of the picture */
} seams_tile;

enum { SEAMS_WHOLE = -1 }; /* the column of the pass over the whole picture */

typedef struct seams_box {
    edges box; /* in pixels of the picture */
    float score;
    int class_id;
    size_t order;    /* in which it was added: tells equal scores apart */
    seams_tile tile; /* where it was seen */
    unsigned cut;    /* a set of enum seams_side */
    bool is_joined;  /* of parts from several tiles */
} seams_box;

/* Borders, inside of the picture, that a box reaches. */
enum seams_side { SEAMS_LEFT = 1 << 0, SEAMS_TOP = 1 << 1, SEAMS_RIGHT = 1 << 2, SEAMS_BOTTOM = 1 << 3 };

typedef struct seams {
    int image_width, image_height;
    int tile_width, tile_height;
    int overlap_x, overlap_y; /* of neighbouring tiles at least; the picture's side where it is not cut */
    bool clip;                /* boxes at the picture's edges */
    seams_box *items;
    size_t count, capacity;
} seams;

/* Adds what was found in a tile: rows [count] relative to it, after suppression among them. YOLO_NO_MEMORY. */
yolo_status seams_add(seams *s, const seams_tile *tile, const candidate *rows, size_t count, yolo_error *error);

/* Leaves the boxes that stay, best first. YOLO_NO_MEMORY. */
yolo_status seams_join(seams *s, const detect_rules *rules, yolo_error *error);

void seams_free(seams *s);

#endif
