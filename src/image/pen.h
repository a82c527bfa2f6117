/* How large lines and letters are in a picture, and what drawing calls have in common. People look at a picture as a
 * whole, so both grow with it: 2 and 17 pixels on 768 x 576, 9 and 76 on 12 megapixels. */
#ifndef IMAGE_PEN_H
#define IMAGE_PEN_H

#include "base/error.h"
#include "yolo.h"

/* The width of a box's outline: `wanted`, or where that is 0 by the picture's size. */
float pen_line(const yolo_image *image, float wanted);

/* The size of letters before a scale is applied. */
float pen_letters(const yolo_image *image);

/* YOLO_BAD_ARGUMENT where the image is not RGB, or the options are out of range. */
yolo_status pen_check(const yolo_image *image, const yolo_draw_options *options, yolo_error *error);

#endif
