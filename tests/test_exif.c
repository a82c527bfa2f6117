/* Which way up a picture is: reading EXIF, and turning. */
#include "base/memory.h"
#include "image/exif.h"
#include "image/orient.h"
#include "pictures.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* EXIF data with one entry: TIFF header, folder of one, orientation. */
static size_t make_exif(uint8_t *bytes, bool big_endian, unsigned type, unsigned value) {
    static const uint8_t little[] = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t big[] = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0};
    memcpy(bytes, big_endian ? big : little, 22);
    bytes[big_endian ? 13 : 12] = (uint8_t)type;
    size_t low = !big_endian ? 18 : type == 4 ? 21 : 19;
    bytes[low] = (uint8_t)value;
    return 22;
}

/* With junk between two segments, and a byte that fills. */
static size_t wrap_jpeg(uint8_t *file, const uint8_t *exif, size_t length) {
    static const uint8_t start[] = {0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0, 7, 0xFF, 0xFF, 0xE1};
    memcpy(file, start, sizeof start);
    file[sizeof start] = 0, file[sizeof start + 1] = (uint8_t)(length + 8);
    memcpy(file + sizeof start + 2, "Exif\0", 6);
    memcpy(file + sizeof start + 8, exif, length);
    return sizeof start + 8 + length;
}

static size_t wrap_png(uint8_t *file, const uint8_t *exif, size_t length) {
    memset(file, 0, 16 + length + 4 + 13);
    memcpy(file + 8, "\0\0\0\1tIMEx\0\0\0\0", 13);
    file[24] = (uint8_t)length;
    memcpy(file + 25, "eXIf", 4);
    memcpy(file + 29, exif, length);
    return 29 + length + 4;
}

static void reads_every_orientation(void) {
    uint8_t exif[64], file[128];
    for (int big = 0; big < 2; big++)
        for (unsigned type = 3; type <= 4; type++)
            for (int value = 0; value <= 10; value++) {
                int expected = value >= 1 && value <= 8 ? value : 1;
                size_t length = make_exif(exif, big, type, (unsigned)value);
                test_note("big %d type %u value %d", big, type, value);
                CHECK_INT(exif_orientation(exif, length), expected);
                CHECK_INT(exif_orientation_jpeg(file, wrap_jpeg(file, exif, length)), expected);
                CHECK_INT(exif_orientation_png(file, wrap_png(file, exif, length)), expected);
            }
}

/* Behind guard pages, every beginning and every changed byte: nothing beyond the end is read. */
static void survives_broken_data(void) {
    uint8_t exif[64], file[128];
    size_t length = make_exif(exif, false, 3, 6);
    test_random random = test_random_start(1);
    for (int kind = 0; kind < 2; kind++) {
        size_t whole = kind ? wrap_png(file, exif, length) : wrap_jpeg(file, exif, length);
        for (size_t cut = 0; cut <= whole; cut++) {
            uint8_t *bytes = test_guarded(cut ? cut : 1);
            for (int round = 0; round < 200; round++) {
                memcpy(bytes, file, cut);
                for (int i = 0; cut && i < round % 4; i++)
                    bytes[test_random_int(&random, 0, (int)cut - 1)] = (uint8_t)test_random_int(&random, 0, 255);
                int found = kind ? exif_orientation_png(bytes, cut) : exif_orientation_jpeg(bytes, cut);
                CHECK(found >= 1 && found <= 8);
            }
        }
    }
}

/* Where the stored pixel (x, y) of a 3 x 2 picture is seen, from the EXIF standard's table. */
static void turns_as_the_standard_says(void) {
    static const char *const seen[] = {"",         "abc/def",  "cba/fed",  "fed/cba", "def/abc",
                                       "ad/be/cf", "da/eb/fc", "fc/eb/da", "cf/be/ad"};
    for (int orientation = 1; orientation <= 8; orientation++)
        for (int channels = 1; channels <= 3; channels += 2) {
            yolo_image image = {0};
            CHECK_INT(yolo_image_create(3, 2, channels, &image, NULL), YOLO_OK);
            for (int i = 0; i < 6 * channels; i++) image.pixels[i] = (uint8_t)('a' + i / channels);
            CHECK_INT(orient_image(&image, orientation, "x", NULL), YOLO_OK);
            char found[16] = "";
            size_t length = 0;
            for (int y = 0; y < image.height; y++) {
                if (y) found[length++] = '/';
                for (int x = 0; x < image.width; x++)
                    found[length++] = (char)image_row(&image, y)[x * channels + channels - 1];
            }
            found[length] = 0;
            CHECK_STRING(found, seen[orientation]);
            yolo_image_free(&image);
        }
}

/* Sizes that are no multiple of the blocks. */
static void turning_four_times_is_nothing(void) {
    yolo_image image = picture_make(131, 67, 3), turned = picture_make(131, 67, 3);
    for (int i = 0; i < 4; i++) CHECK_INT(orient_image(&turned, 6, "x", NULL), YOLO_OK);
    CHECK(picture_difference(&image, &turned) == 0);
    CHECK_INT(orient_image(&turned, 6, "x", NULL), YOLO_OK);
    CHECK_INT(orient_image(&turned, 8, "x", NULL), YOLO_OK);
    CHECK(picture_difference(&image, &turned) == 0);
    CHECK_INT(orient_image(&turned, 5, "x", NULL), YOLO_OK);
    CHECK_INT(orient_image(&turned, 7, "x", NULL), YOLO_OK);
    CHECK_INT(orient_image(&turned, 3, "x", NULL), YOLO_OK);
    CHECK(picture_difference(&image, &turned) == 0);
    yolo_image_free(&image);
    yolo_image_free(&turned);
}

static void all_examples_stand_upright(void) {
    static const char *const kinds[] = {"Landscape", "Portrait"};
    for (int kind = 0; kind < 2; kind++) {
        char name[64];
        snprintf(name, sizeof name, "stress/exif-orientation/%s_1.jpg", kinds[kind]);
        const char *path = test_shared_path(name);
        if (!path) return;
        yolo_image upright = picture_load(path, 3, true);
        for (int i = 0; i <= 8; i++) {
            snprintf(name, sizeof name, "stress/exif-orientation/%s_%d.jpg", kinds[kind], i);
            yolo_image other = picture_load(test_shared_path(name), 3, true);
            test_note("%s", name);
            CHECK(picture_difference(&upright, &other) < 6);
            yolo_image_free(&other);
        }
        snprintf(name, sizeof name, "stress/exif-orientation/%s_6.jpg", kinds[kind]);
        yolo_image stored = picture_load(test_shared_path(name), 3, false);
        CHECK_INT(stored.width, upright.height);
        yolo_image_free(&stored);
        yolo_image_free(&upright);
    }
}

int main(void) {
    static const test_case cases[] = {
        TEST(reads_every_orientation),       TEST(survives_broken_data),       TEST(turns_as_the_standard_says),
        TEST(turning_four_times_is_nothing), TEST(all_examples_stand_upright),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
