/* The one thing that matters here of what cameras write about a picture: which way up it is. */
#ifndef IMAGE_EXIF_H
#define IMAGE_EXIF_H

#include <stddef.h>
#include <stdint.h>

/* The orientation 1..8 of a JPEG's or PNG's EXIF data; 1 (as stored) where there is none, or it is broken or out of
 * range: a picture that cannot say which way up it is is still a picture. Reads nothing beyond `byte_count`. */
int exif_orientation_jpeg(const uint8_t *bytes, size_t byte_count);
int exif_orientation_png(const uint8_t *bytes, size_t byte_count);

/* The same of EXIF data alone, which is a TIFF file in small. */
int exif_orientation(const uint8_t *bytes, size_t byte_count);

#endif
