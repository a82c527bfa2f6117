/* Turning a picture upright. */
#ifndef IMAGE_ORIENT_H
#define IMAGE_ORIENT_H

#include "image/image.h"

/* Applies EXIF's orientation 1..8 to a picture of its own memory: flips in place, turns by way of a new picture.
 * Untouched when it fails: YOLO_NO_MEMORY. */
yolo_status orient_image(yolo_image *image, int orientation, const char *name, yolo_error *error);

#endif
