#include "image/orient.h"

#include "base/memory.h"

#include <string.h>

/* Pixels along a side of the square that is transposed at a time: 32 x 32 x 3 bytes of source and of target, 32 cache
 * lines each, stay in the first-level cache together. */
enum { BLOCK = 32 };

static void swap_bytes(uint8_t *a, uint8_t *b, int count) {
    for (int i = 0; i < count; i++) {
        uint8_t kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

static void flip_horizontally(yolo_image *image) {
    int channels = image->channels;
    for (int y = 0; y < image->height; y++) {
        uint8_t *left = image_row(image, y), *right = left + (size_t)(image->width - 1) * (size_t)channels;
        for (; left < right; left += channels, right -= channels) swap_bytes(left, right, channels);
    }
}

static void flip_vertically(yolo_image *image) {
    int row_bytes = image->width * image->channels;
    for (int top = 0, bottom = image->height - 1; top < bottom; top++, bottom--)
        swap_bytes(image_row(image, top), image_row(image, bottom), row_bytes);
}

/* Where the pixels of a turned picture go: source (x, y) to origin + x * step_x + y * step_y. */
typedef struct turn {
    uint8_t *origin;
    ptrdiff_t step_x, step_y;
} turn;

static void turn_block(const yolo_image *source, const turn *t, int x_begin, int y_begin) {
    int x_end = x_begin + BLOCK < source->width ? x_begin + BLOCK : source->width;
    int y_end = y_begin + BLOCK < source->height ? y_begin + BLOCK : source->height;
    int channels = source->channels;
    for (int x = x_begin; x < x_end; x++) {
        const uint8_t *from = image_row(source, y_begin) + (size_t)x * (size_t)channels;
        uint8_t *to = t->origin + x * t->step_x + y_begin * t->step_y;
        for (int y = y_begin; y < y_end; y++, from += source->stride, to += t->step_y) {
            to[0] = from[0];
            if (channels == 3) to[1] = from[1], to[2] = from[2];
        }
    }
}

/* Orientations 5 to 8 swap rows and columns; 6 and 7 mirror the new rows, 7 and 8 the new columns. */
static yolo_status turn_image(yolo_image *image, int orientation, const char *name, yolo_error *error) {
    yolo_image turned;
    int channels = image->channels;
    yolo_status status = image_allocate(image->height, image->width, channels, channels, name, &turned, error);
    if (status) return status;
    turn t = {turned.pixels, (ptrdiff_t)turned.stride, channels};
    if (orientation == 6 || orientation == 7) {
        t.origin += (ptrdiff_t)(turned.width - 1) * channels;
        t.step_y = -t.step_y;
    }
    if (orientation == 7 || orientation == 8) {
        t.origin += (ptrdiff_t)(turned.height - 1) * (ptrdiff_t)turned.stride;
        t.step_x = -t.step_x;
    }
    /* Down first, so that the new rows are written from one end to the other: [measured] 12 megapixels in 41 ms
     * instead of 77, of which 32 are the first touch of the memory. */
    for (int x = 0; x < image->width; x += BLOCK)
        for (int y = 0; y < image->height; y += BLOCK) turn_block(image, &t, x, y);
    turned.format = image->format;
    turned.full_width = image->full_width;
    turned.full_height = image->full_height;
    memory_free(image->pixels);
    *image = turned;
    return YOLO_OK;
}

yolo_status orient_image(yolo_image *image, int orientation, const char *name, yolo_error *error) {
    if (orientation >= 5 && orientation <= 8) return turn_image(image, orientation, name, error);
    if (orientation == 2 || orientation == 3) flip_horizontally(image);
    if (orientation == 3 || orientation == 4) flip_vertically(image);
    return YOLO_OK;
}
