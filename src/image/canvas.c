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

/* A color as it is blended with many pixels: `rest` of the 256 parts of each byte, and what is added for the color. */
typedef struct blender {
    uint16_t rest, added[3];
} blender;

/* `opacity` of the color, 0..256 parts of the whole. */
static blender make_blender(color c, unsigned opacity) {
    return (blender){
        (uint16_t)(256 - opacity),
        {(uint16_t)(c.red * opacity + 128), (uint16_t)(c.green * opacity + 128), (uint16_t)(c.blue * opacity + 128)}};
}

static uint8_t blend_byte(uint8_t byte, uint16_t rest, uint16_t added) {
    return (uint8_t)((uint16_t)(byte * rest + added) >> 8);
}

static void blend_pixels(uint8_t *pixel, size_t count, const blender *b) {
    for (size_t i = 0; i < count; i++, pixel += 3)
        for (int c = 0; c < 3; c++) pixel[c] = blend_byte(pixel[c], b->rest, b->added[c]);
}

/* The same by groups of bytes that vectors hold, where colors begin at the same places. */
static size_t blend_groups(uint8_t *bytes, size_t count, const blender *b) {
    enum { PIXELS = 16 };
    uint16_t added[3 * PIXELS];
    for (int i = 0; i < 3 * PIXELS; i++) added[i] = b->added[i % 3];
    size_t done = 0;
    for (; done + PIXELS <= count; done += PIXELS, bytes += 3 * PIXELS)
        for (int i = 0; i < 3 * PIXELS; i++) bytes[i] = blend_byte(bytes[i], b->rest, added[i]);
    return done;
}

static void blend_run(uint8_t *pixel, size_t count, color c, unsigned opacity) {
    enum { WORTH_GROUPS = 64 };
    if (opacity == 0) return;
    const blender b = make_blender(c, opacity);
    const size_t done = count >= WORTH_GROUPS ? blend_groups(pixel, count, &b) : 0;
    blend_pixels(pixel + 3 * done, count - done, &b);
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

/* The columns from `i` on that are as opaque as it. */
static int equal_columns(const unsigned *opacities, int i, int count) {
    int end = i + 1;
    while (end < count && opacities[end] == opacities[i]) end++;
    return end - i;
}

/* Rows in which each column looks the same from the first to the last. */
static void draw_alike(yolo_image *image, const stroke *s, pixels p) {
    unsigned opacities[COLUMNS_AT_ONCE];
    for (int begin = p.left; begin < p.right && p.top < p.bottom; begin += COLUMNS_AT_ONCE) {
        int count = p.right - begin < COLUMNS_AT_ONCE ? p.right - begin : COLUMNS_AT_ONCE;
        for (int i = 0; i < count; i++) opacities[i] = opacity_at(s, begin + i, p.top);
        for (int i = 0, run; i < count; i += run) {
            run = equal_columns(opacities, i, count);
            for (int y = p.top; y < p.bottom; y++)
                blend_run(image_row(image, y) + (size_t)(begin + i) * 3, (size_t)run, s->color, opacities[i]);
        }
    }
}

/* A row from p.left to p.right, whose columns from `left` to `right` look the same. */
static void draw_row(yolo_image *image, const stroke *s, int y, pixels p, int left, int right) {
    draw_alike(image, s, (pixels){p.left, y, left, y + 1});
    if (left < right)
        blend_run(image_row(image, y) + (size_t)left * 3, (size_t)(right - left), s->color, opacity_at(s, left, y));
    draw_alike(image, s, (pixels){right, y, p.right, y + 1});
}

/* Between the corners the edge is as far from every row, and from every column. */
void canvas_fill(yolo_image *image, rectangle r, float radius, color c, float opacity) {
    stroke s = {make_shape(r, radius), -1, c, opacity};
    pixels p = touched(image, r.left, r.top, r.right, r.bottom);
    int top = clamp(ceilf(r.top + s.shape.radius + 1), p.top, p.bottom);
    int bottom = clamp(floorf(r.bottom - s.shape.radius - 1), top, p.bottom);
    int left = clamp(ceilf(r.left + s.shape.radius + 1), p.left, p.right);
    int right = clamp(floorf(r.right - s.shape.radius - 1), left, p.right);
    for (int y = p.top; y < top; y++) draw_row(image, &s, y, p, left, right);
    draw_alike(image, &s, (pixels){p.left, top, p.right, bottom});
    for (int y = bottom; y < p.bottom; y++) draw_row(image, &s, y, p, left, right);
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
    if (inner.left >= inner.right || inner.top >= inner.bottom)
        inner = (pixels){outer.left, outer.bottom, outer.left, outer.bottom};
    for (int y = outer.top; y < inner.top; y++) draw_row(image, &s, y, outer, inner.left, inner.right);
    draw_alike(image, &s, (pixels){outer.left, inner.top, inner.left, inner.bottom});
    draw_alike(image, &s, (pixels){inner.right, inner.top, outer.right, inner.bottom});
    for (int y = inner.bottom; y < outer.bottom; y++) draw_row(image, &s, y, outer, inner.left, inner.right);
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
            blend_run(pixel, 1, c, parts(coverage(half - d) * opacity));
        }
    }
}

void canvas_mask(yolo_image *image, rectangle clip, int x, int y, const uint8_t *mask, int width, int height, color c) {
    pixels p = touched(image, clip.left, clip.top, clip.right, clip.bottom);
    for (int row = 0; row < height; row++) {
        if (y + row < p.top || y + row >= p.bottom) continue;
        uint8_t *pixels = image_row(image, y + row);
        for (int column = 0; column < width; column++) {
            const unsigned covered = mask[row * width + column];
            if (!covered || x + column < p.left || x + column >= p.right) continue;
            const blender b = make_blender(c, (512 * covered + 255) / 510); /* 255 parts to 256 */
            blend_pixels(pixels + (size_t)(x + column) * 3, 1, &b);
        }
    }
}
