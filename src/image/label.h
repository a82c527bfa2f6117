/* Where the labels of boxes go. */
#ifndef IMAGE_LABEL_H
#define IMAGE_LABEL_H

#include "image/text.h"

enum { LABEL_BYTES = 192 }; /* of a label's text; longer names are cut */

typedef struct label {
    char text[LABEL_BYTES];
    rectangle plate; /* whole pixels, inside the picture as far as it is large enough */
} label;

/* Writes "NAME SUFFIX" into `l`, the name shortened with an ellipsis until the plate is at most `max_width` wide.
 * `suffix` may be "". */
void label_set_text(label *l, const text_writer *writer, const char *name, const char *suffix, float max_width);

/* Gives labels[index] a plate near `box`: above it, else below its upper edge, below it or above its lower edge, where
 * it lies inside the picture and on none of the plates labels[0 .. index - 1]; `line` is the width of the outline. */
void label_place(label *labels, size_t index, const text_writer *writer, rectangle box, float line, int image_width,
                 int image_height);

/* False when memory runs out. */
bool label_draw(const label *l, text_writer *writer, yolo_image *image, color background);

#endif
