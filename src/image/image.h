/* Pictures in memory: making them, checking those of a caller, and changing their channels. */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "base/error.h"

/* The longest side of a picture, so that coordinates and row lengths fit an int with room to spare. */
enum { IMAGE_MAX_SIDE = 1000000 };

/* YOLO_BAD_ARGUMENT where a picture that a caller made cannot be worked on. */
yolo_status image_check(const yolo_image *image, yolo_error *error);

/* A picture with uninitialised pixels and room for `room` (at least `channels`) bytes a pixel, for decoders that need
 * more while they work. YOLO_NO_MEMORY. */
yolo_status image_allocate(int width, int height, int channels, int room, const char *name, yolo_image *image,
                           yolo_error *error);

static inline uint8_t *image_row(const yolo_image *image, int y) {
    return image->pixels + (size_t)y * image->stride;
}

/* Makes a picture of its own memory grey (1) or RGB (3). Untouched when it fails: YOLO_NO_MEMORY. */
yolo_status image_convert(yolo_image *image, int channels, const char *name, yolo_error *error);

/* Grey of RGB as stb, and so Darknet, computes it; `grey` may be `rgb`. */
void image_grey_row(const uint8_t *rgb, size_t count, uint8_t *grey);

/* The transparency in the last of a pixel's `channels` (2 or 4) is laid over white; `output` may be `pixels`. */
void image_flatten_row(const uint8_t *pixels, size_t count, int channels, uint8_t *output);

/* The same for a whole picture in place; a picture without transparency stays as it is. */
void image_flatten(yolo_image *image);

/* Makes a picture of 2 or 4 channels opaque: if told to, or if it has no visible pixel, because programs that know
 * nothing of alpha leave it zero. */
void image_drop_alpha(yolo_image *image, bool drop);

#endif
