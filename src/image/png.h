/* PNG by libpng. */
#ifndef IMAGE_PNG_H
#define IMAGE_PNG_H

#include "image/codec.h"

/* See struct codec. A picture whose data ends early or fails its checksum is refused. */
yolo_status png_decode(const codec_source *source, yolo_image *image, yolo_error *error);

/* `quality` has no meaning here. */
yolo_status png_encode(const yolo_image *image, int quality, const char *name, codec_sink *sink, yolo_error *error);

#endif
