/* Lines of UTF-8 text in pictures, from left to right, one glyph a character: scripts that need shaping or run from
 * right to left are drawn in the order they are stored. */
#ifndef IMAGE_TEXT_H
#define IMAGE_TEXT_H

#include "image/canvas.h"
#include "image/font.h"

/* What one drawing call needs to write: fonts at one size, and the glyphs drawn so far. */
typedef struct text_writer text_writer;

/* `font` may be NULL; the built-in one serves, too, for what `font` lacks. NULL when memory runs out. */
text_writer *text_writer_create(const yolo_font *font, float size);
void text_writer_free(text_writer *writer);

/* Pixels above and below the baseline, and the width of a line. */
float text_ascent(const text_writer *writer);
float text_descent(const text_writer *writer);
float text_width(const text_writer *writer, const char *text);

/* Writes from `x` on the baseline `y`, inside `clip` only. False when memory runs out. */
bool text_write(text_writer *writer, yolo_image *image, rectangle clip, float x, int y, const char *text, color c);

/* Reads one character and moves `*text` past it: U+FFFD for bytes that are not UTF-8, 0 at the end. */
uint32_t text_next_character(const char **text);

/* False for what has no shape of its own: controls, marks that steer the direction or the choice of glyphs. */
bool text_character_visible(uint32_t character);

#endif
