/* The decoders, each against pictures that others made or that follow from the format's description. */
#include "image/image.h"
#include "pictures.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if YOLO_WITH_TURBOJPEG
#include <jpeglib.h>
#endif

/* ---- PNM, written out here ---- */

static void check_pnm(const char *bytes, size_t length, int channels, const char *expected, size_t count) {
    yolo_image image = {0};
    yolo_error error = {0};
    test_note("%.20s", bytes);
    yolo_status status = yolo_image_decode((const uint8_t *)bytes, length, "p", NULL, &image, &error);
    CHECK_STRING(error.message, "");
    if (!CHECK_INT(status, YOLO_OK)) return;
    CHECK_INT(image.format, YOLO_FORMAT_PNM);
    CHECK_INT(image.channels, channels);
    CHECK_INT(image.stride * (size_t)image.height, count);
    CHECK(!memcmp(image.pixels, expected, count));
    yolo_image_free(&image);
}

#define PNM(bytes, channels, expected) check_pnm(bytes, sizeof bytes - 1, channels, expected, sizeof expected - 1)

static void reads_every_pnm(void) {
    PNM("P1 # plain bitmap\n4 2\n1010\n0 1 1 0", 1, "\0\xff\0\xff\xff\0\0\xff");
    PNM("P2\n2 2\n15\n0 15\n5 1\n", 1, "\0\xff\x55\x11");
    PNM("P3 1 2 255 1 2 3 254 255 0", 3, "\1\2\3\xfe\xff\0");
    PNM("P4\n9 1\n\x0f\x80", 1, "\xff\xff\xff\xff\0\0\0\0\0");
    PNM("P5\n#c\n2 1 255\nab", 1, "ab");
    PNM("P5 2 1 65535\n\x12\x34\xff\xff", 1, "\x12\xff");
    PNM("P6 1 1 1\n\0\1\1", 3, "\0\xff\xff");
}

static void refuses_broken_pnm(void) {
    static const char *const cases[] = {"P5 2 2 255\nabc", "P5 0 2 255\n",  "P2 2 1 255 7",     "P5 -1 2 255\na",
                                        "P5 2 1 70000\n",  "P6 1 1 0\nabc", "P5 99999999999 1", "P4"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        yolo_image image = {0};
        yolo_error error = {0};
        CHECK_INT(yolo_image_decode((const uint8_t *)cases[i], strlen(cases[i]), "p", NULL, &image, &error),
                  YOLO_BAD_IMAGE);
        CHECK_CONTAINS(error.message, "p: ");
    }
}

static yolo_image decode(const void *bytes, size_t byte_count, yolo_format format) {
    yolo_image image = {0};
    yolo_error error = {0};
    yolo_status status = yolo_image_decode(bytes, byte_count, "p", NULL, &image, &error);
    CHECK_STRING(error.message, "");
    if (CHECK_INT(status, YOLO_OK)) CHECK_INT(image.format, format);
    return image;
}

/* ---- Suites of DETECT_SHARED ---- */

/* Compares a picture with the one that its makers expect; false where the tests have no such folder. */
static bool matches(const char *folder, const char *name, const char *expected, double tolerance) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const char *found_path = test_shared_path(path);
    if (!found_path) return false;
    snprintf(path, sizeof path, "%s/%s", folder, expected);
    yolo_image found = picture_load(found_path, 3, true), wanted = picture_load(test_shared_path(path), 3, true);
    test_note("%s", name);
    double difference = picture_difference(&found, &wanted);
    if (!CHECK(difference <= tolerance)) CHECK_NEAR(difference, 0, 0);
    yolo_image_free(&found);
    yolo_image_free(&wanted);
    return true;
}

static void reads_the_bitmap_suite(void) {
    static const char *const cases[][2] = {
        {"pal1", "pal1"},
        {"pal1bg", "pal1bg"},
        {"pal1wb", "pal1"},
        {"pal4", "pal4"},
        {"pal4gs", "pal4gs"},
        {"pal4rle", "pal4"},
        {"pal8", "pal8"},
        {"pal8-0", "pal8"},
        {"pal8gs", "pal8gs"},
        {"pal8nonsquare", "pal8nonsquare-e"},
        {"pal8os2", "pal8"},
        {"pal8rle", "pal8"},
        {"pal8topdown", "pal8"},
        {"pal8v4", "pal8"},
        {"pal8v5", "pal8"},
        {"pal8w124", "pal8w124"},
        {"pal8w125", "pal8w125"},
        {"pal8w126", "pal8w126"},
        {"rgb16", "rgb16"},
        {"rgb16-565", "rgb16-565"},
        {"rgb16-565pal", "rgb16-565"},
        {"rgb16bfdef", "rgb16"},
        {"rgb24", "rgb24"},
        {"rgb24pal", "rgb24"},
        {"rgb32", "rgb24"},
        {"rgb32bf", "rgb24"},
        {"rgb32bfdef", "rgb24"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[64], expected[64];
        snprintf(name, sizeof name, "g/%s.bmp", cases[i][0]);
        snprintf(expected, sizeof expected, "html/%s.png", cases[i][1]);
        if (!matches("stress/bmpsuite", name, expected, 0.01)) return;
    }
}

/* Not in everybody's opinion good, but clear. */
static void reads_odd_bitmaps(void) {
    static const char *const cases[][2] = {
        {"pal1p1", "pal1p1"},
        {"pal2", "pal2"},
        {"pal2color", "pal2color"},
        {"pal8offs", "pal8"},
        {"pal8os2-sz", "pal8"},
        {"pal8os2-hs", "pal8"},
        {"pal8os2v2", "pal8"},
        {"pal8os2v2-16", "pal8"},
        {"pal8os2v2-sz", "pal8"},
        {"pal8os2v2-40sz", "pal8"},
        {"pal8oversizepal", "pal8"},
        {"pal4rletrns", "pal4rletrns-0"},
        {"pal8rletrns", "pal8rletrns-0"},
        {"pal4rlecut", "pal4rlecut-0"},
        {"pal8rlecut", "pal8rlecut-0"},
        {"rgb16-231", "rgb16-231"},
        {"rgb16-3103", "rgb16-3103"},
        {"rgb24largepal", "rgb24"},
        {"rgb24prof", "rgb24"},
        {"rgb24lprof", "rgb24"},
        {"rgb32-111110", "rgb24"},
        {"rgb32-7187", "rgb32-7187"},
        {"rgb32-xbgr", "rgb24"},
        {"rgb32fakealpha", "rgb24"},
        {"rgb32h52", "rgb24"},
        {"rgba16-4444", "rgba16-4444"},
        {"rgba16-5551", "rgba16-5551"},
        {"rgba16-1924", "rgba16-1924"},
        {"rgba32-1", "rgba32"},
        {"rgba32-2", "rgba32"},
        {"rgba32abf", "rgba32"},
        {"rgba32h56", "rgba32"},
        {"rgba32-61754", "rgba32-61754"},
        {"rgba32-81284", "rgba32-81284"},
        {"rgba32-1010102", "rgba32-1010102"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[64], expected[64];
        snprintf(name, sizeof name, "q/%s.bmp", cases[i][0]);
        snprintf(expected, sizeof expected, "html/%s.png", cases[i][1]);
        if (!matches("stress/bmpsuite", name, expected, 0.6)) return;
    }
}

static void reads_jpeg_references(void) {
    static const char *const exact[] = {
        "16bit-qtables",
        "blank_800x280",
        "extraneous-data",
        "grayscale_16x24_sampling2x2",
        "grayscale_large",
        "grayscale_long",
        "grayscale_square",
        "mjpeg",
        "non-interleaved-mcu",
        "progressive3",
        "restarts",
        "rgb",
        "mozilla/jpg-gray",
        "mozilla/jpg-progressive",
        "mozilla/jpg-size-1x1",
        "mozilla/jpg-size-33x33",
        "mozilla/jpg-srgb-icc",
    };
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++) {
        char name[64], expected[64];
        snprintf(name, sizeof name, "%s.jpg", exact[i]);
        snprintf(expected, sizeof expected, "%s.png", exact[i]);
        if (!YOLO_WITH_TURBOJPEG && !strcmp(exact[i], "mjpeg")) continue; /* relies on standard tables */
        if (!matches("stress/jpeg-decoder/tests/reftest/images", name, expected, 1.5)) return;
    }
}

#if YOLO_WITH_TURBOJPEG
/* Ink is turned into light with a formula of our own here, where others use profiles. */
static void reads_cmyk_jpegs(void) {
    static const char *const names[] = {"ycck", "mozilla/jpg-cmyk-1", "mozilla/jpg-cmyk-2"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[64], expected[64];
        snprintf(name, sizeof name, "%s.jpg", names[i]);
        snprintf(expected, sizeof expected, "%s.png", names[i]);
        if (!matches("stress/jpeg-decoder/tests/reftest/images", name, expected, 3)) return;
    }
}

/* 255 is no ink in either case: so other readers have it. */
static void reads_cmyk_jpegs_without_a_marker_alike(void) {
    const char *path = test_shared_path("stress/jpeg-decoder/tests/reftest/images/mozilla/jpg-cmyk-1.jpg");
    if (!path) return;
    size_t byte_count;
    uint8_t *bytes = picture_file(path, &byte_count);
    if (!bytes) return;
    yolo_image marked = decode(bytes, byte_count, YOLO_FORMAT_JPEG), plain = {0};
    if (CHECK(byte_count > 36 && bytes[21] == 0xEE && !memcmp(bytes + 24, "Adobe", 5))) {
        const size_t length = 2 + ((size_t)bytes[22] << 8) + bytes[23];
        memmove(bytes + 20, bytes + 20 + length, byte_count - 20 - length);
        plain = decode(bytes, byte_count - length, YOLO_FORMAT_JPEG);
        CHECK(picture_difference(&marked, &plain) == 0);
    }
    yolo_image_free(&marked);
    yolo_image_free(&plain);
    free(bytes);
}

/* A white picture in arithmetic coding: free() it. */
static unsigned char *arithmetic_jpeg(JDIMENSION side, unsigned long *byte_count) {
    struct jpeg_compress_struct library;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL, *row = malloc(side);
    memset(row, 255, side);
    library.err = jpeg_std_error(&errors);
    jpeg_create_compress(&library);
    jpeg_mem_dest(&library, &bytes, byte_count);
    library.image_width = library.image_height = side;
    library.input_components = 1;
    library.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&library);
    library.arith_code = TRUE;
    jpeg_start_compress(&library, TRUE);
    while (library.next_scanline < side) jpeg_write_scanlines(&library, &row, 1);
    jpeg_finish_compress(&library);
    jpeg_destroy_compress(&library);
    free(row);
    return bytes;
}

/* Half a minute from 37 MB, if they were not limited. */
static void refuses_large_arithmetic_jpegs(void) {
    for (JDIMENSION side = 4992; side <= 5008; side += 16) {
        unsigned long byte_count = 0;
        unsigned char *bytes = arithmetic_jpeg(side, &byte_count);
        yolo_image image = {0};
        yolo_error error;
        const yolo_status status = yolo_image_decode(bytes, byte_count, "a.jpg", NULL, &image, &error);
        CHECK_INT(status, side > 5000 ? YOLO_BAD_IMAGE : YOLO_OK);
        if (status)
            CHECK_CONTAINS(error.message, "a.jpg: the JPEG picture cannot be decoded: it is too large for arith");
        yolo_image_free(&image);
        free(bytes);
    }
}

static void reads_arithmetic_jpegs(void) {
    matches("stress/libjpeg-turbo/testimages", "testimgari.jpg", "testimgint.jpg", 1);
}
#endif

static void reads_png_of_every_kind(void) {
    /* The same picture, plain and interlaced. */
    static const char *const kinds[] = {"0g01", "0g02", "0g04", "0g08", "2c08", "3p01",
                                        "3p02", "3p04", "3p08", "4a08", "6a08"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char plain[32], interlaced[32];
        snprintf(plain, sizeof plain, "basn%s.png", kinds[i]);
        snprintf(interlaced, sizeof interlaced, "basi%s.png", kinds[i]);
        if (!matches("stress/pngsuite-stb/pngsuite/primary", interlaced, plain, 0)) return;
    }
}

static void reads_sixteen_bits_as_eight(void) {
    matches("stress/pngsuite-stb", "pbm/basi0g16.pgm", "pngsuite/16bit/basi0g16.png", 0);
    matches("stress/pngsuite-stb", "pbm/basi2c16.ppm", "pngsuite/16bit/basi2c16.png", 0);
}

/* The format forbids runs from the top down; programs write them, and viewers show them. */
static void reads_runs_from_the_top_down(void) {
    static const uint8_t bmp[] = {'B',  'M',  0, 0, 0, 0, 0, 0, 0, 0, 62, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 0xFE, 0xFF,
                                  0xFF, 0xFF, 1, 0, 8, 0, 1, 0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0, 0, 0, 0, 2,    0,
                                  0,    0,    0, 0, 0, 0, 9, 8, 7, 0, 3,  2, 1, 0, 2,  0, 0, 0, 2, 1, 0, 0, 0,    1};
    yolo_image image = decode(bmp, sizeof bmp, YOLO_FORMAT_BMP);
    CHECK(image.pixels && image.height == 2 && !memcmp(image.pixels, "\7\10\11\7\10\11\1\2\3\1\2\3", 12));
    yolo_image_free(&image);
}

/* ---- TGA, PSD, GIF and HDR, written out here ---- */

static void reads_tga(void) {
    static const uint8_t plain[] = {0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 24, 0x20, 3, 2, 1, 6, 5, 4};
    static const uint8_t runs[] = {0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 8, 0x20, 0x82, 9, 0, 7};
    yolo_image image = decode(plain, sizeof plain, YOLO_FORMAT_TGA);
    CHECK(image.pixels && !memcmp(image.pixels, "\1\2\3\4\5\6", 6));
    yolo_image_free(&image);
    image = decode(runs, sizeof runs, YOLO_FORMAT_TGA);
    CHECK(image.pixels && image.channels == 1 && !memcmp(image.pixels, "\x9\x9\x9\x7", 4));
    yolo_image_free(&image);
    yolo_error error;
    CHECK_INT(yolo_image_decode(plain, sizeof plain - 1, "p", NULL, &image, &error), YOLO_BAD_IMAGE);
}

/* Without alpha bits the fourth byte is none, and a picture without a visible pixel is meant to be opaque. */
static void reads_tga_in_every_direction(void) {
    static const uint8_t left[] = {0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 24, 0x30, 3, 2, 1, 6, 5, 4};
    static const uint8_t clear[] = {0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 32, 0x28, 3, 2, 1, 0};
    uint8_t filled[sizeof clear];
    memcpy(filled, clear, sizeof clear);
    filled[17] = 0x20, filled[21] = 128;
    yolo_image image = decode(left, sizeof left, YOLO_FORMAT_TGA);
    CHECK(image.pixels && !memcmp(image.pixels, "\4\5\6\1\2\3", 6));
    yolo_image_free(&image);
    image = decode(clear, sizeof clear, YOLO_FORMAT_TGA);
    CHECK(image.pixels && image.channels == 3 && !memcmp(image.pixels, "\1\2\3", 3));
    yolo_image_free(&image);
    image = decode(filled, sizeof filled, YOLO_FORMAT_TGA);
    CHECK(image.pixels && !memcmp(image.pixels, "\1\2\3", 3));
    yolo_image_free(&image);
}

static void reads_gif(void) {
    /* 2 x 1, red and blue; LZW: clear, 0, 1, end in codes of 3 bits. */
    static const uint8_t gif[] = {'G', 'I', 'F', '8', '9', 'a', 2, 0, 1, 0, 0x80, 0, 0, 255,  0,    0, 0,  0,
                                  255, ',', 0,   0,   0,   0,   2, 0, 1, 0, 0,    2, 2, 0x44, 0x0A, 0, ';'};
    yolo_image image = decode(gif, sizeof gif, YOLO_FORMAT_GIF);
    CHECK(image.pixels && image.channels == 3 && !memcmp(image.pixels, "\xff\0\0\0\0\xff", 6));
    yolo_image_free(&image);
    yolo_error error;
    CHECK_INT(yolo_image_decode(gif, sizeof gif - 5, "p", NULL, &image, &error), YOLO_BAD_IMAGE);
    CHECK_CONTAINS(error.message, "ends early");
}

/* A GIF in the making: what is before the codes, then codes as they are put. */
typedef struct gif_writer {
    uint8_t bytes[1 << 16], codes[1 << 16];
    size_t byte_count, code_bytes;
    unsigned root_bits, code_bits, strings, held, held_bits;
} gif_writer;

static void gif_bytes(gif_writer *w, const void *bytes, size_t count) {
    memcpy(w->bytes + w->byte_count, bytes, count);
    w->byte_count += count;
}

/* The screen, with 2 << `color_bits` grey levels of which color i is 3 i, 3 i + 1, 3 i + 2. */
static void gif_begin(gif_writer *w, int width, int height, unsigned color_bits) {
    *w = (gif_writer){0};
    const uint8_t screen[] = {(uint8_t)width, 0, (uint8_t)height, 0, (uint8_t)(0x80 | color_bits), 0, 0};
    gif_bytes(w, "GIF89a", 6);
    gif_bytes(w, screen, sizeof screen);
    for (unsigned i = 0; i < (6u << color_bits); i++) w->bytes[w->byte_count++] = (uint8_t)i;
}

static void gif_begin_frame(gif_writer *w, int left, int top, int width, int height, bool interlaced,
                            unsigned root_bits) {
    const uint8_t frame[] = {',',
                             (uint8_t)left,
                             0,
                             (uint8_t)top,
                             0,
                             (uint8_t)width,
                             0,
                             (uint8_t)height,
                             0,
                             interlaced ? 0x40 : 0,
                             (uint8_t)root_bits};
    gif_bytes(w, frame, sizeof frame);
    w->root_bits = root_bits;
    w->code_bits = root_bits + 1;
    w->strings = 0;
}

/* Counts the strings that a reader has, since these decide how long a code is. */
static void gif_code(gif_writer *w, unsigned code) {
    const unsigned clear = 1u << w->root_bits;
    w->held |= code << w->held_bits;
    w->held_bits += w->code_bits;
    for (; w->held_bits >= 8; w->held_bits -= 8, w->held >>= 8) w->codes[w->code_bytes++] = (uint8_t)w->held;
    if (code == clear) {
        w->strings = 0;
        w->code_bits = w->root_bits + 1;
        return;
    }
    w->strings = w->strings == 0 ? clear + 2 : w->strings < 4096 ? w->strings + 1 : 4096;
    if (w->strings == 1u << w->code_bits && w->code_bits < 12) w->code_bits++;
}

static void gif_end(gif_writer *w) {
    gif_code(w, (1u << w->root_bits) + 1);
    if (w->held_bits) w->codes[w->code_bytes++] = (uint8_t)w->held;
    for (size_t at = 0; at < w->code_bytes; at += 255) {
        const size_t left = w->code_bytes - at, length = left < 255 ? left : 255;
        w->bytes[w->byte_count++] = (uint8_t)length;
        gif_bytes(w, w->codes + at, length);
    }
    gif_bytes(w, "\0;", 2);
}

static uint8_t noise(unsigned i) {
    return (uint8_t)(i * 2654435761u >> 24);
}

/* 9,000 codes without one that clears the table, not even the first: a full table stays as it is. */
static void reads_gif_with_a_full_table(void) {
    enum { WIDTH = 100, HEIGHT = 90 };
    static gif_writer w;
    gif_begin(&w, WIDTH, HEIGHT, 7);
    gif_begin_frame(&w, 0, 0, WIDTH, HEIGHT, false, 8);
    for (unsigned i = 0; i < WIDTH * HEIGHT; i++) gif_code(&w, noise(i));
    gif_end(&w);
    yolo_image image = decode(w.bytes, w.byte_count, YOLO_FORMAT_GIF);
    if (!CHECK(image.pixels && image.width == WIDTH && image.height == HEIGHT)) return;
    for (unsigned i = 0; i < WIDTH * HEIGHT; i++)
        if (!CHECK_INT(image.pixels[i * 3 + 1], (uint8_t)(noise(i) * 3 + 1))) break;
    yolo_image_free(&image);
}

/* One color in strings that grow, each with the index that it adds itself: 1 + 2 + 3 + ... pixels. */
static void reads_gif_strings_that_reach_into_themselves(void) {
    static gif_writer w;
    gif_begin(&w, 45, 1, 0);
    gif_begin_frame(&w, 0, 0, 45, 1, false, 2);
    gif_code(&w, 4);
    gif_code(&w, 1);
    for (unsigned i = 0; i < 8; i++) gif_code(&w, 6 + i);
    gif_end(&w);
    yolo_image image = decode(w.bytes, w.byte_count, YOLO_FORMAT_GIF);
    for (int x = 0; image.pixels && x < 45; x++) CHECK_INT(image.pixels[x * 3], 3);
    yolo_image_free(&image);
}

/* Strings of thousands of indices, again and again, behind the only pixel: stb_image took seven seconds for a megabyte
 * of these, and a stack of its own for each index. */
static void reads_no_more_of_a_gif_than_its_pixels(void) {
    static gif_writer w;
    gif_begin(&w, 1, 1, 0);
    gif_begin_frame(&w, 0, 0, 1, 1, false, 2);
    gif_code(&w, 4);
    gif_code(&w, 0);
    for (unsigned code = 6; code < 4096; code++) gif_code(&w, code);
    for (int i = 0; i < 9000; i++) gif_code(&w, 4095);
    gif_end(&w);
    yolo_image image = decode(w.bytes, w.byte_count, YOLO_FORMAT_GIF);
    CHECK(image.pixels && image.width == 1 && image.height == 1 && image.pixels[2] == 2);
    yolo_image_free(&image);
}

/* Rows 0, 4, 2, 1, 3 of five; the frame begins at 2, 1, and reaches two columns beyond the screen. White is what is not
 * drawn: what is around it, and the color that an extension calls transparent. */
static void reads_gif_frames(void) {
    static const int order[] = {0, 4, 2, 1, 3};
    static gif_writer w;
    gif_begin(&w, 4, 8, 2);
    gif_bytes(&w, "!\xFE\2hi\0!\xF9\4\1\0\0\7\0", 14);
    gif_begin_frame(&w, 2, 1, 4, 5, true, 3);
    for (int i = 0; i < 5; i++)
        for (int x = 0; x < 4; x++) gif_code(&w, x == 3 ? 7 : (unsigned)order[i]);
    gif_end(&w);
    yolo_image image = decode(w.bytes, w.byte_count, YOLO_FORMAT_GIF);
    if (!CHECK(image.pixels && image.width == 6 && image.height == 8)) return;
    for (int y = 0; y < 8; y++)
        for (int x = 0; x < 6; x++)
            CHECK_INT(image.pixels[(y * 6 + x) * 3], y >= 1 && y < 6 && x >= 2 && x < 5 ? (y - 1) * 3 : 255);
    yolo_image_free(&image);
}

static void expect_refused(const void *bytes, size_t byte_count, const char *part) {
    yolo_image image = {0};
    yolo_error error = {0};
    CHECK_INT(yolo_image_decode(bytes, byte_count, "p", NULL, &image, &error), YOLO_BAD_IMAGE);
    CHECK_CONTAINS(error.message, part);
    CHECK(!image.pixels);
}

static void refuses_broken_gif(void) {
    static gif_writer w;
    for (int wanted = 0; wanted < 4; wanted++) { /* of four pixels, then an end */
        gif_begin(&w, 2, 2, 0);
        gif_begin_frame(&w, 0, 0, 2, 2, false, 2);
        for (int i = 0; i < wanted; i++) gif_code(&w, 1);
        gif_end(&w);
        expect_refused(w.bytes, w.byte_count, "its data ends early");
    }
    gif_begin(&w, 2, 2, 0);
    expect_refused(w.bytes, w.byte_count - 1, "its header ends early");
    expect_refused(w.bytes, w.byte_count, "its data ends early");
    gif_bytes(&w, ";", 1);
    expect_refused(w.bytes, w.byte_count, "it holds no picture");
    w.bytes[w.byte_count - 1] = 'x';
    expect_refused(w.bytes, w.byte_count, "its data is corrupt");
    gif_begin(&w, 2, 2, 0);
    gif_begin_frame(&w, 0, 0, 2, 2, false, 2);
    gif_code(&w, 1);
    gif_code(&w, 7); /* only 6 can be there */
    gif_end(&w);
    expect_refused(w.bytes, w.byte_count, "its data is corrupt");
    for (unsigned bits = 0; bits < 13; bits += 9) {
        gif_begin(&w, 2, 2, 0);
        gif_begin_frame(&w, 0, 0, 2, 2, false, bits);
        expect_refused(w.bytes, w.byte_count, "its data is corrupt");
    }
    gif_begin(&w, 2, 2, 0);
    gif_begin_frame(&w, 0, 0, 0, 2, false, 2);
    expect_refused(w.bytes, w.byte_count, "its first frame has no pixels");
    expect_refused("GIF87a\2\0\2\0\0\0\0,\0\0\0\0\2\0\2\0\0\2", 24, "it has no colors");
}

static void reads_hdr(void) {
    static const char hdr[] = "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 2\n\x80\x80\x80\x81\0\0\0\0";
    yolo_image image = decode(hdr, sizeof hdr - 1, YOLO_FORMAT_HDR);
    CHECK(image.pixels && image.pixels[0] == 255 && image.pixels[3] == 0);
    yolo_image_free(&image);
}

/* stb_image reads such palettes wrongly. */
static void refuses_odd_tga(void) {
    static const uint8_t late[] = {0, 1, 1, 9, 0, 1, 0, 24, 0, 0, 0, 0, 1, 0, 1, 0, 8, 0x20, 1, 2, 3, 9, 0, 0, 0, 0};
    static const uint8_t both[] = {0, 1, 2, 0, 0, 1, 0, 24, 0, 0, 0, 0, 1, 0, 1, 0, 24, 0x20, 1, 2, 3, 4, 5, 6};
    expect_refused(late, sizeof late, "its palette does not begin at 0, which is not supported");
    expect_refused(both, sizeof both, "a palette beside true colors is not supported");
}

/* A PSD of 1 x 1: header, three empty parts, how it is packed, pixels. */
static size_t make_psd(uint8_t *psd, unsigned channels, unsigned bits, unsigned mode, unsigned packing) {
    const uint8_t header[] = {'8', 'B',
                              'P', 'S',
                              0,   1,
                              0,   0,
                              0,   0,
                              0,   0,
                              0,   (uint8_t)channels,
                              0,   0,
                              0,   1,
                              0,   0,
                              0,   1,
                              0,   (uint8_t)bits,
                              0,   (uint8_t)mode,
                              0,   0,
                              0,   0,
                              0,   0,
                              0,   0,
                              0,   0,
                              0,   0,
                              0,   (uint8_t)packing,
                              1,   2,
                              3,   4,
                              5,   6};
    memcpy(psd, header, sizeof header);
    return sizeof header;
}

static void reads_psd(void) {
    uint8_t psd[64];
    yolo_image image = decode(psd, make_psd(psd, 3, 8, 3, 0), YOLO_FORMAT_PSD);
    CHECK(image.pixels && !memcmp(image.pixels, "\1\2\3", 3));
    yolo_image_free(&image);
    image = decode(psd, make_psd(psd, 3, 16, 3, 0), YOLO_FORMAT_PSD);
    CHECK(image.pixels && !memcmp(image.pixels, "\1\3\5", 3));
    yolo_image_free(&image);
    expect_refused(psd, make_psd(psd, 3, 16, 3, 1), "its samples of 16 bits are compressed");
    expect_refused(psd, make_psd(psd, 3, 32, 3, 0), "only RGB of 8 or 16 bits");
    expect_refused(psd, make_psd(psd, 4, 8, 4, 0), "only RGB of 8 or 16 bits");
    expect_refused(psd, make_psd(psd, 17, 8, 3, 0), "only RGB of 8 or 16 bits");
    expect_refused(psd, 25, "its header ends early");
}

/* One pixel, three times itself, then 2 + 256 times the last one: runs of the first programs. */
static void reads_hdr_of_old(void) {
    static const char hdr[] = "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 263\n\x80\x80\x80\x81\1\1\1\3\0\0\0\0"
                              "\1\1\1\2\1\1\1\1";
    yolo_image image = decode(hdr, sizeof hdr - 1, YOLO_FORMAT_HDR);
    for (int x = 0; image.pixels && x < 263; x++) CHECK_INT(image.pixels[x * 3 + 1], x < 4 ? 255 : 0);
    yolo_image_free(&image);
}

#define HDR_HEADER "#?RADIANCE\nGAMMA=1\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 8\n"
#define HDR_PACKED HDR_HEADER "\2\2\0\10\x88\x80\x87\x40\1\x20\10\0\1\2\3\4\5\6\7\x88\x81"

/* Each part of a row for itself: runs, and bytes as they are. */
static void reads_packed_hdr(void) {
    yolo_image image = decode(HDR_PACKED, sizeof HDR_PACKED - 1, YOLO_FORMAT_HDR);
    if (!CHECK(image.pixels && image.width == 8 && image.height == 1)) return;
    CHECK(image.pixels[0] == 255);           /* 0x80 / 256 * 2: light of 1 */
    CHECK_INT(image.pixels[1], 186);         /* of a half: 255 * 0.5 ^ (1 / 2.2) */
    CHECK_INT(image.pixels[7 * 3 + 1], 136); /* of a quarter */
    CHECK(image.pixels[2] == 0 && image.pixels[7 * 3 + 2] > 20);
    yolo_image_free(&image);
}

/* stb_image 2.27 never ended at the second and the third. */
static void refuses_broken_hdr(void) {
    static const char empty[] = HDR_HEADER "\2\2\0\10\0\0\0\0\0\0\0\0",
                      wide[] = HDR_HEADER "\2\2\0\11\x88\0\x88\0\x88\0";
    static const char long_run[] = HDR_HEADER "\2\2\0\10\x89\0\0\0";
    for (size_t left = sizeof HDR_HEADER; left < sizeof HDR_PACKED - 1; left++)
        expect_refused(HDR_PACKED, left, "its data ends early");
    expect_refused(empty, sizeof empty - 1, "its data is corrupt");
    expect_refused(wide, sizeof wide - 1, "its data is corrupt");
    expect_refused(long_run, sizeof long_run - 1, "its data is corrupt");
    expect_refused("#?RGBE\nFORMAT=32-bit_rle_xyze\n\n-Y 1 +X 1\nabcd", 46, "its format is not 32-bit_rle_rgbe");
    expect_refused("#?RGBE\nFORMAT=32-bit_rle_rgbe\n\n+X 1 -Y 1\nabcd", 46, "its rows do not run from the top left");
    expect_refused("#?RGBE\nFORMAT=32-bit_rle_rgbe\n", 30, "its header ends early");
    expect_refused("#?RGBE\nFORMAT=32-bit_rle_rgbe\n\n-Y 9 +X 1\nabcd", 46, "its data ends early");
}

int main(void) {
    static const test_case cases[] = {
        TEST(reads_every_pnm),
        TEST(refuses_broken_pnm),
        TEST(reads_the_bitmap_suite),
        TEST(reads_odd_bitmaps),
        TEST(reads_jpeg_references),
#if YOLO_WITH_TURBOJPEG
        TEST(reads_cmyk_jpegs),
        TEST(reads_cmyk_jpegs_without_a_marker_alike),
        TEST(reads_arithmetic_jpegs),
        TEST(refuses_large_arithmetic_jpegs),
#endif
        TEST(reads_png_of_every_kind),
        TEST(reads_sixteen_bits_as_eight),
        TEST(reads_runs_from_the_top_down),
        TEST(reads_tga),
        TEST(reads_tga_in_every_direction),
        TEST(refuses_odd_tga),
        TEST(reads_psd),
        TEST(reads_gif),
        TEST(reads_gif_with_a_full_table),
        TEST(reads_gif_strings_that_reach_into_themselves),
        TEST(reads_no_more_of_a_gif_than_its_pixels),
        TEST(reads_gif_frames),
        TEST(refuses_broken_gif),
        TEST(reads_hdr),
        TEST(reads_hdr_of_old),
        TEST(reads_packed_hdr),
        TEST(refuses_broken_hdr),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
