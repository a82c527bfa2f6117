/* JPEG by libjpeg-turbo (jpeg.c), or by stb (stb.c) in a build without it. */
#ifndef IMAGE_JPEG_H
#define IMAGE_JPEG_H

#include "image/codec.h"

/* See struct codec. A picture whose data ends early or is corrupt is refused: the grey part of a half-read picture
 * would silently give wrong counts. What loses no pixels is accepted: junk between segments, a missing end marker. */
yolo_status jpeg_decode(const codec_source *source, yolo_image *image, yolo_error *error);

/* 4:2:0. */
yolo_status jpeg_encode(const yolo_image *image, int quality, const char *name, codec_sink *sink, yolo_error *error);

/* A picture in several scans is stored once for every scan in the worst case: many scans of a large picture take
 * minutes and are no photo. Cameras and optimisers write about ten; 100 are allowed up to 20 megapixels, 20 at 100. */
static inline int jpeg_scan_limit(uint64_t pixels) {
    uint64_t limit = pixels ? UINT64_C(2000000000) / pixels : 100;
    return limit > 100 ? 100 : limit < 20 ? 20 : (int)limit;
}

#endif
