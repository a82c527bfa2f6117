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

static void blend(uint8_t *pixel, color c, float amount) {
    unsigned a = (unsigned)(amount * 256 + 0.5f);
    pixel[0] = (uint8_t)((pixel[0] * (256 - a) + c.red * a + 128) >> 8);
    pixel[1] = (uint8_t)((pixel[1] * (256 - a) + c.green * a + 128) >> 8);
    pixel[2] = (uint8_t)((pixel[2] * (256 - a) + c.blue * a + 128) >> 8);
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

/* `half` is half the outline's width, or negative for a filled shape. */
static void draw_span(yolo_image *image, const shape *s, float half, int y, int begin, int end, color c,
                      float opacity) {
    uint8_t *pixel = image_row(image, y) + (size_t)begin * 3;
    for (int x = begin; x < end; x++, pixel += 3) {
        float d = distance(s, (float)x + 0.5f, (float)y + 0.5f);
        float covered = coverage(half < 0 ? -d : half - fabsf(d));
        if (covered > 0) blend(pixel, c, covered * opacity);
    }
}

void canvas_fill(yolo_image *image, rectangle r, float radius, color c, float opacity) {
    shape s = make_shape(r, radius);
    pixels p = touched(image, r.left, r.top, r.right, r.bottom);
    for (int y = p.top; y < p.bottom; y++) draw_span(image, &s, -1, y, p.left, p.right, c, opacity);
}

/* Only the rows and columns near the edge are looked at, so that a large box costs no more than its outline. */
void canvas_outline(yolo_image *image, rectangle r, float radius, float width, color c, float opacity) {
    shape s = make_shape(r, radius);
    float half = width / 2, reach = half + 1, inset = half + s.radius + 1;
    pixels outer = touched(image, r.left - reach, r.top - reach, r.right + reach, r.bottom + reach);
    pixels inner = {clamp(ceilf(r.left + inset), outer.left, outer.right),
                    clamp(ceilf(r.top + inset), outer.top, outer.bottom),
                    clamp(floorf(r.right - inset), outer.left, outer.right),
                    clamp(floorf(r.bottom - inset), outer.top, outer.bottom)};
    for (int y = outer.top; y < outer.bottom; y++) {
        bool middle = y >= inner.top && y < inner.bottom && inner.left < inner.right;
        draw_span(image, &s, half, y, outer.left, middle ? inner.left : outer.right, c, opacity);
        if (middle) draw_span(image, &s, half, y, inner.right, outer.right, c, opacity);
    }
}

void canvas_mask(yolo_image *image, rectangle clip, int x, int y, const uint8_t *mask, int width, int height, color c) {
    pixels p = touched(image, clip.left, clip.top, clip.right, clip.bottom);
    for (int row = 0; row < height; row++) {
        if (y + row < p.top || y + row >= p.bottom) continue;
        for (int column = 0; column < width; column++) {
            unsigned covered = mask[row * width + column];
            if (!covered || x + column < p.left || x + column >= p.right) continue;
            blend(image_row(image, y + row) + (size_t)(x + column) * 3, c, (float)covered / 255);
        }
    }
}
