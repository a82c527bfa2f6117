#include "pictures.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>

yolo_image picture_make(int width, int height, int channels) {
    yolo_image image = {0};
    if (!CHECK_INT(yolo_image_create(width, height, channels, &image, NULL), YOLO_OK)) return image;
    test_random random = test_random_start((uint64_t)(width * 7 + height));
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < channels; c++)
                image.pixels[(size_t)y * image.stride + (size_t)(x * channels + c)] =
                    (uint8_t)((x * (3 - c) + y * (c + 1)) * 160 / (2 * (width + height)) +
                              test_random_int(&random, 0, 8));
    return image;
}

yolo_image picture_load(const char *path, int channels, bool upright) {
    yolo_image image = {0};
    yolo_error error = {0};
    yolo_image_options options = yolo_image_options_default();
    options.channels = channels;
    options.ignore_orientation = !upright;
    if (!CHECK_INT(yolo_image_load(path, &options, &image, &error), YOLO_OK)) CHECK_STRING(error.message, "");
    return image;
}

double picture_difference(const yolo_image *a, const yolo_image *b) {
    if (!a->pixels || !b->pixels || a->width != b->width || a->height != b->height || a->channels != b->channels)
        return 1000;
    double sum = 0;
    size_t row = (size_t)a->width * (size_t)a->channels;
    for (int y = 0; y < a->height; y++)
        for (size_t i = 0; i < row; i++)
            sum += abs(a->pixels[(size_t)y * a->stride + i] - b->pixels[(size_t)y * b->stride + i]);
    return sum / (double)row / a->height;
}

uint8_t *picture_file(const char *path, size_t *byte_count) {
    FILE *file = path ? fopen(path, "rb") : NULL;
    *byte_count = 0;
    if (!CHECK(file != NULL)) return NULL;
    fseek(file, 0, SEEK_END);
    *byte_count = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*byte_count + 1);
    CHECK(bytes && fread(bytes, 1, *byte_count, file) == *byte_count);
    fclose(file);
    return bytes;
}
