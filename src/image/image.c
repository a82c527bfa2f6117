#include "image/image.h"

#include "base/memory.h"

#include <string.h>

yolo_status image_check(const yolo_image *image, yolo_error *error) {
    if (!image || !image->pixels) return fail(error, YOLO_BAD_ARGUMENT, "the image has no pixels");
    if (image->width < 1 || image->height < 1 || image->width > IMAGE_MAX_SIDE || image->height > IMAGE_MAX_SIDE)
        return fail(error, YOLO_BAD_ARGUMENT, "an image's sides must be 1..%d pixels, not %d x %d", IMAGE_MAX_SIDE,
                    image->width, image->height);
    if (image->channels != 1 && image->channels != 3)
        return fail(error, YOLO_BAD_ARGUMENT, "an image must have 1 or 3 channels, not %d", image->channels);
    if (image->full_width < 0 || image->full_height < 0 || !image->full_width != !image->full_height ||
        image->full_width > IMAGE_MAX_SIDE || image->full_height > IMAGE_MAX_SIDE)
        return fail(error, YOLO_BAD_ARGUMENT, "an image's full size must be 1..%d pixels a side or unset, not %d x %d",
                    IMAGE_MAX_SIDE, image->full_width, image->full_height);
    size_t row_bytes = (size_t)image->width * (size_t)image->channels, total;
    if (image->stride < row_bytes || !size_multiply(image->stride, (size_t)image->height, &total))
        return fail(error, YOLO_BAD_ARGUMENT, "an image's stride must be at least %zu bytes, not %zu", row_bytes,
                    image->stride);
    return YOLO_OK;
}

yolo_status image_allocate(int width, int height, int channels, int room, const char *name, yolo_image *image,
                           yolo_error *error) {
    size_t stride = (size_t)width * (size_t)room;
    uint8_t *pixels = memory_allocate((size_t)height, stride);
    if (!pixels) return fail(error, YOLO_NO_MEMORY, "%s: no memory for %d x %d pixels", name, width, height);
    *image = (yolo_image){.pixels = pixels, .width = width, .height = height, .channels = channels, .stride = stride};
    return YOLO_OK;
}

yolo_status yolo_image_create(int width, int height, int channels, yolo_image *image, yolo_error *error) {
    if (!image) return fail(error, YOLO_BAD_ARGUMENT, "no image to create");
    uint8_t nothing;
    yolo_image wanted = {.pixels = &nothing,
                         .width = width,
                         .height = height,
                         .channels = channels,
                         .stride = SIZE_MAX / IMAGE_MAX_SIDE};
    yolo_status status = image_check(&wanted, error);
    if (!status) status = image_allocate(width, height, channels, channels, "a new image", image, error);
    if (!status) memset(image->pixels, 0, image->stride * (size_t)image->height);
    return status;
}

void yolo_image_free(yolo_image *image) {
    if (!image) return;
    memory_free(image->pixels);
    *image = (yolo_image){0};
}

void image_grey_row(const uint8_t *rgb, size_t count, uint8_t *grey) {
    for (size_t i = 0; i < count; i++)
        grey[i] = (uint8_t)((rgb[i * 3] * 77 + rgb[i * 3 + 1] * 150 + rgb[i * 3 + 2] * 29) >> 8);
}

static yolo_status grey_to_rgb(yolo_image *image, const char *name, yolo_error *error) {
    yolo_image wide;
    yolo_status status = image_allocate(image->width, image->height, 3, 3, name, &wide, error);
    if (status) return status;
    for (int y = 0; y < image->height; y++) {
        const uint8_t *grey = image_row(image, y);
        uint8_t *rgb = image_row(&wide, y);
        for (int x = 0; x < image->width; x++) rgb[x * 3] = rgb[x * 3 + 1] = rgb[x * 3 + 2] = grey[x];
    }
    wide.format = image->format;
    wide.full_width = image->full_width;
    wide.full_height = image->full_height;
    memory_free(image->pixels);
    *image = wide;
    return YOLO_OK;
}

yolo_status image_convert(yolo_image *image, int channels, const char *name, yolo_error *error) {
    if (image->channels == channels) return YOLO_OK;
    if (channels == 3) return grey_to_rgb(image, name, error);
    for (int y = 0; y < image->height; y++)
        image_grey_row(image_row(image, y), (size_t)image->width, image_row(image, y));
    image->channels = 1;
    return YOLO_OK;
}

void image_flatten_row(const uint8_t *pixels, size_t count, int channels, uint8_t *output) {
    int colors = channels - 1;
    for (size_t i = 0; i < count; i++) {
        unsigned alpha = pixels[colors];
        for (int c = 0; c < colors; c++) output[c] = (uint8_t)((pixels[c] * alpha + 255 * (255 - alpha) + 127) / 255);
        pixels += channels;
        output += colors;
    }
}

void image_flatten(yolo_image *image) {
    if (image->channels % 2) return;
    for (int y = 0; y < image->height; y++)
        image_flatten_row(image_row(image, y), (size_t)image->width, image->channels, image_row(image, y));
    image->channels--;
}

static bool has_visible_pixel(const yolo_image *image) {
    for (int y = 0; y < image->height; y++)
        for (int x = 1; x <= image->width; x++)
            if (image_row(image, y)[x * image->channels - 1]) return true;
    return false;
}

void image_drop_alpha(yolo_image *image, bool drop) {
    if (image->channels % 2 || (!drop && has_visible_pixel(image))) return;
    for (int y = 0; y < image->height; y++)
        for (int x = 1; x <= image->width; x++) image_row(image, y)[x * image->channels - 1] = 255;
}
