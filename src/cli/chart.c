#include "cli/chart.h"

#include "cli/message.h"
#include "cli/text.h"
#include "cli/xml.h"
#include "yolo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the two kinds do differently. */
struct chart_type {
    void (*line)(struct chart *chart, const struct chart_point *points, size_t count, float width, uint32_t color);
    void (*text)(struct chart *chart, struct chart_point at, enum chart_side side, float size, uint32_t color,
                 const char *text);
    bool (*close)(struct chart *chart);
};

struct chart {
    const struct chart_type *type;
    struct output *output;
    yolo_image image;  /* of a PNG */
    uint8_t *coverage; /* [height][width] of a line on its way */
    yolo_error error;  /* the first */
};

void chart_line(struct chart *chart, const struct chart_point *points, size_t count, float width, uint32_t color) {
    if (count) chart->type->line(chart, points, count, width, color);
}

void chart_text(struct chart *chart, struct chart_point at, enum chart_side side, float size, uint32_t color,
                const char *text) {
    chart->type->text(chart, at, side, size, color, text);
}

bool chart_close(struct chart *chart) {
    const bool well = chart->type->close(chart);
    yolo_image_free(&chart->image);
    free(chart->coverage);
    free(chart);
    return well;
}

/* ---- SVG -------------------------------------------------------------------------------------------------------- */

static void svg_line(struct chart *chart, const struct chart_point *points, size_t count, float width, uint32_t color) {
    output_text(chart->output, "<polyline points=\"");
    for (size_t i = 0; i < count; i++)
        output_format(chart->output, "%s%.1f,%.1f", i ? " " : "", (double)points[i].x, (double)points[i].y);
    if (count == 1) output_format(chart->output, " %.1f,%.1f", (double)points[0].x, (double)points[0].y);
    output_format(chart->output, "\" stroke=\"#%06x\" stroke-width=\"%g\"/>\n", (unsigned)color, (double)width);
}

static void svg_text(struct chart *chart, struct chart_point at, enum chart_side side, float size, uint32_t color,
                     const char *text) {
    static const char *const anchors[] = {"start", "middle", "end"};
    output_format(chart->output, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%g\" text-anchor=\"%s\" fill=\"#%06x\">",
                  (double)at.x, (double)at.y, (double)size, anchors[side], (unsigned)color);
    xml_text(chart->output, text);
    output_text(chart->output, "</text>\n");
}

static bool svg_close(struct chart *chart) {
    output_text(chart->output, "</svg>\n");
    return true; /* the output keeps its errors */
}

struct chart *chart_open_svg(struct output *output, int width, int height) {
    static const struct chart_type type = {svg_line, svg_text, svg_close};
    struct chart *chart = allocate(1, sizeof *chart);
    chart->type = &type;
    chart->output = output;
    output_format(output,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                  "font-family=\"DejaVu Sans, sans-serif\">\n"
                  "<style>polyline{fill:none;stroke-linecap:round;stroke-linejoin:round}</style>\n"
                  "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
                  width, height, width, height, width, height);
    return chart;
}

/* ---- PNG -------------------------------------------------------------------------------------------------------- */

/* How far a point lies from the piece of a line between `a` and `b`. */
static float distance(struct chart_point p, struct chart_point a, struct chart_point b) {
    const float dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
    float along = square > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / square : 0;
    along = fminf(1, fmaxf(0, along));
    return hypotf(p.x - a.x - along * dx, p.y - a.y - along * dy);
}

static int within(float value, int limit) {
    return value < 0 ? 0 : value > (float)limit ? limit : (int)value;
}

/* Notes how much of each pixel a piece covers; where pieces meet the larger counts. */
static void cover_piece(struct chart *chart, struct chart_point a, struct chart_point b, float width) {
    const float reach = width / 2 + 1;
    const int left = within(fminf(a.x, b.x) - reach, chart->image.width);
    const int right = within(fmaxf(a.x, b.x) + reach + 1, chart->image.width);
    const int top = within(fminf(a.y, b.y) - reach, chart->image.height);
    const int bottom = within(fmaxf(a.y, b.y) + reach + 1, chart->image.height);
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            const struct chart_point centre = {(float)x + 0.5f, (float)y + 0.5f};
            const float covered = fminf(1, fmaxf(0, width / 2 + 0.5f - distance(centre, a, b)));
            uint8_t *coverage = &chart->coverage[(size_t)y * (size_t)chart->image.width + (size_t)x];
            if (covered * 255 > (float)*coverage) *coverage = (uint8_t)(covered * 255);
        }
}

static void png_line(struct chart *chart, const struct chart_point *points, size_t count, float width, uint32_t color) {
    const size_t pixels = (size_t)chart->image.width * (size_t)chart->image.height;
    const int channels[3] = {(int)(color >> 16 & 255), (int)(color >> 8 & 255), (int)(color & 255)};
    memset(chart->coverage, 0, pixels);
    for (size_t i = 0; i < count; i++) cover_piece(chart, points[i ? i - 1 : 0], points[i], width);
    for (int y = 0; y < chart->image.height; y++)
        for (int x = 0; x < chart->image.width; x++) {
            const int covered = chart->coverage[(size_t)y * (size_t)chart->image.width + (size_t)x];
            uint8_t *pixel = chart->image.pixels + (size_t)y * chart->image.stride + (size_t)x * 3;
            for (int c = 0; c < 3 && covered; c++)
                pixel[c] = (uint8_t)((pixel[c] * (255 - covered) + channels[c] * covered + 127) / 255);
        }
}

static void png_text(struct chart *chart, struct chart_point at, enum chart_side side, float size, uint32_t color,
                     const char *text) {
    static const float parts[] = {0, 0.5f, 1};
    const float line_height = 1.164f; /* of DejaVu Sans, where SVG's sizes are of letters */
    if (chart->error.status) return;
    yolo_draw_text(&chart->image, text, at.x, at.y, parts[side], size * line_height, color, NULL, &chart->error);
}

static bool png_close(struct chart *chart) {
    uint8_t *bytes = NULL;
    size_t count = 0;
    if (!chart->error.status) yolo_image_encode(&chart->image, YOLO_FORMAT_PNG, 0, &bytes, &count, &chart->error);
    if (chart->error.status)
        complain("the curve cannot be drawn: %s", chart->error.message);
    else
        output_bytes(chart->output, (const char *)bytes, count);
    yolo_bytes_free(bytes);
    return !chart->error.status;
}

struct chart *chart_open_png(struct output *output, int width, int height) {
    static const struct chart_type type = {png_line, png_text, png_close};
    struct chart *chart = allocate(1, sizeof *chart);
    chart->type = &type;
    chart->output = output;
    if (yolo_image_create(width, height, 3, &chart->image, &chart->error)) {
        complain("the curve cannot be drawn: %s", chart->error.message);
        free(chart);
        return NULL;
    }
    memset(chart->image.pixels, 255, chart->image.stride * (size_t)height);
    chart->coverage = allocate((size_t)width * (size_t)height, 1);
    return chart;
}
