/* Boxes with labels, for yolo_draw_detections. */
#ifndef IMAGE_DRAW_H
#define IMAGE_DRAW_H

#include "image/canvas.h"

typedef struct draw_item {
    rectangle box; /* pixels; any finite numbers */
    color color;
    const char *name;  /* UTF-8; NULL for a box without a label */
    const char *score; /* after the name; "" for none */
} draw_item;

/* Draws items [count], the first on top, into an RGB image. `line_width` in pixels, or 0 to follow the picture's size;
 * `font_scale` times the size of letters that follows it. YOLO_NO_MEMORY. */
yolo_status draw_items(yolo_image *image, const draw_item *items, size_t count, float line_width, float font_scale,
                       const yolo_font *font, yolo_error *error);

#endif
