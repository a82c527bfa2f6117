/* Radiance's pictures of light (.hdr), as a screen with a gamma of 2.2 shows them. Our own decoder: the stb_image 2.27 of
 * Debian 12 never ends where a packed row does, mended in 2.28, and takes five times the memory. */
#ifndef IMAGE_HDR_H
#define IMAGE_HDR_H

#include "image/codec.h"

/* 32-bit_rle_rgbe, rows from the top left, packed or not; see struct codec. */
yolo_status hdr_decode(const codec_source *source, yolo_image *image, yolo_error *error);

#endif
