/* Fonts, and the glyphs that they draw. */
#ifndef IMAGE_FONT_H
#define IMAGE_FONT_H

#include "base/error.h"

enum { FONT_SUBPIXELS = 4 }; /* places within a pixel at which a glyph may begin */

/* The built-in font; lives as long as the program and may be shared by threads. NULL when memory runs out. */
yolo_font *font_create_builtin(void);

/* The font's glyph for a character; 0 where it has none. */
int font_glyph(const yolo_font *font, uint32_t character);

/* Distances in pixels for letters of that size. */
typedef struct font_metrics {
    float scale;           /* pixels for one unit of the font */
    float ascent, descent; /* of letters such as d and p, both positive */
} font_metrics;

/* `size`: pixels from one line to the next, roughly. It is rounded so that small letters are whole pixels high, which
 * keeps their upper edge sharp. */
font_metrics font_measure(const yolo_font *font, float size);

/* How far the pen moves for a glyph. */
float font_advance(const yolo_font *font, const font_metrics *metrics, int glyph);

/* What a glyph covers. */
typedef struct font_mask {
    uint8_t *coverage; /* [height][width], 0..255; NULL where there is nothing to draw */
    int x, y;          /* of its left top corner from the pen, y downwards from the baseline */
    int width, height;
} font_mask;

/* Draws a glyph `subpixel` / FONT_SUBPIXELS to the right of the pen. False when memory runs out. */
bool font_draw(const yolo_font *font, const font_metrics *metrics, int glyph, int subpixel, font_mask *mask);

#endif
