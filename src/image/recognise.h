/* What a file is, by its first bytes. */
#ifndef IMAGE_RECOGNISE_H
#define IMAGE_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether `bytes` begin like a file of that format. */
bool recognise_jpeg(const uint8_t *bytes, size_t byte_count);
bool recognise_png(const uint8_t *bytes, size_t byte_count);
bool recognise_bmp(const uint8_t *bytes, size_t byte_count);
bool recognise_gif(const uint8_t *bytes, size_t byte_count);
bool recognise_psd(const uint8_t *bytes, size_t byte_count);
bool recognise_pnm(const uint8_t *bytes, size_t byte_count);
bool recognise_hdr(const uint8_t *bytes, size_t byte_count);
bool recognise_tga(const uint8_t *bytes, size_t byte_count); /* has no signature: ask last */

/* "a WebP picture" and the like for files that people try and that are not decoded; NULL where it is not known. */
const char *recognise_foreign(const uint8_t *bytes, size_t byte_count);

#endif
