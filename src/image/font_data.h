/* The built-in font: a whole TrueType file, put into the library when it is built. */
#ifndef IMAGE_FONT_DATA_H
#define IMAGE_FONT_DATA_H

#include <stdint.h>

extern const uint8_t font_data_begin[] __attribute__((visibility("hidden")));
extern const uint8_t font_data_end[] __attribute__((visibility("hidden")));

#endif
