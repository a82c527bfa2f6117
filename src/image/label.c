#include "image/label.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Plates that a new one is compared with: pictures with thousands of objects are covered with labels anyway. */
enum { MAX_NEIGHBOURS = 400 };

static float padding_x(const text_writer *writer) {
    return roundf(text_ascent(writer) * 0.4f);
}

static float padding_y(const text_writer *writer) {
    return fmaxf(1, roundf(text_ascent(writer) * 0.12f));
}

static float plate_width(const text_writer *writer, const char *text) {
    return ceilf(text_width(writer, text) + 2 * padding_x(writer));
}

static float plate_height(const text_writer *writer) {
    return text_ascent(writer) + text_descent(writer) + 2 * padding_y(writer);
}

/* Bytes of the first `count` characters. */
static size_t bytes_of(const char *text, size_t count) {
    const char *next = text;
    while (count-- > 0 && text_next_character(&next)) continue;
    return (size_t)(next - text);
}

static void join(char *text, const char *name, size_t characters, const char *ellipsis, const char *suffix) {
    size_t room = LABEL_BYTES - 1 - strlen(ellipsis) - strlen(suffix) - 1, bytes;
    while ((bytes = bytes_of(name, characters)) > room) characters--;
    snprintf(text, LABEL_BYTES, "%.*s%s%s%s", (int)bytes, name, ellipsis, *suffix && *name ? " " : "", suffix);
}

void label_set_text(label *l, const text_writer *writer, const char *name, const char *suffix, float max_width) {
    char end[32];
    snprintf(end, sizeof end, "%s", suffix);
    size_t characters = 0;
    for (const char *next = name; characters < LABEL_BYTES && text_next_character(&next);) characters++;
    join(l->text, name, characters, "", end);
    while (characters > 1 && plate_width(writer, l->text) > max_width)
        join(l->text, name, --characters, "\xE2\x80\xA6", end);
}

static bool overlap(rectangle a, rectangle b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

static bool is_free(const label *labels, size_t count, rectangle plate) {
    for (size_t i = 0; i < count && i < MAX_NEIGHBOURS; i++)
        if (overlap(labels[i].plate, plate)) return false;
    return true;
}

/* Moves a plate sideways into the picture. */
static rectangle plate_at(float left, float top, float width, float height, int image_width) {
    left = fmaxf(0, fminf(left, (float)image_width - width));
    return (rectangle){left, top, left + width, top + height};
}

void label_place(label *labels, size_t index, const text_writer *writer, rectangle box, float line, int image_width,
                 int image_height) {
    float width = plate_width(writer, labels[index].text), height = plate_height(writer), half = line / 2;
    /* A plate outside of the box covers the outline, so that both look like one piece. */
    float tops[] = {box.top + half - height, box.top + half, box.bottom - half, box.bottom - half - height};
    float lefts[] = {box.left - half, box.right + half - width};
    float lowest = fmaxf(0, (float)image_height - height);
    rectangle fallback = plate_at(lefts[0], fmaxf(0, fminf(tops[0], lowest)), width, height, image_width);
    bool have_fallback = false;
    for (int i = 0; i < 8; i++) {
        float top = roundf(tops[i % 4]);
        if (top < 0 || top > lowest) continue;
        rectangle plate = plate_at(roundf(lefts[i / 4]), top, width, height, image_width);
        if (is_free(labels, index, plate)) {
            labels[index].plate = plate;
            return;
        }
        if (!have_fallback) fallback = plate;
        have_fallback = true;
    }
    labels[index].plate = fallback;
}

bool label_draw(const label *l, text_writer *writer, yolo_image *image, color background) {
    rectangle inside = {l->plate.left + 1, l->plate.top, l->plate.right - 1, l->plate.bottom};
    canvas_fill(image, l->plate, roundf(text_ascent(writer) * 0.2f), background, 1);
    int baseline = (int)(l->plate.top + padding_y(writer) + text_ascent(writer));
    return text_write(writer, image, inside, l->plate.left + padding_x(writer), baseline, l->text,
                      color_readable_on(background));
}
