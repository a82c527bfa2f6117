/* The formats that stb_image decodes, and JPEG in a build without libjpeg-turbo (jpeg.h). */
#ifndef IMAGE_STB_H
#define IMAGE_STB_H

#include "image/codec.h"

/* See struct codec. PSD: the composite of 8 or 16 bits RGB. */
yolo_status stb_decode_psd(const codec_source *source, yolo_image *image, yolo_error *error);
yolo_status stb_decode_tga(const codec_source *source, yolo_image *image, yolo_error *error);

#endif
