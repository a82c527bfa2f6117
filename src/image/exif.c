/* EXIF 2.32: JPEG APP1 "Exif\0\0", or the PNG chunk eXIf, holds a TIFF header and a folder (IFD) of 12-byte entries. */
#include "image/exif.h"

#include "image/codec.h"

#include <string.h>

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, TYPE_LONG = 4, ENTRY_BYTES = 12 };

typedef struct tiff {
    const uint8_t *bytes;
    size_t byte_count;
    bool big_endian;
} tiff;

static unsigned read_16(const tiff *t, size_t at) {
    return t->big_endian ? big_endian_16(t->bytes + at) : little_endian_16(t->bytes + at);
}

static uint32_t read_32(const tiff *t, size_t at) {
    return t->big_endian ? big_endian_32(t->bytes + at) : little_endian_32(t->bytes + at);
}

/* The value of the entry at `at`, which holds the orientation. */
static int entry_orientation(const tiff *t, size_t at) {
    unsigned type = read_16(t, at + 2);
    uint32_t value = type == TYPE_SHORT ? read_16(t, at + 8) : type == TYPE_LONG ? read_32(t, at + 8) : 0;
    return value >= 1 && value <= 8 ? (int)value : 1;
}

int exif_orientation(const uint8_t *bytes, size_t byte_count) {
    if (byte_count < 8) return 1;
    tiff t = {bytes, byte_count, bytes[0] == 'M'};
    if (memcmp(bytes, t.big_endian ? "MM" : "II", 2) != 0 || read_16(&t, 2) != 42) return 1;
    size_t folder = read_32(&t, 4);
    if (folder > byte_count - 2) return 1;
    size_t entries = read_16(&t, folder), first = folder + 2;
    size_t room = (byte_count - first) / ENTRY_BYTES;
    if (entries > room) entries = room;
    for (size_t i = 0; i < entries; i++)
        if (read_16(&t, first + i * ENTRY_BYTES) == TAG_ORIENTATION)
            return entry_orientation(&t, first + i * ENTRY_BYTES);
    return 1;
}

/* Markers without a length: TEM, and RST0..SOI. */
static bool stands_alone(uint8_t marker) {
    return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8);
}

int exif_orientation_jpeg(const uint8_t *bytes, size_t byte_count) {
    static const uint8_t exif[6] = "Exif\0";
    size_t at = 2; /* after SOI */
    while (at + 4 <= byte_count) {
        if (bytes[at] != 0xFF) { /* junk between segments, which decoders skip, too */
            at++;
            continue;
        }
        uint8_t marker = bytes[at + 1];
        if (marker == 0xFF) { /* fill bytes may precede a marker */
            at++;
            continue;
        }
        if (stands_alone(marker)) {
            at += 2;
            continue;
        }
        if (marker == 0xDA || marker == 0xD9) return 1; /* the picture begins, or ends: EXIF comes before */
        size_t length = big_endian_16(bytes + at + 2);
        if (length < 2 || length > byte_count - at - 2) return 1;
        const uint8_t *data = bytes + at + 4;
        if (marker == 0xE1 && length >= 2 + sizeof exif && !memcmp(data, exif, sizeof exif))
            return exif_orientation(data + sizeof exif, length - 2 - sizeof exif);
        at += 2 + length;
    }
    return 1;
}

int exif_orientation_png(const uint8_t *bytes, size_t byte_count) {
    size_t at = 8; /* after the signature */
    while (at <= byte_count && byte_count - at >= 12) {
        size_t length = big_endian_32(bytes + at);
        if (length > byte_count - at - 12) return 1;
        if (!memcmp(bytes + at + 4, "eXIf", 4)) return exif_orientation(bytes + at + 8, length);
        at += 12 + length;
    }
    return 1;
}
