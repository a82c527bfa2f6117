/* Line drawings as SVG or PNG: the same calls make either. */
#ifndef CLI_CHART_H
#define CLI_CHART_H

#include "cli/output.h"

#include <stddef.h>
#include <stdint.h>

struct chart_point {
    float x, y; /* pixels from the left top corner */
};

struct chart;

/* A white picture. The SVG goes to `output` as it is drawn, the PNG when it is closed. NULL after a sentence on
 * stderr. */
struct chart *chart_open_svg(struct output *output, int width, int height);
struct chart *chart_open_png(struct output *output, int width, int height);

/* A line through points [count], with round ends: one point is a dot. Colours are 0xRRGGBB. */
void chart_line(struct chart *chart, const struct chart_point *points, size_t count, float width, uint32_t color);

/* A line of text on the baseline at a point, which is at its left end, its middle or its right end. */
enum chart_side { CHART_LEFT, CHART_MIDDLE, CHART_RIGHT };
void chart_text(struct chart *chart, struct chart_point at, enum chart_side side, float size, uint32_t color,
                const char *text);

/* False, after a sentence on stderr, where it could not be drawn. */
bool chart_close(struct chart *chart);

#endif
