/* GIF (CompuServe, Graphics Interchange Format, version 89a), without a library: stb_image follows a code's whole chain
 * of prefixes although the picture is full, so that a megabyte of GIF costs it seven seconds. */
#ifndef IMAGE_GIF_H
#define IMAGE_GIF_H

#include "image/codec.h"

/* See struct codec. The first frame, on white where it does not cover the screen. */
yolo_status gif_decode(const codec_source *source, yolo_image *image, yolo_error *error);

#endif
