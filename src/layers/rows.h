/* Work on the pixels of a map: how many are worth what. */
#ifndef LAYERS_ROWS_H
#define LAYERS_ROWS_H

#include <stddef.h>

/* The least pixels to start a thread for: less than 64 KiB of numbers are done before it wakes. */
static inline size_t rows_grain(int channels) {
    return 1 + 16384 / (size_t)channels;
}

/* Pixels to take through all steps of a layer before the next: 8 KiB of numbers stay in the first cache. */
static inline size_t rows_block(int channels) {
    return 1 + 2048 / (size_t)channels;
}

#endif
