#include "image/recognise.h"

#include "image/codec.h"

#include <string.h>

static bool has_at(const uint8_t *bytes, size_t byte_count, size_t at, const char *text, size_t length) {
    return byte_count >= at + length && !memcmp(bytes + at, text, length);
}

#define BEGINS(text) has_at(bytes, byte_count, 0, text, sizeof text - 1)

bool recognise_jpeg(const uint8_t *bytes, size_t byte_count) {
    return BEGINS("\xff\xd8");
}

/* Four of the eight bytes: a file whose line ends were mangled on the way is a broken PNG, not an unknown format. */
bool recognise_png(const uint8_t *bytes, size_t byte_count) {
    return BEGINS("\x89PNG");
}

bool recognise_bmp(const uint8_t *bytes, size_t byte_count) {
    if (!BEGINS("BM") || byte_count < 18) return false;
    uint32_t header = little_endian_32(bytes + 14);
    return header >= 12 && header <= 124;
}

bool recognise_gif(const uint8_t *bytes, size_t byte_count) {
    return BEGINS("GIF87a") || BEGINS("GIF89a");
}

bool recognise_psd(const uint8_t *bytes, size_t byte_count) {
    return BEGINS("8BPS");
}

bool recognise_pnm(const uint8_t *bytes, size_t byte_count) {
    if (byte_count < 3 || bytes[0] != 'P' || bytes[1] < '1' || bytes[1] > '6') return false;
    return strchr(" \t\r\n#", bytes[2]) && bytes[2];
}

bool recognise_hdr(const uint8_t *bytes, size_t byte_count) {
    return BEGINS("#?RADIANCE\n") || BEGINS("#?RGBE\n");
}

/* Whether the header's fields agree with one another as Truevision's TGA specification 2.0 asks. */
static bool tga_fields_agree(const uint8_t *header) {
    unsigned has_map = header[1], kind = header[2], map_bits = header[7], bits = header[16], flags = header[17];
    unsigned color = kind & 7u;
    if (kind & ~11u || color < 1 || color > 3 || has_map > 1 || flags & 0xC0 || (flags & 15) > 8) return false;
    if (color == 1 && (!has_map || bits != 8)) return false;
    if (color == 2 && bits != 15 && bits != 16 && bits != 24 && bits != 32) return false;
    if (color == 3 && (bits != 8 && bits != 16)) return false;
    if (has_map) return map_bits == 15 || map_bits == 16 || map_bits == 24 || map_bits == 32;
    return map_bits == 0 || map_bits == 24 || map_bits == 32; /* some writers fill it in all the same */
}

bool recognise_tga(const uint8_t *bytes, size_t byte_count) {
    if (byte_count < 18 || !tga_fields_agree(bytes)) return false;
    uint64_t width = little_endian_16(bytes + 12), height = little_endian_16(bytes + 14);
    uint64_t map = bytes[1] ? (uint64_t)little_endian_16(bytes + 5) * ((bytes[7] + 7u) / 8u) : 0;
    uint64_t pixels = width * height, pixel_bytes = (bytes[16] + 7u) / 8u;
    /* A run-length packet is a count and a pixel for at most 128 pixels. */
    uint64_t least = bytes[2] >= 8 ? (pixels + 127) / 128 * (1 + pixel_bytes) : pixels * pixel_bytes;
    return pixels > 0 && 18 + bytes[0] + map + least <= byte_count;
}

/* ISO base media files say in their first box which of many formats they are. */
static const char *media_brand(const uint8_t *bytes, size_t byte_count) {
    static const char *const brands[][2] = {
        {"avif", "an AVIF picture"}, {"avis", "an AVIF picture"}, {"heic", "a HEIC picture"},
        {"heix", "a HEIC picture"},  {"heim", "a HEIC picture"},  {"hevc", "a HEIC picture"},
        {"mif1", "a HEIF picture"},  {"msf1", "a HEIF picture"},  {"crx ", "a Canon raw picture"},
    };
    for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
        if (has_at(bytes, byte_count, 8, brands[i][0], 4)) return brands[i][1];
    return "a video";
}

const char *recognise_foreign(const uint8_t *bytes, size_t byte_count) {
    static const struct {
        const char *bytes;
        size_t at, length;
        const char *what;
    } signatures[] = {
        {"WEBP", 8, 4, "a WebP picture"},
        {"II*\0", 0, 4, "a TIFF or camera raw picture"},
        {"MM\0*", 0, 4, "a TIFF or camera raw picture"},
        {"II+\0", 0, 4, "a BigTIFF picture"},
        {"MM\0+", 0, 4, "a BigTIFF picture"},
        {"\0\0\0\x0cjP  ", 0, 8, "a JPEG 2000 picture"},
        {"\xff\x4f\xff\x51", 0, 4, "a JPEG 2000 picture"},
        {"\0\0\0\x0cJXL ", 0, 8, "a JPEG XL picture"},
        {"\xff\x0a", 0, 2, "a JPEG XL picture"},
        {"\0\0\1\0", 0, 4, "an icon (ICO)"},
        {"\0\0\2\0\0", 0, 5, "a cursor (CUR)"},
        {"v/1\1", 0, 4, "an OpenEXR picture"},
        {"qoif", 0, 4, "a QOI picture"},
        {"DDS ", 0, 4, "a DDS picture"},
        {"gimp xcf", 0, 8, "a GIMP picture"},
        {"farbfeld", 0, 8, "a farbfeld picture"},
        {"FUJIFILM", 0, 8, "a Fujifilm raw picture"},
        {"P7\n", 0, 3, "a PAM picture"},
        {"Pf\n", 0, 3, "a PFM picture"},
        {"PF\n", 0, 3, "a PFM picture"},
        {"\x59\xa6\x6a\x95", 0, 4, "a Sun raster picture"},
        {"<svg", 0, 4, "an SVG drawing"},
        {"<?xml", 0, 5, "an XML file, perhaps an SVG drawing"},
        {"<!DOCTYPE", 0, 9, "an HTML page"},
        {"<!doctype", 0, 9, "an HTML page"},
        {"<html", 0, 5, "an HTML page"},
        {"%PDF", 0, 4, "a PDF document"},
        {"%!PS", 0, 4, "a PostScript document"},
        {"PK\3\4", 0, 4, "a ZIP archive"},
        {"\x1f\x8b", 0, 2, "a gzip archive"},
        {"AVI ", 8, 4, "a video"},
        {"\x1a\x45\xdf\xa3", 0, 4, "a video"},
        {"\x7f"
         "ELF",
         0, 4, "a program"},
    };
    if (has_at(bytes, byte_count, 4, "ftyp", 4)) return media_brand(bytes, byte_count);
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++)
        if (has_at(bytes, byte_count, signatures[i].at, signatures[i].bytes, signatures[i].length))
            return signatures[i].what;
    return NULL;
}
