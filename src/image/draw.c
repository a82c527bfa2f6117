#include "image/draw.h"

#include "base/memory.h"
#include "image/label.h"
#include "image/pen.h"

#include <math.h>
#include <stdio.h>

/* Bounds that no useful picture reaches, so that arithmetic on pixels stays exact. */
static const float smallest_font = 14, largest_font = 2000;

/* What a picture is drawn with. */
typedef struct pen {
    float line, font_size;
} pen;

/* A side of the square that is as large as the boxes are on average. */
static float typical_side(const draw_item *items, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double width = (double)items[i].box.right - items[i].box.left;
        double height = (double)items[i].box.bottom - items[i].box.top;
        sum += sqrt(fmax(0, width) * fmax(0, height));
    }
    return count ? (float)(sum / (double)count) : 0;
}

/* Among many small boxes letters shrink to half of their size, lest they cover what they name. */
static pen make_pen(const yolo_image *image, const draw_item *items, size_t count, float line_width, float font_scale) {
    float font = pen_letters(image);
    font = fmaxf(font * 0.5f, fminf(font, typical_side(items, count) * 0.2f));
    return (pen){pen_line(image, line_width), fminf(fmaxf(font, smallest_font) * font_scale, largest_font)};
}

/* A box whose outline begins and ends on whole pixels, which keeps it sharp, cut where it leaves the picture far
 * behind. */
static rectangle snap(rectangle box, float line, const yolo_image *image) {
    float half = line / 2, far = 4 * line + 16;
    rectangle r = {roundf(fmaxf(box.left, -far) - half) + half, roundf(fmaxf(box.top, -far) - half) + half,
                   roundf(fminf(box.right, (float)image->width + far) + half) - half,
                   roundf(fminf(box.bottom, (float)image->height + far) + half) - half};
    r.right = fmaxf(r.right, r.left + 1);
    r.bottom = fmaxf(r.bottom, r.top + 1);
    return r;
}

/* The dark seam on both sides keeps an outline visible on a background of its own color. */
static void draw_box(yolo_image *image, const draw_item *item, float line) {
    static const color black = {0, 0, 0};
    rectangle r = snap(item->box, line, image);
    float seam = fmaxf(1, roundf(line * 0.3f)), radius = line;
    canvas_outline(image, r, radius, line + 2 * seam, black, 0.35f);
    canvas_outline(image, r, radius, line, item->color, 1);
}

/* The part of a box that is in the picture. */
static rectangle visible_part(rectangle r, const yolo_image *image) {
    float width = (float)image->width, height = (float)image->height;
    return (rectangle){fmaxf(0, fminf(r.left, width)), fmaxf(0, fminf(r.top, height)), fmaxf(0, fminf(r.right, width)),
                       fmaxf(0, fminf(r.bottom, height))};
}

/* The first item gets the best place, and is drawn last. */
static bool draw_labels(yolo_image *image, const draw_item *items, size_t count, label *labels, text_writer *writer,
                        float line) {
    for (size_t i = 0; i < count; i++) {
        if (!items[i].name) {
            labels[i] = (label){0};
            continue;
        }
        rectangle box = visible_part(snap(items[i].box, line, image), image);
        label_set_text(&labels[i], writer, items[i].name, items[i].score, (float)image->width);
        label_place(labels, i, writer, box, line, image->width, image->height);
    }
    for (size_t i = count; i-- > 0;)
        if (items[i].name && !label_draw(&labels[i], writer, image, items[i].color)) return false;
    return true;
}

yolo_status draw_items(yolo_image *image, const draw_item *items, size_t count, float line_width, float font_scale,
                       const yolo_font *font, yolo_error *error) {
    pen p = make_pen(image, items, count, line_width, font_scale);
    for (size_t i = count; i-- > 0;) draw_box(image, &items[i], p.line);
    bool labelled = false;
    for (size_t i = 0; i < count; i++) labelled = labelled || items[i].name;
    if (!labelled) return YOLO_OK;
    label *labels = memory_allocate(count, sizeof *labels);
    text_writer *writer = text_writer_create(font, p.font_size);
    bool done = labels && writer && draw_labels(image, items, count, labels, writer, p.line);
    text_writer_free(writer);
    memory_free(labels);
    return done ? YOLO_OK : fail(error, YOLO_NO_MEMORY, "not enough memory to draw labels");
}

yolo_draw_options yolo_draw_options_default(void) {
    return (yolo_draw_options){.font_scale = 1};
}

uint32_t yolo_class_color(int class_id) {
    color c = color_of_class(class_id);
    return (uint32_t)c.red << 16 | (uint32_t)c.green << 8 | c.blue;
}

enum { SCORE_BYTES = 8 };

/* Per cent are read faster than fractions; only certainty is called 100 %. */
static void format_score(float score, char text[SCORE_BYTES]) {
    int percent = score >= 1 ? 100 : score > 0 ? (int)(score * 100 + 0.5f) : 0;
    if (percent == 100 && score < 1) percent = 99;
    snprintf(text, SCORE_BYTES, "%d%%", percent);
}

static bool is_drawable(const yolo_detection *d) {
    return isfinite(d->x) && isfinite(d->y) && isfinite(d->width) && isfinite(d->height) && d->width >= 0 &&
           d->height >= 0;
}

static color choose_color(const yolo_draw_options *options, int class_id, int class_count) {
    if (options->colors && class_id >= 0 && class_id < class_count) return color_from_hex(options->colors[class_id]);
    return color_of_class(class_id);
}

/* Returns how many of the detections can be drawn. */
static size_t make_items(const yolo_model *model, const yolo_detections *detections, const yolo_draw_options *options,
                         draw_item *items, char (*scores)[SCORE_BYTES]) {
    yolo_model_info info = {0};
    yolo_model_get_info(model, &info);
    size_t count = 0;
    for (size_t i = 0; i < detections->count; i++) {
        const yolo_detection *d = &detections->items[i];
        if (!is_drawable(d)) continue;
        scores[count][0] = 0;
        if (!options->no_scores) format_score(d->score, scores[count]);
        items[count] = (draw_item){{d->x, d->y, d->x + d->width, d->y + d->height},
                                   choose_color(options, d->class_id, info.class_count),
                                   options->no_labels ? NULL : yolo_model_class_name(model, d->class_id),
                                   scores[count]};
        count++;
    }
    return count;
}

yolo_status yolo_draw_detections(yolo_image *image, const yolo_model *model, const yolo_detections *detections,
                                 const yolo_draw_options *options, yolo_error *error) {
    yolo_draw_options chosen = options ? *options : yolo_draw_options_default();
    yolo_status status = pen_check(image, &chosen, error);
    if (status) return status;
    if (!model || !detections || (detections->count > 0 && !detections->items))
        return fail(error, YOLO_BAD_ARGUMENT, "no model or no detections to draw");
    draw_item *items = memory_allocate(detections->count, sizeof *items);
    char(*scores)[SCORE_BYTES] = memory_allocate(detections->count, sizeof *scores);
    if (items && scores) {
        size_t count = make_items(model, detections, &chosen, items, scores);
        status = draw_items(image, items, count, chosen.line_width, chosen.font_scale, chosen.font, error);
    } else {
        status = fail(error, YOLO_NO_MEMORY, "not enough memory to draw %zu boxes", detections->count);
    }
    memory_free(items);
    memory_free(scores);
    return status;
}

yolo_status yolo_draw_text(yolo_image *image, const char *text, float x, float y, float part, float size,
                           uint32_t color, const yolo_font *font, yolo_error *error) {
    const float farthest = 1e6f;
    const yolo_draw_options usual = yolo_draw_options_default();
    const yolo_status status = pen_check(image, &usual, error);
    if (status) return status;
    if (!text) return fail(error, YOLO_BAD_ARGUMENT, "no text to draw");
    if (!(fabsf(x) <= farthest && fabsf(y) <= farthest && part >= 0 && part <= 1 && size >= 1 && size <= largest_font))
        return fail(error, YOLO_BAD_ARGUMENT, "text cannot be drawn at (%g, %g) with size %g and %g of it to the left",
                    (double)x, (double)y, (double)size, (double)part);
    text_writer *writer = text_writer_create(font, size);
    const rectangle whole = {0, 0, (float)image->width, (float)image->height};
    const float left = writer ? fmaxf(-1e9f, x - part * text_width(writer, text)) : 0;
    const bool done =
        writer && text_write(writer, image, whole, left, (int)floorf(y + 0.5f), text, color_from_hex(color));
    text_writer_free(writer);
    return done ? YOLO_OK : fail(error, YOLO_NO_MEMORY, "not enough memory to draw text");
}
