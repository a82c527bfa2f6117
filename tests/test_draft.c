/* JPEGs decoded smaller than they are, for a resize that needs no more. */
#define _POSIX_C_SOURCE 200809L
#include "pictures.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 640, HEIGHT = 480 };

typedef struct file {
    uint8_t *bytes;
    size_t byte_count;
} file;

/* A smooth picture as a JPEG file with an orientation. */
static file make_jpeg(int orientation) {
    const uint8_t exif[32] = {0xFF,
                              0xE1,
                              0,
                              30,
                              'E',
                              'x',
                              'i',
                              'f',
                              0,
                              0,
                              'I',
                              'I',
                              42,
                              0,
                              8,
                              0,
                              0,
                              0,
                              1,
                              0,
                              0x12,
                              1,
                              3,
                              0,
                              1,
                              0,
                              0,
                              0,
                              (uint8_t)orientation};
    char path[] = "/tmp/test-draft-XXXXXX";
    int descriptor = mkstemp(path);
    yolo_image image = {0};
    file jpeg = {0}, result;
    CHECK(descriptor >= 0);
    CHECK_INT(yolo_image_create(WIDTH, HEIGHT, 3, &image, NULL), YOLO_OK);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            uint8_t *pixel = image.pixels + (size_t)y * image.stride + (size_t)x * 3;
            pixel[0] = (uint8_t)(x * 255 / WIDTH), pixel[1] = (uint8_t)(y * 255 / HEIGHT), pixel[2] = 128;
        }
    CHECK_INT(yolo_image_save(&image, path, YOLO_FORMAT_JPEG, 95, NULL), YOLO_OK);
    jpeg.bytes = picture_file(path, &jpeg.byte_count);
    result.byte_count = jpeg.byte_count + sizeof exif;
    result.bytes = malloc(result.byte_count);
    memcpy(result.bytes, jpeg.bytes, 2);
    memcpy(result.bytes + 2, exif, sizeof exif);
    memcpy(result.bytes + 2 + sizeof exif, jpeg.bytes + 2, jpeg.byte_count - 2);
    free(jpeg.bytes);
    close(descriptor);
    unlink(path);
    yolo_image_free(&image);
    return result;
}

static yolo_image decode(const file *jpeg, int fit_width, int fit_height, bool aspect) {
    yolo_image_options options = yolo_image_options_default();
    options.fit_width = fit_width;
    options.fit_height = fit_height;
    options.fit_aspect = aspect;
    yolo_image image = {0};
    CHECK_INT(yolo_image_decode(jpeg->bytes, jpeg->byte_count, "x", &options, &image, NULL), YOLO_OK);
    return image;
}

static void comes_no_smaller_than_needed(void) {
    static const struct {
        int fit_width, fit_height;
        bool aspect;
        int denominator;
    } cases[] = {
        {0, 0, false, 1},     {640, 480, false, 1}, {321, 10, false, 1}, {320, 240, false, 2}, {161, 120, false, 2},
        {160, 120, false, 4}, {160, 160, false, 2}, {160, 160, true, 4}, {161, 161, true, 2},  {80, 60, false, 8},
        {1, 1, false, 8},     {1000, 60, true, 8},  {60, 1000, true, 8}, {1000, 61, true, 4},
    };
    if (!YOLO_WITH_TURBOJPEG) {
        test_skip("stb decodes whole pictures only");
        return;
    }
    for (int orientation = 1; orientation <= 8; orientation++) {
        file jpeg = make_jpeg(orientation);
        bool turned = orientation >= 5;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            int w = cases[i].fit_width, h = cases[i].fit_height, d = cases[i].denominator;
            test_note("orientation %d, for %d x %d", orientation, w, h);
            yolo_image image = decode(&jpeg, turned ? h : w, turned ? w : h, cases[i].aspect);
            CHECK_INT(image.width, (turned ? HEIGHT : WIDTH) / d);
            CHECK_INT(image.height, (turned ? WIDTH : HEIGHT) / d);
            CHECK_INT(image.full_width, d == 1 ? 0 : turned ? HEIGHT : WIDTH);
            CHECK_INT(image.full_height, d == 1 ? 0 : turned ? WIDTH : HEIGHT);
            yolo_image_free(&image);
        }
        free(jpeg.bytes);
    }
}

/* Pixel (x, y) of a draft is the mean of a square of the whole picture. */
static void shows_the_same(void) {
    for (int orientation = 1; orientation <= 8; orientation++) {
        file jpeg = make_jpeg(orientation);
        yolo_image whole = decode(&jpeg, 0, 0, false), draft = decode(&jpeg, 100, 100, false);
        int d = whole.width / draft.width;
        double off = 0;
        for (int y = 0; y < draft.height; y++)
            for (int i = 0; i < draft.width * 3; i++) {
                int at = i / 3 * d * 3 + i % 3;
                double first = whole.pixels[(size_t)(y * d) * whole.stride + (size_t)at];
                double last = whole.pixels[(size_t)(y * d + d - 1) * whole.stride + (size_t)(at + 3 * (d - 1))];
                off += (first + last) / 2 - draft.pixels[(size_t)y * draft.stride + (size_t)i];
            }
        test_note("orientation %d", orientation);
        CHECK_NEAR(off / (draft.width * draft.height * 3), 0, 0.6);
        yolo_image_free(&whole);
        yolo_image_free(&draft);
        free(jpeg.bytes);
    }
}

static void refuses_nonsense(void) {
    file jpeg = make_jpeg(1);
    yolo_image_options options = yolo_image_options_default();
    yolo_image image = {0};
    yolo_error error;
    options.fit_width = -1;
    CHECK_INT(yolo_image_decode(jpeg.bytes, jpeg.byte_count, "x", &options, &image, &error), YOLO_BAD_ARGUMENT);
    CHECK_CONTAINS(error.message, "the size to fit must not be -1 x 0");
    free(jpeg.bytes);
}

int main(void) {
    static const test_case cases[] = {
        TEST(comes_no_smaller_than_needed),
        TEST(shows_the_same),
        TEST(refuses_nonsense),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
