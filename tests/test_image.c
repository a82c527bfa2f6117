/* Pictures in memory, and the public functions that read and write them. */
#include "image/image.h"
#include "pictures.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

static void makes_blank_pictures(void) {
    yolo_image image = {0};
    CHECK_INT(yolo_image_create(7, 5, 3, &image, NULL), YOLO_OK);
    CHECK_INT(image.stride, 21);
    int set = 0;
    for (int i = 0; i < 105; i++) set += image.pixels[i] != 0;
    CHECK_INT(set, 0);
    yolo_image_free(&image);
    CHECK(image.pixels == NULL && image.width == 0);
    yolo_image_free(&image);
    yolo_image_free(NULL);
}

static void refuses_nonsense(void) {
    yolo_image image = {0};
    yolo_error error;
    CHECK_INT(yolo_image_create(0, 5, 3, &image, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_image_create(5, -1, 3, &image, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_image_create(5, 5, 2, &image, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_image_create(2000000, 1, 1, &image, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_image_create(1, 1, 1, NULL, &error), YOLO_BAD_ARGUMENT);
    CHECK(image.pixels == NULL);
    uint8_t pixels[12] = {0};
    yolo_image short_stride = {.pixels = pixels, .width = 2, .height = 2, .channels = 3, .stride = 5};
    CHECK_INT(image_check(&short_stride, &error), YOLO_BAD_ARGUMENT);
    CHECK_CONTAINS(error.message, "stride must be at least 6 bytes, not 5");
    CHECK_INT(image_check(NULL, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_image_load(NULL, NULL, &image, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_image_decode(NULL, 4, "x", NULL, &image, &error), YOLO_BAD_ARGUMENT);
    yolo_image_options options = yolo_image_options_default();
    options.channels = 4;
    CHECK_INT(yolo_image_decode(pixels, 4, "x", &options, &image, &error), YOLO_BAD_ARGUMENT);
}

static void converts_channels(void) {
    uint8_t rgb[6] = {255, 255, 255, 200, 100, 50}, grey[2];
    image_grey_row(rgb, 2, grey);
    CHECK_INT(grey[0], 255);
    CHECK_INT(grey[1], (200 * 77 + 100 * 150 + 50 * 29) >> 8);
    yolo_image image = picture_make(9, 4, 1);
    uint8_t sample = image.pixels[9 + 5];
    CHECK_INT(image_convert(&image, 3, "x", NULL), YOLO_OK);
    CHECK_INT(image.channels, 3);
    CHECK_INT(image_row(&image, 1)[15], sample), CHECK_INT(image_row(&image, 1)[17], sample);
    CHECK_INT(image_convert(&image, 1, "x", NULL), YOLO_OK);
    CHECK_INT(image_row(&image, 1)[5], sample);
    yolo_image_free(&image);
}

static void lays_transparency_over_white(void) {
    uint8_t rgba[12] = {10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128}, grey[4] = {7, 255, 7, 0};
    image_flatten_row(rgba, 3, 4, rgba);
    uint8_t expected[9] = {10, 20, 30, 255, 255, 255, 127, 127, 127};
    CHECK(!memcmp(rgba, expected, 9));
    image_flatten_row(grey, 2, 2, grey);
    CHECK(grey[0] == 7 && grey[1] == 255);
}

/* A file that the library wrote, read again. */
static yolo_image write_and_read(const yolo_image *image, const char *name, yolo_format format, int quality) {
    const char *path = test_temp_path(name);
    CHECK_INT(yolo_image_save(image, path, format, quality, NULL), YOLO_OK);
    yolo_image back = picture_load(path, image->channels, true);
    CHECK_INT(back.format, format);
    return back;
}

static void png_keeps_every_pixel(void) {
    static const int sides[][2] = {{1, 1}, {1, 300}, {300, 1}, {37, 23}, {640, 480}};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        for (int channels = 1; channels <= 3; channels += 2) {
            yolo_image image = picture_make(sides[i][0], sides[i][1], channels);
            yolo_image back = write_and_read(&image, "a.jpg", YOLO_FORMAT_PNG, 0); /* names mean nothing */
            CHECK(picture_difference(&image, &back) == 0);
            yolo_image_free(&image);
            yolo_image_free(&back);
        }
}

static void jpeg_comes_close(void) {
    for (int channels = 1; channels <= 3; channels += 2) {
        yolo_image image = picture_make(301, 203, channels);
        yolo_image back = write_and_read(&image, "a.png", YOLO_FORMAT_JPEG, 90);
        CHECK(picture_difference(&image, &back) < 6);
        yolo_image_free(&image);
        yolo_image_free(&back);
    }
}

/* A part of a larger picture is a picture. */
static void writes_parts(void) {
    yolo_image image = picture_make(64, 64, 3);
    yolo_image part = {
        .pixels = image_row(&image, 10) + 30, .width = 20, .height = 15, .channels = 3, .stride = image.stride};
    yolo_image png = write_and_read(&part, "part", YOLO_FORMAT_PNG, 0);
    CHECK(picture_difference(&part, &png) == 0);
    yolo_image jpeg = write_and_read(&part, "part", YOLO_FORMAT_JPEG, 95);
    CHECK(picture_difference(&part, &jpeg) < 5);
    yolo_image_free(&png);
    yolo_image_free(&jpeg);
    yolo_image_free(&image);
}

static void saving_refuses(void) {
    yolo_image image = picture_make(4, 4, 3);
    yolo_error error;
    const char *path = test_temp_path("x.bmp");
    CHECK_INT(yolo_image_save(&image, path, YOLO_FORMAT_BMP, 90, &error), YOLO_BAD_ARGUMENT);
    CHECK_CONTAINS(error.message, "x.bmp: pictures are written as JPEG or PNG, not as BMP");
    CHECK_INT(yolo_image_save(&image, path, YOLO_FORMAT_UNKNOWN, 90, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_image_save(&image, path, YOLO_FORMAT_JPEG, 0, &error), YOLO_BAD_ARGUMENT);
    CHECK_CONTAINS(error.message, "JPEG quality must be 1..100, not 0");
    CHECK_INT(yolo_image_save(&image, NULL, YOLO_FORMAT_PNG, 0, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_image_save(NULL, path, YOLO_FORMAT_PNG, 0, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_image_save(&image, "/nowhere/x.png", YOLO_FORMAT_PNG, 0, &error), YOLO_BAD_FILE);
    yolo_image_free(&image);
    image = picture_make(70000, 1, 1);
    CHECK_INT(yolo_image_save(&image, path, YOLO_FORMAT_JPEG, 90, &error), YOLO_BAD_IMAGE);
    CHECK_CONTAINS(error.message, "JPEG holds no more than 65500 a side");
    yolo_image_free(&image);
}

static yolo_status decode_text(const char *bytes, size_t byte_count, yolo_error *error) {
    yolo_image image = {0};
    *error = (yolo_error){0};
    yolo_status status = yolo_image_decode((const uint8_t *)bytes, byte_count, "photo.jpg", NULL, &image, error);
    CHECK(status == YOLO_OK || image.pixels == NULL);
    yolo_image_free(&image);
    return status;
}

static void names_what_it_cannot_read(void) {
    static const struct {
        const char *bytes;
        size_t length;
        const char *sentence;
    } cases[] = {
        {"", 0, "photo.jpg: the file is empty"},
        {"hello", 5, "photo.jpg: not a picture in a format that is supported"},
        {"RIFF\1\2\3\4WEBPVP8 ", 16, "photo.jpg: is a WebP picture, which is not supported"},
        {"\0\0\0\x20"
         "ftypheic",
         12, "photo.jpg: is a HEIC picture, which is not supported"},
        {"\0\0\0\x20"
         "ftypavif",
         12, "photo.jpg: is an AVIF picture, which is not supported"},
        {"\0\0\0\x20"
         "ftypisom",
         12, "photo.jpg: is a video, which is not supported"},
        {"II*\0\x08\0\0\0", 8, "photo.jpg: is a TIFF or camera raw picture, which is not supported"},
        {"<svg xmlns", 10, "photo.jpg: is an SVG drawing, which is not supported"},
        {"%PDF-1.4", 8, "photo.jpg: is a PDF document, which is not supported"},
    };
    yolo_error error;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(decode_text(cases[i].bytes, cases[i].length, &error), YOLO_BAD_IMAGE);
        CHECK_STRING(error.message, cases[i].sentence);
    }
    yolo_image image = {0};
    CHECK_INT(yolo_image_load("/nowhere/photo.jpg", NULL, &image, &error), YOLO_BAD_FILE);
    CHECK_CONTAINS(error.message, "/nowhere/photo.jpg");
}

/* Every beginning of a file is refused, but for those that lack only what comes after the last pixel. */
static void refuse_prefixes(yolo_format format, size_t tail) {
    yolo_image image = picture_make(40, 30, 3);
    const char *path = test_temp_path("cut");
    CHECK_INT(yolo_image_save(&image, path, format, 90, NULL), YOLO_OK);
    size_t byte_count, refused = 0;
    uint8_t *bytes = picture_file(path, &byte_count);
    for (size_t length = 0; length < byte_count; length++) {
        yolo_error error;
        refused += decode_text((const char *)bytes, length, &error) == YOLO_BAD_IMAGE;
    }
    CHECK(refused >= byte_count - tail);
    free(bytes);
    yolo_image_free(&image);
}

static void refuses_cut_files(void) {
    refuse_prefixes(YOLO_FORMAT_JPEG, 4);
    refuse_prefixes(YOLO_FORMAT_PNG, 0);
}

#if !YOLO_WITH_TURBOJPEG /* libjpeg-turbo takes the tables of the standard instead */

/* stb_image would use what lies in the place of a Huffman table that was never defined. */
static void refuses_scans_without_their_tables(void) {
    yolo_image image = picture_make(40, 30, 3);
    uint8_t *bytes = NULL;
    size_t byte_count = 0;
    yolo_error error;
    CHECK_INT(yolo_image_encode(&image, YOLO_FORMAT_JPEG, 90, &bytes, &byte_count, &error), YOLO_OK);
    size_t table = 2;
    while (table + 4 < byte_count && !(bytes[table] == 0xFF && bytes[table + 1] == 0xC4)) table++;
    if (CHECK(table + 4 < byte_count)) {
        CHECK_INT(decode_text((const char *)bytes, byte_count, &error), YOLO_OK);
        bytes[table + 4] ^= 2; /* another number than the one that the scan names */
        CHECK_INT(decode_text((const char *)bytes, byte_count, &error), YOLO_BAD_IMAGE);
        CHECK_CONTAINS(error.message, "a Huffman table is not defined");
    }
    yolo_bytes_free(bytes);
    yolo_image_free(&image);
}

#endif

static void limits_pixels(void) {
    yolo_image image = picture_make(40, 30, 3), back = {0};
    const char *path = test_temp_path("limit.png");
    CHECK_INT(yolo_image_save(&image, path, YOLO_FORMAT_PNG, 0, NULL), YOLO_OK);
    yolo_image_options options = yolo_image_options_default();
    CHECK_INT(options.max_pixels, 100000000);
    options.max_pixels = 1199;
    yolo_error error;
    CHECK_INT(yolo_image_load(path, &options, &back, &error), YOLO_BAD_IMAGE);
    CHECK_CONTAINS(error.message, "limit.png: 40 x 30 pixels are more than the limit of 1199");
    options.max_pixels = 1200;
    CHECK_INT(yolo_image_load(path, &options, &back, &error), YOLO_OK);
    yolo_image_free(&back);
    yolo_image_free(&image);
}

static void gives_the_channels_asked_for(void) {
    for (int format = YOLO_FORMAT_JPEG; format <= YOLO_FORMAT_PNG; format++)
        for (int stored = 1; stored <= 3; stored += 2)
            for (int wanted = 0; wanted <= 3; wanted += wanted ? 2 : 1) {
                yolo_image image = picture_make(33, 17, stored);
                const char *path = test_temp_path("channels");
                CHECK_INT(yolo_image_save(&image, path, (yolo_format)format, 95, NULL), YOLO_OK);
                yolo_image back = picture_load(path, wanted, true);
                if (wanted || YOLO_WITH_TURBOJPEG) /* stb writes every JPEG in color */
                    CHECK_INT(back.channels, wanted ? wanted : stored);
                CHECK_INT(image_convert(&image, back.channels, "x", NULL), YOLO_OK);
                CHECK(picture_difference(&image, &back) < 5);
                yolo_image_free(&image);
                yolo_image_free(&back);
            }
}

static void encodes_what_it_would_save(void) {
    yolo_image image = picture_make(33, 17, 3), again = {0};
    const char *path = test_temp_path("same.jpg");
    uint8_t *bytes = NULL;
    size_t byte_count = 0, saved_count = 0;
    yolo_error error;
    CHECK_INT(yolo_image_encode(&image, YOLO_FORMAT_JPEG, 80, &bytes, &byte_count, &error), YOLO_OK);
    CHECK_INT(yolo_image_save(&image, path, YOLO_FORMAT_JPEG, 80, &error), YOLO_OK);
    uint8_t *saved = picture_file(path, &saved_count);
    CHECK(saved && saved_count == byte_count && memcmp(saved, bytes, byte_count) == 0);
    CHECK_INT(yolo_image_decode(bytes, byte_count, "x", NULL, &again, &error), YOLO_OK);
    CHECK_INT(again.width, 33);
    yolo_image_free(&again);
    yolo_bytes_free(bytes);
    yolo_bytes_free(NULL);
    free(saved);
    CHECK_INT(yolo_image_encode(&image, YOLO_FORMAT_BMP, 80, &bytes, &byte_count, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_image_encode(&image, YOLO_FORMAT_JPEG, 0, &bytes, &byte_count, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_image_encode(&image, YOLO_FORMAT_PNG, 0, NULL, &byte_count, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_image_encode(NULL, YOLO_FORMAT_PNG, 0, &bytes, &byte_count, &error), YOLO_BAD_ARGUMENT);
    yolo_image_free(&image);
}

int main(void) {
    static const test_case cases[] = {
        TEST(makes_blank_pictures),
        TEST(refuses_nonsense),
        TEST(converts_channels),
        TEST(lays_transparency_over_white),
        TEST(png_keeps_every_pixel),
        TEST(jpeg_comes_close),
        TEST(writes_parts),
        TEST(saving_refuses),
        TEST(encodes_what_it_would_save),
        TEST(names_what_it_cannot_read),
        TEST(refuses_cut_files),
#if !YOLO_WITH_TURBOJPEG
        TEST(refuses_scans_without_their_tables),
#endif
        TEST(limits_pixels),
        TEST(gives_the_channels_asked_for),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
