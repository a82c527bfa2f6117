/* Colors of classes. */
#ifndef IMAGE_COLOR_H
#define IMAGE_COLOR_H

#include <stdint.h>

typedef struct color {
    uint8_t red, green, blue;
} color;

static inline color color_from_hex(uint32_t rgb) {
    return (color){(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb};
}

/* The same color for the same class in every picture; neighbouring classes differ most. */
color color_of_class(int class_id);

/* Black or white, whichever is easier to read on a background. */
color color_readable_on(color background);

#endif
