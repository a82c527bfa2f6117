#include "image/canvas.h"

#include <math.h>

/* What a pixel on the edge gets is how much of it the shape covers, which for a pixel is very nearly its distance from
 * the edge, shifted by a half and cut to 0..1. */

typedef struct shape {
    float center_x, center_y, half_width, half_height, radius;
} shape;

static shape make_shape(rectangle r, float radius) {
    float half_width = (r.right - r.left) / 2, half_height = (r.bottom - r.top) / 2;
    float most = fminf(half_width, half_height);
    return (shape){r.left + half_width, r.top + half_height, half_width, half_height, fmaxf(0, fminf(radius, most))};
}

/* The distance from the edge, negative inside (Quilez, iquilezles.org/articles/distfunctions2d). */
static float distance(const shape *s, float x, float y) {
    float across = fabsf(x - s->center_x) - s->half_width + s->radius;
    float down = fabsf(y - s->center_y) - s->half_height + s->radius;
    if (across <= 0 || down <= 0) return fmaxf(across, down) - s->radius;
    return sqrtf(across * across + down * down) - s->radius;
}

static float coverage(float distance_inside) {
    return distance_inside >= 0.5f ? 1 : distance_inside <= -0.5f ? 0 : distance_inside + 0.5f;
}

/* `opacity` of the color, 0..256 parts of the whole. */
static void blend(uint8_t *pixel, color c, unsigned opacity) {
    pixel[0] = (uint8_t)((pixel[0] * (256 - opacity) + c.red * opacity + 128) >> 8);
    pixel[1] = (uint8_t)((pixel[1] * (256 - opacity) + c.green * opacity + 128) >> 8);
    pixel[2] = (uint8_t)((pixel[2] * (256 - opacity) + c.blue * opacity + 128) >> 8);
}

static unsigned parts(float opacity) {
    return (unsigned)(opacity * 256 + 0.5f);
}

static int clamp(float value, int low, int high) {
    return value <= (float)low ? low : value >= (float)high ? high : (int)value;
}

/* The pixels that a rectangle touches, within the picture. */
typedef struct pixels {
    int left, top, right, bottom;
} pixels;

static pixels touched(const yolo_image *image, float left, float top, float right, float bottom) {
    return (pixels){clamp(floorf(left), 0, image->width), clamp(floorf(top), 0, image->height),
                    clamp(ceilf(right), 0, image->width), clamp(ceilf(bottom), 0, image->height)};
}

enum { COLUMNS_AT_ONCE = 64 };

/* What is drawn: a shape, or its outline. */
typedef struct stroke {
    shape shape;
    float half; /* of the outline's width; negative for a filled shape */
    color color;
    float opacity;
} stroke;

static unsigned opacity_at(const stroke *s, int x, int y) {
    float d = distance(&s->shape, (float)x + 0.5f, (float)y + 0.5f);
    return parts(coverage(s->half < 0 ? -d : s->half - fabsf(d)) * s->opacity);
}

/* Rows in which each column looks the same from the first to the last. */
static void draw_alike(yolo_image *image, const stroke *s, pixels p) {
    unsigned opacities[COLUMNS_AT_ONCE];
    for (int begin = p.left; begin < p.right && p.top < p.bottom; begin += COLUMNS_AT_ONCE) {
        int count = p.right - begin < COLUMNS_AT_ONCE ? p.right - begin : COLUMNS_AT_ONCE;
        for (int i = 0; i < count; i++) opacities[i] = opacity_at(s, begin + i, p.top);
        for (int y = p.top; y < p.bottom; y++) {
            uint8_t *pixel = image_row(image, y) + (size_t)begin * 3;
            for (int i = 0; i < count; i++, pixel += 3) blend(pixel, s->color, opacities[i]);
        }
    }
}

static void draw_row(yolo_image *image, const stroke *s, int y, int begin, int end) {
    draw_alike(image, s, (pixels){begin, y, end, y + 1});
}

/* Below the upper corners and above the lower ones the edge is as far from every row. */
void canvas_fill(yolo_image *image, rectangle r, float radius, color c, float opacity) {
    stroke s = {make_shape(r, radius), -1, c, opacity};
    pixels p = touched(image, r.left, r.top, r.right, r.bottom);
    int top = clamp(ceilf(r.top + s.shape.radius + 1), p.top, p.bottom);
    int bottom = clamp(floorf(r.bottom - s.shape.radius - 1), top, p.bottom);
    for (int y = p.top; y < top; y++) draw_row(image, &s, y, p.left, p.right);
    draw_alike(image, &s, (pixels){p.left, top, p.right, bottom});
    for (int y = bottom; y < p.bottom; y++) draw_row(image, &s, y, p.left, p.right);
}

/* Only the rows and columns near the edge are looked at, so that a large box costs no more than its outline. */
void canvas_outline(yolo_image *image, rectangle r, float radius, float width, color c, float opacity) {
    stroke s = {make_shape(r, radius), width / 2, c, opacity};
    float reach = s.half + 1, inset = s.half + s.shape.radius + 1;
    pixels outer = touched(image, r.left - reach, r.top - reach, r.right + reach, r.bottom + reach);
    pixels inner = {clamp(ceilf(r.left + inset), outer.left, outer.right),
                    clamp(ceilf(r.top + inset), outer.top, outer.bottom),
                    clamp(floorf(r.right - inset), outer.left, outer.right),
                    clamp(floorf(r.bottom - inset), outer.top, outer.bottom)};
    if (inner.left >= inner.right || inner.top >= inner.bottom) inner = (pixels){0, outer.bottom, 0, outer.bottom};
    for (int y = outer.top; y < inner.top; y++) draw_row(image, &s, y, outer.left, outer.right);
    draw_alike(image, &s, (pixels){outer.left, inner.top, inner.left, inner.bottom});
    draw_alike(image, &s, (pixels){inner.right, inner.top, outer.right, inner.bottom});
    for (int y = inner.bottom; y < outer.bottom; y++) draw_row(image, &s, y, outer.left, outer.right);
}

/* From the nearest point of the line. */
static float line_distance(float x, float y, float x0, float y0, float dx, float dy) {
    float squared = dx * dx + dy * dy;
    float along = squared > 0 ? ((x - x0) * dx + (y - y0) * dy) / squared : 0;
    along = fmaxf(0, fminf(1, along));
    return hypotf(x - x0 - along * dx, y - y0 - along * dy);
}

/* Only the columns near the line are looked at in each row, so that a long one costs no more than its length. */
void canvas_line(yolo_image *image, float x0, float y0, float x1, float y1, float width, color c, float opacity) {
    float half = width / 2, reach = half + 1, dx = x1 - x0, dy = y1 - y0, length = hypotf(dx, dy);
    pixels p =
        touched(image, fminf(x0, x1) - reach, fminf(y0, y1) - reach, fmaxf(x0, x1) + reach, fmaxf(y0, y1) + reach);
    for (int y = p.top; y < p.bottom; y++) {
        int begin = p.left, end = p.right;
        if (fabsf(dy) > 1) {
            float middle = x0 + ((float)y + 0.5f - y0) / dy * dx, aside = reach * length / fabsf(dy) + 1;
            begin = clamp(floorf(middle - aside), p.left, p.right);
            end = clamp(ceilf(middle + aside), begin, p.right);
        }
        uint8_t *pixel = image_row(image, y) + (size_t)begin * 3;
        for (int x = begin; x < end; x++, pixel += 3) {
            float d = line_distance((float)x + 0.5f, (float)y + 0.5f, x0, y0, dx, dy);
            blend(pixel, c, parts(coverage(half - d) * opacity));
        }
    }
}

void canvas_mask(yolo_image *image, rectangle clip, int x, int y, const uint8_t *mask, int width, int height, color c) {
    pixels p = touched(image, clip.left, clip.top, clip.right, clip.bottom);
    for (int row = 0; row < height; row++) {
        if (y + row < p.top || y + row >= p.bottom) continue;
        for (int column = 0; column < width; column++) {
            unsigned covered = mask[row * width + column];
            if (!covered || x + column < p.left || x + column >= p.right) continue;
            blend(image_row(image, y + row) + (size_t)(x + column) * 3, c, parts((float)covered / 255));
        }
    }
}
