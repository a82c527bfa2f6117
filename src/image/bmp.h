/* Windows and OS/2 bitmaps. Our own decoder, because stb_image has no run-length encoding and refuses good files with
 * a palette for a screen of few colours (bmpsuite's g/rgb24pal.bmp). */
#ifndef IMAGE_BMP_H
#define IMAGE_BMP_H

#include "image/codec.h"

/* 1 to 32 bits a pixel, palettes, bit fields, RLE4 and RLE8; see struct codec. */
yolo_status bmp_decode(const codec_source *source, yolo_image *image, yolo_error *error);

#endif
