/* Portable bitmaps, greymaps and pixmaps, plain and raw. Our own decoder: the format is a few numbers, and stb_image
 * reads neither the plain kinds nor bitmaps, nor scales a maximum below 255. */
#ifndef IMAGE_PNM_H
#define IMAGE_PNM_H

#include "image/codec.h"

/* P1 to P6; the first picture of several; see struct codec. */
yolo_status pnm_decode(const codec_source *source, yolo_image *image, yolo_error *error);

#endif
