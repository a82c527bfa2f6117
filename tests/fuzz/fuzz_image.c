/* Pictures of one format, told by FUZZ_RECOGNISE: decoded as they are, and once more in a way that follows from their
 * bytes (grey, smaller, as stored). What is decoded must be a picture, and its size must not depend on how. */
#include "fuzz.h"
#include "image/image.h"
#include "image/recognise.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PIXELS = 1 << 18, MEMORY = 96 << 20, OTHER_BYTES_MAX = 64 };

static yolo_status decode(const uint8_t *bytes, size_t count, const yolo_image_options *options, yolo_image *image) {
    yolo_error error = {0};
    fuzz_limit_memory(MEMORY);
    yolo_image_options limited = options ? *options : yolo_image_options_default();
    limited.max_pixels = MAX_PIXELS;
    yolo_status status = yolo_image_decode(bytes, count, "picture", &limited, image, &error);
    if (status) {
        fuzz_require(status == YOLO_BAD_IMAGE || status == YOLO_NO_MEMORY);
        fuzz_require(strncmp(error.message, "picture", 7) == 0 && !image->pixels);
        return status;
    }
    fuzz_require(image_check(image, NULL) == YOLO_OK);
    fuzz_require((uint64_t)image->width * (uint64_t)image->height <= MAX_PIXELS);
    fuzz_require(image->format != YOLO_FORMAT_UNKNOWN);
    return YOLO_OK;
}

static int full(int full_side, int side) {
    return full_side ? full_side : side;
}

static void check_same(const yolo_image *again, const yolo_image *image, yolo_format format) {
    fuzz_require(again->width == image->width && again->height == image->height && again->format == format);
}

static void write_file(const yolo_image *image, yolo_format format) {
    yolo_image again = {0};
    char *path = fuzz_path("written");
    if (!yolo_image_save(image, path, format, 90, NULL) && !yolo_image_load(path, NULL, &again, NULL))
        check_same(&again, image, format);
    yolo_image_free(&again);
    free(path);
}

/* What is written can be read again. */
static void write(const yolo_image *image, yolo_format format) {
    uint8_t *bytes = NULL;
    size_t count = 0;
    yolo_image again = {0};
    if (yolo_image_encode(image, format, 50, &bytes, &count, NULL)) return;
    if (!yolo_image_decode(bytes, count, "again", NULL, &again, NULL)) check_same(&again, image, format);
    yolo_image_free(&again);
    yolo_bytes_free(bytes);
    if (count % 8 == 0) write_file(image, format);
}

/* Every pixel is read, so that a sanitizer sees those that were never written. */
static void shrink(const yolo_image *image) {
    yolo_image smaller = {0};
    if (yolo_image_shrink(image, 5, 7, &smaller, NULL)) return;
    fuzz_require(smaller.width <= 5 && smaller.height <= 7);
    write(&smaller, image->width % 2 ? YOLO_FORMAT_PNG : YOLO_FORMAT_JPEG);
    yolo_image_free(&smaller);
}

/* What is no picture of this format is named, or decoded: little of it, because others have targets of their own. */
static void try_other(const uint8_t *bytes, size_t count) {
    yolo_image image = {0};
    if (count > OTHER_BYTES_MAX || decode(bytes, count, NULL, &image)) return;
    yolo_image_free(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    if (!FUZZ_RECOGNISE(bytes, count)) {
        try_other(bytes, count);
        return 0;
    }
    uint64_t hash = fuzz_hash(bytes, count);
    yolo_image_options plain = yolo_image_options_default(), odd = plain;
    static const int channels[] = {0, 1, 3, 3};
    odd.channels = channels[hash & 3];
    odd.ignore_orientation = hash >> 2 & 1;
    odd.fit_width = hash >> 3 & 1 ? 1 + (int)(hash >> 4 & 31) : 0;
    odd.fit_height = odd.fit_width ? 1 + (int)(hash >> 9 & 31) : 0;
    odd.fit_aspect = hash >> 14 & 1;
    yolo_image image = {0}, other = {0};
    yolo_status status = decode(bytes, count, &plain, &image), again = decode(bytes, count, &odd, &other);
    if (!status && !again) {
        int width = full(other.full_width, other.width), height = full(other.full_height, other.height);
        bool same = image.width == width && image.height == height;
        fuzz_require(same || (odd.ignore_orientation && image.width == height && image.height == width));
        fuzz_require(!odd.channels || other.channels == odd.channels);
        shrink(&image);
    }
    yolo_image_free(&image);
    yolo_image_free(&other);
    return 0;
}
