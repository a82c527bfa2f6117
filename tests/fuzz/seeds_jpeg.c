/* JPEGs of every kind that libjpeg writes, small. */
#include "seeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The same file cut off, with other bytes in its pixels, in its header, and of another size. */
static void spoil(const seed *s, const char *name) {
    static seed spoiled;
    spoiled = *s;
    spoiled.count = s->count * 3 / 4;
    seed_save(&spoiled, "jpeg", "%s-cut", name);
    spoiled.count = 40;
    seed_save(&spoiled, "jpeg", "%s-header", name);
    spoiled = *s;
    for (size_t i = s->count * 3 / 4; i + 9 < s->count; i++) spoiled.bytes[i] = (uint8_t)(i % 7 ? 0x55 : 0xD7);
    seed_save(&spoiled, "jpeg", "%s-noise", name);
    spoiled = *s;
    for (size_t i = 0; i + 9 < s->count; i++)
        if (s->bytes[i] == 0xFF && (s->bytes[i + 1] == 0xC0 || s->bytes[i + 1] == 0xC2))
            memset(spoiled.bytes + i + 5, 0xEE, 4);
    seed_save(&spoiled, "jpeg", "%s-large", name);
}

#if YOLO_WITH_TURBOJPEG

#include <jpeglib.h>

enum { WIDTH = 21, HEIGHT = 19 };

typedef struct kind {
    const char *name;
    int samples;
    J_COLOR_SPACE from, to;
    int across, down; /* sampling of the first component */
    bool progressive, arithmetic;
    unsigned restart;
    bool exif;
} kind;

/* What cameras write: orientation 6. */
static const uint8_t exif[] = "Exif\0\0MM\0\x2a\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0";

static void write_rows(struct jpeg_compress_struct *library, int samples) {
    fuzz_random random = {7};
    uint8_t row[WIDTH * 4];
    JSAMPROW rows[] = {row};
    for (int y = 0; y < HEIGHT; y++) {
        for (int i = 0; i < WIDTH * samples; i++) row[i] = (uint8_t)(i * 3 + y * 9 + (int)fuzz_below(&random, 30));
        jpeg_write_scanlines(library, rows, 1);
    }
}

static void make(const kind *k) {
    struct jpeg_compress_struct library;
    struct jpeg_error_mgr errors;
    static seed s;
    unsigned char *bytes = NULL;
    unsigned long count = 0;
    library.err = jpeg_std_error(&errors);
    jpeg_create_compress(&library);
    jpeg_mem_dest(&library, &bytes, &count);
    library.image_width = WIDTH;
    library.image_height = HEIGHT;
    library.input_components = k->samples;
    library.in_color_space = k->from;
    jpeg_set_defaults(&library);
    jpeg_set_colorspace(&library, k->to);
    jpeg_set_quality(&library, 50, TRUE);
    library.comp_info[0].h_samp_factor = k->across;
    library.comp_info[0].v_samp_factor = k->down;
    library.arith_code = k->arithmetic;
    library.restart_interval = k->restart;
    if (k->progressive) jpeg_simple_progression(&library);
    jpeg_start_compress(&library, TRUE);
    if (k->exif) jpeg_write_marker(&library, JPEG_APP0 + 1, exif, sizeof exif - 1);
    write_rows(&library, k->samples);
    jpeg_finish_compress(&library);
    jpeg_destroy_compress(&library);
    seed_start(&s);
    seed_bytes(&s, bytes, count);
    free(bytes);
    seed_save(&s, "jpeg", "%s", k->name);
    if (strcmp(k->name, "grey") == 0 || strcmp(k->name, "progressive") == 0) spoil(&s, k->name);
}

void seeds_jpeg(void) {
    static const kind kinds[] = {
        {"grey", 1, JCS_GRAYSCALE, JCS_GRAYSCALE, 1, 1, false, false, 0, false},
        {"444", 3, JCS_RGB, JCS_YCbCr, 1, 1, false, false, 0, false},
        {"420-exif", 3, JCS_RGB, JCS_YCbCr, 2, 2, false, false, 0, true},
        {"422-restart", 3, JCS_RGB, JCS_YCbCr, 2, 1, false, false, 1, false},
        {"440", 3, JCS_RGB, JCS_YCbCr, 1, 2, false, false, 0, false},
        {"411", 3, JCS_RGB, JCS_YCbCr, 4, 1, false, false, 0, false},
        {"rgb", 3, JCS_RGB, JCS_RGB, 1, 1, false, false, 0, false},
        {"cmyk", 4, JCS_CMYK, JCS_CMYK, 1, 1, false, false, 0, false},
        {"ycck", 4, JCS_CMYK, JCS_YCCK, 2, 2, false, false, 0, false},
        {"progressive", 3, JCS_RGB, JCS_YCbCr, 2, 2, true, false, 0, false},
        {"progressive-grey", 1, JCS_GRAYSCALE, JCS_GRAYSCALE, 1, 1, true, false, 0, true},
        {"progressive-restart", 3, JCS_RGB, JCS_YCbCr, 1, 1, true, false, 2, false},
        {"progressive-cmyk", 4, JCS_CMYK, JCS_CMYK, 1, 1, true, false, 0, false},
        {"arithmetic", 3, JCS_RGB, JCS_YCbCr, 2, 2, false, true, 0, false},
        {"arithmetic-progressive", 3, JCS_RGB, JCS_YCbCr, 2, 2, true, true, 0, false},
        {"two", 2, JCS_UNKNOWN, JCS_UNKNOWN, 1, 1, false, false, 0, false},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) make(&kinds[i]);
}

#else

void seeds_jpeg(void) {
    fprintf(stderr, "JPEGs are left as they are: this build has no libjpeg to write them\n");
}

#endif
