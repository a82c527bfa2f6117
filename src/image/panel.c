/* What is written into pictures besides the labels of boxes: panels, plates and outlines. */
#include "base/error.h"
#include "base/memory.h"
#include "image/color.h"
#include "image/pen.h"
#include "image/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const float smallest_font = 10, usual_smallest = 14, largest_font = 2000;
static const float farthest = 1e7f; /* points beyond are not drawn exactly */

static float font_size(const yolo_image *image, const yolo_draw_options *options) {
    return fminf(fmaxf(pen_letters(image), usual_smallest) * options->font_scale, largest_font);
}

static yolo_status check(const yolo_image *image, const void *what, const yolo_draw_options *options,
                         yolo_error *error) {
    yolo_status status = pen_check(image, options, error);
    if (status) return status;
    return what ? YOLO_OK : fail(error, YOLO_BAD_ARGUMENT, "there is nothing to draw");
}

static yolo_status no_memory(yolo_error *error) {
    return fail(error, YOLO_NO_MEMORY, "not enough memory to draw text");
}

/* ---- Panels ----------------------------------------------------------------------------------------------------- */

/* Where everything in a panel is, in pixels. */
typedef struct layout {
    float pitch;   /* from one line to the next */
    float padding; /* around all */
    float square;  /* the side of the coloured squares; 0: there are none */
    float numbers; /* the width of their column */
    float gap;     /* between columns */
    rectangle plate;
    size_t shown; /* lines that have room */
} layout;

static layout lay_out(const text_writer *writer, const yolo_image *image, const yolo_panel_line *lines, size_t count) {
    float ascent = text_ascent(writer), labels = 0;
    layout l = {.pitch = roundf((ascent + text_descent(writer)) * 1.25f), .padding = roundf(ascent * 0.7f)};
    l.gap = roundf(ascent * 0.6f);
    for (size_t i = 0; i < count; i++) {
        l.numbers = fmaxf(l.numbers, ceilf(text_width(writer, lines[i].number)));
        labels = fmaxf(labels, ceilf(text_width(writer, lines[i].label)));
        if (lines[i].has_color) l.square = ascent;
    }
    float room = (float)image->height - 2 * l.padding;
    l.shown = room < l.pitch                                                ? 0
              : fminf((float)count, floorf(room / l.pitch)) >= (float)count ? count
                                                                            : (size_t)(room / l.pitch);
    float width =
        2 * l.padding + labels + l.numbers + (l.numbers > 0 ? l.gap : 0) + (l.square > 0 ? l.square + l.gap : 0);
    width = fminf(width, (float)image->width);
    float right = (float)image->width;
    l.plate = (rectangle){right - width, 0, right, 2 * l.padding + l.pitch * (float)l.shown};
    return l;
}

static bool draw_line(text_writer *writer, yolo_image *image, const layout *l, const yolo_panel_line *line, float top) {
    static const color white = {255, 255, 255};
    float x = l->plate.left + l->padding, ascent = text_ascent(writer);
    float baseline = roundf(top + (l->pitch - ascent - text_descent(writer)) / 2 + ascent);
    if (line->has_color) {
        const rectangle square = {x, baseline - ascent, x + l->square, baseline};
        canvas_fill(image, square, ascent * 0.2f, color_from_hex(line->color), 1);
    }
    if (l->square > 0) x += l->square + l->gap;
    float aligned = x + l->numbers - text_width(writer, line->number);
    if (!text_write(writer, image, l->plate, aligned, (int)baseline, line->number, white)) return false;
    if (l->numbers > 0) x += l->numbers + l->gap;
    return text_write(writer, image, l->plate, x, (int)baseline, line->label, white);
}

static bool draw_panel(text_writer *writer, yolo_image *image, const yolo_panel_line *lines, size_t count) {
    static const color black = {0, 0, 0};
    const layout l = lay_out(writer, image, lines, count);
    if (l.shown == 0) return true;
    canvas_fill(image, l.plate, 0, black, 0.72f);
    for (size_t i = 0; i < l.shown; i++)
        if (!draw_line(writer, image, &l, &lines[i], l.plate.top + l.padding + l.pitch * (float)i)) return false;
    return true;
}

yolo_status yolo_draw_panel(yolo_image *image, const yolo_panel_line *lines, size_t count,
                            const yolo_draw_options *options, yolo_error *error) {
    yolo_draw_options chosen = options ? *options : yolo_draw_options_default();
    yolo_status status = check(image, lines, &chosen, error);
    if (status || count == 0) return status;
    for (size_t i = 0; i < count; i++)
        if (!lines[i].number || !lines[i].label) return fail(error, YOLO_BAD_ARGUMENT, "a panel's line lacks its text");
    /* Lines are about 1.25 times as high as their letters' size. */
    float most = (float)image->height / 2 / (1.25f * ((float)count + 1.5f));
    float size = fmaxf(smallest_font, fminf(font_size(image, &chosen), most));
    text_writer *writer = text_writer_create(chosen.font, size);
    bool done = writer && draw_panel(writer, image, lines, count);
    text_writer_free(writer);
    return done ? YOLO_OK : no_memory(error);
}

/* ---- Plates and outlines ---------------------------------------------------------------------------------------- */

static float inside(float begin, float extent, float limit) {
    return fmaxf(0, fminf(begin, limit - extent));
}

static bool draw_plate(text_writer *writer, yolo_image *image, const char *text, float x, float y, float part,
                       color background) {
    float ascent = text_ascent(writer), padding = roundf(ascent * 0.4f);
    float width = ceilf(text_width(writer, text)) + 2 * padding;
    float height = ceilf((ascent + text_descent(writer)) * 1.2f);
    float left = roundf(inside(x - part * width, width, (float)image->width));
    float top = roundf(inside(y - height / 2, height, (float)image->height));
    const rectangle plate = {left, top, fminf(left + width, (float)image->width), top + height};
    canvas_fill(image, plate, roundf(ascent * 0.25f), background, 1);
    int baseline = (int)roundf(top + (height - ascent - text_descent(writer)) / 2 + ascent);
    return text_write(writer, image, plate, left + padding, baseline, text, color_readable_on(background));
}

yolo_status yolo_draw_plate(yolo_image *image, const char *text, float x, float y, float part, uint32_t hex,
                            const yolo_draw_options *options, yolo_error *error) {
    yolo_draw_options chosen = options ? *options : yolo_draw_options_default();
    yolo_status status = check(image, text, &chosen, error);
    if (status) return status;
    if (!(fabsf(x) <= farthest && fabsf(y) <= farthest && part >= 0 && part <= 1))
        return fail(error, YOLO_BAD_ARGUMENT, "no plate can be drawn at (%g, %g)", (double)x, (double)y);
    text_writer *writer = text_writer_create(chosen.font, font_size(image, &chosen));
    bool done = writer && draw_plate(writer, image, text, x, y, part, color_from_hex(hex));
    text_writer_free(writer);
    return done ? YOLO_OK : no_memory(error);
}

/* The dark seam keeps the line visible on a background of its own color. */
static void draw_outline(yolo_image *image, const float *points, size_t count, float width, color c) {
    static const color black = {0, 0, 0};
    const float seam = 2 * fmaxf(1, roundf(width * 0.2f));
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++) {
            const float *from = points + 2 * i, *to = points + 2 * ((i + 1) % count);
            canvas_line(image, from[0], from[1], to[0], to[1], pass ? width : width + seam, pass ? c : black,
                        pass ? 1 : 0.35f);
        }
}

yolo_status yolo_draw_outline(yolo_image *image, const float *points, size_t count, uint32_t hex,
                              const yolo_draw_options *options, yolo_error *error) {
    yolo_draw_options chosen = options ? *options : yolo_draw_options_default();
    yolo_status status = check(image, points, &chosen, error);
    if (status) return status;
    for (size_t i = 0; i < 2 * count; i++)
        if (!(fabsf(points[i]) <= farthest))
            return fail(error, YOLO_BAD_ARGUMENT, "no outline can be drawn through %g", (double)points[i]);
    draw_outline(image, points, count, 2 * pen_line(image, chosen.line_width), color_from_hex(hex));
    return YOLO_OK;
}
