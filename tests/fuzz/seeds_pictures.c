/* Pictures of all formats but JPEG. */
#include "seeds.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum { WIDTH = 13, HEIGHT = 9 };

static seed s;

/* ---- PNG -------------------------------------------------------------------------------------------------------- */

static void chunk(const char *kind, const void *bytes, size_t count) {
    seed_big_32(&s, (uint32_t)count);
    size_t begin = s.count;
    seed_text(&s, kind);
    seed_bytes(&s, bytes, count);
    seed_big_32(&s, (uint32_t)crc32(0, s.bytes + begin, (uInt)(s.count - begin)));
}

static void begin_png(unsigned bits, unsigned kind, unsigned interlaced) {
    const uint8_t header[13] = {
        0, 0, 0, WIDTH, 0, 0, 0, HEIGHT, (uint8_t)bits, (uint8_t)kind, 0, 0, (uint8_t)interlaced};
    seed_start(&s);
    seed_bytes(&s, "\x89PNG\r\n\x1a\n", 8);
    chunk("IHDR", header, sizeof header);
}

/* Rows of one pass: a filter, then bytes; with a palette only indices that it has. */
static size_t add_rows(uint8_t *raw, size_t count, size_t width, size_t height, size_t pixel_bits, unsigned most) {
    for (size_t y = 0; y < height && width; y++) {
        raw[count++] = (uint8_t)(most < 255 ? 0 : y % 5);
        for (size_t i = 0; i < (width * pixel_bits + 7) / 8; i++)
            raw[count++] = (uint8_t)fuzz_below(&s.random, most + 1);
    }
    return count;
}

static void add_pixels(size_t pixel_bits, unsigned interlaced, unsigned most) {
    static const unsigned passes[7][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                          {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
    uint8_t raw[8192], packed[9000];
    size_t count = interlaced ? 0 : add_rows(raw, 0, WIDTH, HEIGHT, pixel_bits, most);
    for (int p = 0; p < 7 && interlaced; p++)
        count = add_rows(raw, count, (WIDTH - passes[p][0] + passes[p][2] - 1) / passes[p][2],
                         (HEIGHT - passes[p][1] + passes[p][3] - 1) / passes[p][3], pixel_bits, most);
    uLongf length = sizeof packed;
    fuzz_require(compress(packed, &length, raw, count) == Z_OK);
    size_t half = length / 2;
    chunk("IDAT", packed, half);
    chunk("IDAT", packed + half, length - half);
    chunk("IEND", NULL, 0);
}

static void pngs(void) {
    static const struct {
        unsigned kind, bits, samples;
    } kinds[] = {{0, 1, 1}, {0, 2, 1}, {0, 4, 1}, {0, 8, 1}, {0, 16, 1}, {2, 8, 3}, {2, 16, 3}, {3, 1, 1},
                 {3, 2, 1}, {3, 4, 1}, {3, 8, 1}, {4, 8, 2}, {4, 16, 2}, {6, 8, 4}, {6, 16, 4}};
    static const uint8_t palette[16 * 3] = {1, 2, 3, 250, 0, 9, 80, 90, 100}, alpha[] = {0, 7, 0, 8, 0, 9};
    static const uint8_t exif[] = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (unsigned interlaced = 0; interlaced < 2; interlaced++) {
            unsigned kind = kinds[i].kind, bits = kinds[i].bits;
            begin_png(bits, kind, interlaced);
            if (i == 5) chunk("eXIf", exif, sizeof exif);
            if (i == 3) chunk("tEXt", "Comment\0words", 13);
            if (kind == 3) chunk("PLTE", palette, bits == 1 ? 6 : bits == 2 ? 12 : sizeof palette);
            if (interlaced && (kind == 0 || kind == 2)) chunk("tRNS", alpha, kind == 0 ? 2 : 6);
            if (interlaced && kind == 3) chunk("tRNS", alpha, 2);
            add_pixels(bits * kinds[i].samples, interlaced, kind == 3 && bits == 8 ? 15 : 255);
            seed_save(&s, "png", "kind%u-%ubit%s", kind, bits, interlaced ? "-interlaced" : "");
        }
    for (unsigned orientation = 1; orientation < 10; orientation++) {
        uint8_t turned[sizeof exif];
        memcpy(turned, exif, sizeof exif);
        turned[18] = (uint8_t)orientation;
        begin_png(8, orientation % 2 ? 2 : 0, 0);
        chunk("eXIf", turned, sizeof turned);
        add_pixels(orientation % 2 ? 24 : 8, 0, 255);
        seed_save(&s, "png", "orientation%u", orientation);
    }
    begin_png(8, 2, 0);
    chunk("CgBI", "abcd", 4);
    seed_save(&s, "png", "no-pixels");
    s.bytes[12] = 'C', s.bytes[13] = 'g', s.bytes[14] = 'B', s.bytes[15] = 'I';
    seed_save(&s, "png", "apple");
}

/* ---- BMP -------------------------------------------------------------------------------------------------------- */

static void begin_bmp(unsigned header, unsigned bits, unsigned compression, int height) {
    seed_start(&s);
    seed_text(&s, "BM");
    seed_little_32(&s, 0);
    seed_little_32(&s, 0);
    seed_little_32(&s, 0); /* where the pixels begin, filled in later */
    size_t begin = s.count;
    seed_little_32(&s, header);
    if (header == 12) {
        seed_little_16(&s, WIDTH);
        seed_little_16(&s, HEIGHT);
        seed_little_16(&s, 1);
        seed_little_16(&s, bits);
        return;
    }
    seed_little_32(&s, WIDTH);
    seed_little_32(&s, (uint32_t)height);
    seed_little_16(&s, 1);
    seed_little_16(&s, bits);
    seed_little_32(&s, compression);
    while (s.count < begin + 40) seed_byte(&s, 0);
    static const uint32_t masks[2][4] = {{0xF800, 0x07E0, 0x001F, 0}, {0xFF0000, 0xFF00, 0xFF, 0xFF000000}};
    if (compression == 3 || compression == 6 || header > 40)
        for (unsigned i = 0; i < (compression == 6 || header >= 56 ? 4 : 3); i++)
            seed_little_32(&s, masks[bits == 32][i]);
    while (s.count < begin + header) seed_byte(&s, 0);
}

static void finish_bmp(unsigned header, unsigned bits, unsigned compression, const char *name) {
    unsigned colors = bits <= 8 ? 1u << bits : 0;
    for (unsigned i = 0; i < colors; i++) seed_noise(&s, header == 12 ? 3 : 4, 255);
    s.bytes[10] = (uint8_t)s.count;
    s.bytes[11] = (uint8_t)(s.count >> 8);
    if (compression == 1 || compression == 2) {
        static const uint8_t runs[] = {5, 0x21, 0, 5, 1,    2, 3, 4,    5,    0, 0, 0, 0,
                                       2, 3,    1, 9, 0x17, 0, 4, 0x12, 0x34, 5, 6, 0, 1};
        seed_bytes(&s, runs, sizeof runs);
    } else {
        seed_noise(&s, ((WIDTH * bits + 31) / 32 * 4) * HEIGHT, 255);
    }
    seed_save(&s, "bmp", "%s-header%u-%ubit-%u", name, header, bits, compression);
}

static void bmps(void) {
    static const struct {
        unsigned header, bits, compression;
        int height;
    } kinds[] = {{12, 1, 0, HEIGHT},   {12, 4, 0, HEIGHT},  {12, 8, 0, HEIGHT},   {12, 24, 0, HEIGHT},
                 {40, 1, 0, HEIGHT},   {40, 2, 0, HEIGHT},  {40, 4, 0, -HEIGHT},  {40, 8, 0, HEIGHT},
                 {40, 8, 1, HEIGHT},   {40, 4, 2, HEIGHT},  {40, 16, 0, HEIGHT},  {40, 16, 3, HEIGHT},
                 {40, 24, 0, -HEIGHT}, {40, 32, 0, HEIGHT}, {40, 32, 3, HEIGHT},  {40, 32, 6, HEIGHT},
                 {64, 24, 0, HEIGHT},  {16, 8, 0, HEIGHT},  {56, 32, 3, -HEIGHT}, {108, 32, 3, HEIGHT},
                 {124, 16, 3, HEIGHT}, {40, 8, 2, HEIGHT},  {40, 3, 0, HEIGHT},   {64, 24, 3, HEIGHT}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        begin_bmp(kinds[i].header, kinds[i].bits, kinds[i].compression, kinds[i].height);
        finish_bmp(kinds[i].header, kinds[i].bits, kinds[i].compression, kinds[i].height < 0 ? "down" : "up");
    }
    begin_bmp(40, 32, 3, HEIGHT); /* alpha, but no pixel that shows */
    memset(s.bytes + s.count - 12, 0, 12);
    finish_bmp(40, 32, 3, "no-masks");
}

/* ---- GIF -------------------------------------------------------------------------------------------------------- */

/* Codes of eight bits stay so as long as the table is cleared in time. */
static void gif_pixels(size_t count) {
    uint8_t codes[2 * WIDTH * HEIGHT];
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        if (i % 100 == 0) codes[length++] = 0x80;
        codes[length++] = (uint8_t)fuzz_below(&s.random, i % 100 > 10 && i % 3 == 0 ? 0x80 : 4);
    }
    codes[length++] = 0x81;
    seed_byte(&s, 7);
    for (size_t at = 0; at < length; at += 100) {
        size_t block = length - at < 100 ? length - at : 100;
        seed_byte(&s, (unsigned)block);
        seed_bytes(&s, codes + at, block);
    }
    seed_byte(&s, 0);
}

static void gif_frame(unsigned flags, unsigned left, unsigned width) {
    seed_byte(&s, ',');
    seed_little_16(&s, left);
    seed_little_16(&s, 0);
    seed_little_16(&s, width);
    seed_little_16(&s, HEIGHT);
    seed_byte(&s, flags);
    if (flags & 0x80) seed_noise(&s, 3u << ((flags & 7) + 1), 255);
    gif_pixels((size_t)width * HEIGHT);
}

static void gif(const char *name, const char *version, bool global, unsigned control, unsigned flags, unsigned left) {
    seed_start(&s);
    seed_text(&s, version);
    seed_little_16(&s, WIDTH);
    seed_little_16(&s, HEIGHT);
    seed_byte(&s, global ? 0xF6 : 0x70);
    seed_byte(&s, 3);
    seed_byte(&s, 0);
    if (global) seed_noise(&s, 3 * 128, 255);
    if (control) {
        seed_bytes(&s, "!\xFE\5words\0", 9);
        seed_bytes(&s, "!\xF9\4", 3);
        seed_byte(&s, control);
        seed_bytes(&s, "\0\0\2\0", 4);
    }
    gif_frame(flags, left, WIDTH - left);
    if (control) gif_frame(0, 0, WIDTH);
    seed_byte(&s, ';');
    seed_save(&s, "gif", "%s", name);
}

static void gifs(void) {
    gif("plain", "GIF87a", true, 0, 0, 0);
    gif("interlaced", "GIF89a", true, 0, 0x40, 0);
    gif("transparent", "GIF89a", true, 1, 0, 2);
    gif("local", "GIF89a", false, 4, 0x86, 0);
    gif("local-interlaced", "GIF89a", true, 9, 0xC6, 3);
    gif("restore", "GIF89a", true, 0xD, 0x86, 1);
    gif("no-colors", "GIF89a", false, 0, 0, 0);
}

/* ---- TGA, PSD, PNM, HDR ------------------------------------------------------------------------------------------ */

static void tga(unsigned kind, unsigned bits, unsigned flags, unsigned map_bits) {
    seed_start(&s);
    const uint8_t header[] = {
        3, map_bits > 0,  (uint8_t)kind, 0, 0, map_bits ? 16 : 0, 0, (uint8_t)map_bits, 0, 0, 0, 0, WIDTH, 0, HEIGHT,
        0, (uint8_t)bits, (uint8_t)flags};
    seed_bytes(&s, header, sizeof header);
    seed_text(&s, "id!");
    seed_noise(&s, map_bits ? 16 * ((map_bits + 7) / 8) : 0, 255);
    size_t bytes = (bits + 7) / 8, pixels = WIDTH * HEIGHT;
    unsigned most = map_bits ? 15 : 255;
    if (kind < 8) seed_noise(&s, pixels * bytes, most);
    for (size_t i = 0; kind >= 8 && i < pixels; i += 7) {
        bool runs = i / 7 % 2;
        seed_byte(&s, runs ? 0x86 : 6);
        seed_noise(&s, (runs ? 1 : 7) * bytes, most);
    }
    seed_save(&s, "tga", "kind%u-%ubit-flags%02x-map%u", kind, bits, flags, map_bits);
}

static void tgas(void) {
    static const unsigned maps[] = {15, 16, 24, 32};
    for (unsigned packed = 0; packed <= 8; packed += 8) {
        for (unsigned i = 0; i < 4; i++) tga(1 + packed, 8, i % 2 * 0x20, maps[i]);
        tga(2 + packed, 15, 0, 0);
        tga(2 + packed, 16, 1, 0);
        tga(2 + packed, 24, 0x20, 0);
        tga(2 + packed, 32, 8, 0);
        tga(3 + packed, 8, 0x10, 0);
        tga(3 + packed, 16, 8, 0);
    }
}

static void psd(unsigned channels, unsigned depth, unsigned compression, unsigned mode) {
    seed_start(&s);
    seed_text(&s, "8BPS");
    seed_big_16(&s, 1);
    seed_big_32(&s, 0);
    seed_big_16(&s, 0);
    seed_big_16(&s, channels);
    seed_big_32(&s, HEIGHT);
    seed_big_32(&s, WIDTH);
    seed_big_16(&s, depth);
    seed_big_16(&s, mode);
    seed_big_32(&s, 0);
    seed_big_32(&s, 4);
    seed_text(&s, "8BIM");
    seed_big_32(&s, 0);
    seed_big_16(&s, compression);
    if (compression == 0) seed_noise(&s, channels * HEIGHT * WIDTH * depth / 8, 255);
    for (unsigned i = 0; compression && i < channels * HEIGHT; i++) seed_big_16(&s, 10);
    for (unsigned i = 0; compression && i < channels * HEIGHT; i++) {
        static const uint8_t row[] = {6, 1, 2, 3, 4, 5, 6, 7, 0xFB, 9};
        seed_bytes(&s, row, sizeof row);
    }
    seed_save(&s, "psd", "%uchannels-%ubit-%s-mode%u", channels, depth, compression ? "packed" : "plain", mode);
}

static void pnm(const char *name, const char *header, size_t bytes) {
    seed_start(&s);
    seed_text(&s, header);
    seed_noise(&s, bytes, 255);
    seed_save(&s, "pnm", "%s", name);
}

static void pnms(void) {
    pnm("p1", "P1 # a comment\n5 3\n10101 0 1 0 1 1\n# more\n1 1 1 1 1", 0);
    pnm("p2", "P2\n3\t2\n15\n0 1 2 3 15 99\n", 0);
    pnm("p3", "P3 2 2 255 1 2 3 4 5 6 7 8 9 255 254 253", 0);
    pnm("p4", "P4\n13 9\n", 18);
    pnm("p5", "P5\n13 9\n255\n", 117);
    pnm("p5-16bit", "P5\n13 9\n65535\n", 234);
    pnm("p5-small", "P5\n13 9 15 ", 117);
    pnm("p6", "P6\n13\n9\r\n255\n", 351);
    pnm("p6-16bit", "P6 13 9 1000\n", 702);
}

/* What is told apart by its first bytes, but not decoded. */
static void foreigners(void) {
    static const char first[][24] = {"RIFF1234WEBPVP8 ",        "II*\0abcdefghijklmnopq",  "....ftypavif........",
                                     "....ftypmp42........",    "\177ELFabcdefghijklmnop", "<svg xmlns=",
                                     "%PDF-1.4 ............",   "PK\3\4................",  "nothing in particular",
                                     "\x89PNX................."};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        seed_start(&s);
        seed_bytes(&s, first[i], sizeof first[i] - 1);
        seed_save(&s, "pnm", "foreign%zu", i);
    }
}

static void hdr_header(const char *first, const char *size) {
    seed_start(&s);
    seed_text(&s, first);
    seed_text(&s, "GAMMA=1\nFORMAT=32-bit_rle_rgbe\n\n");
    seed_text(&s, size);
}

static void hdrs(void) {
    hdr_header("#?RADIANCE\n", "-Y 3 +X 13\n");
    for (int y = 0; y < 3; y++) {
        seed_bytes(&s, "\2\2\0\15", 4);
        for (int c = 0; c < 4; c++) {
            seed_bytes(&s, "\206\200\7", 3); /* a run of 6, then 7 as they are */
            seed_noise(&s, 7, 140);
        }
    }
    seed_save(&s, "hdr", "packed");
    hdr_header("#?RGBE\n", "-Y 9 +X 5\n");
    seed_noise(&s, 4 * 45, 160);
    seed_save(&s, "hdr", "flat");
    hdr_header("#?RADIANCE\n", "-Y 9 +X 13\n");
    seed_noise(&s, 4 * 117, 140);
    seed_save(&s, "hdr", "not-packed");
}

/* ---- EXIF ------------------------------------------------------------------------------------------------------- */

static void exif(const char *name, const char *before, size_t before_count, bool big) {
    seed_start(&s);
    seed_bytes(&s, before, before_count);
    static const uint8_t little_folder[] = {'I', 'I', 42, 0, 8, 0,    0, 0, 2, 0, 0, 1, 3, 0, 1, 0, 0,
                                            0,   9,   0,  0, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0};
    static const uint8_t big_folder[] = {'M', 'M', 0, 42, 0, 0, 0,    8, 0, 2, 1, 0, 0, 3, 0, 0, 0,
                                         1,   0,   9, 0,  0, 1, 0x12, 0, 4, 0, 0, 0, 1, 0, 0, 0, 8};
    seed_bytes(&s, big ? big_folder : little_folder, sizeof big_folder);
    seed_noise(&s, 12, 255);
    seed_save(&s, "exif", "%s", name);
}

static void exifs(void) {
    exif("little", "", 0, false);
    exif("big", "", 0, true);
    static const char jpeg[] = "\xFF\xD8\xFF\xFF\xE0\0\4ab\xFF\1\xFF\xE1\0\x32"
                               "Exif\0";
    exif("jpeg", jpeg, sizeof jpeg, false);
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\2tEXtab1234\0\0\0\x22"
                              "eXIf";
    exif("png", png, sizeof png - 1, true);
}

void seeds_pictures(void) {
    pngs();
    bmps();
    gifs();
    tgas();
    for (unsigned compression = 0; compression < 2; compression++) {
        psd(3, 8, compression, 3);
        psd(4, 8, compression, 3);
        psd(1, 8, compression, 3);
        psd(3, 16, compression, 3);
        psd(5, 8, compression, 3);
    }
    psd(1, 8, 0, 1);
    pnms();
    foreigners();
    hdrs();
    exifs();
}
