/* Anti-aliased shapes on RGB pictures. Coordinates are pixels with fractions, (0, 0) is the left top corner of the left
 * top pixel; whatever lies outside of the picture is not drawn. */
#ifndef IMAGE_CANVAS_H
#define IMAGE_CANVAS_H

#include "image/color.h"
#include "image/image.h"

typedef struct rectangle {
    float left, top, right, bottom;
} rectangle;

/* A filled rectangle with round corners; `opacity` 0..1. */
void canvas_fill(yolo_image *image, rectangle r, float radius, color c, float opacity);

/* Its outline: `width` wide, half of it on either side. */
void canvas_outline(yolo_image *image, rectangle r, float radius, float width, color c, float opacity);

/* A line with round ends, `width` wide. */
void canvas_line(yolo_image *image, float x0, float y0, float x1, float y1, float width, color c, float opacity);

/* A mask [height][width] of coverage 0..255, its left top corner at pixel (x, y); pixels outside of `clip` stay. */
void canvas_mask(yolo_image *image, rectangle clip, int x, int y, const uint8_t *mask, int width, int height, color c);

#endif
