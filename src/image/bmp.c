#include "image/bmp.h"

#include "base/memory.h"

#include <string.h>

enum { FILE_HEADER = 14, OS2_HEADER = 12, INFO_HEADER = 40, OS22_HEADER = 64 };
enum { PLAIN = 0, RLE8 = 1, RLE4 = 2, BIT_FIELDS = 3, ALPHA_BIT_FIELDS = 6 };

typedef struct bmp {
    const codec_source *source;
    uint32_t header_bytes, compression;
    int64_t width, height;
    bool top_down;
    unsigned bits;
    uint32_t masks[4];       /* red, green, blue, alpha */
    uint8_t palette[256][3]; /* red, green, blue; black beyond the file's */
    size_t data;             /* where the pixels begin */
} bmp;

static yolo_status refuse(const bmp *b, const char *why, yolo_error *error) {
    return fail_at(error, YOLO_BAD_IMAGE, b->source->name, 0, "the BMP picture cannot be decoded: %s", why);
}

static yolo_status read_masks(bmp *b, const uint8_t *header, yolo_error *error) {
    if (b->compression == BIT_FIELDS || b->compression == ALPHA_BIT_FIELDS) {
        size_t count = b->header_bytes >= 56 || b->compression == ALPHA_BIT_FIELDS ? 4 : 3;
        if (b->source->byte_count < FILE_HEADER + INFO_HEADER + count * 4)
            return refuse(b, "its header ends early", error);
        for (size_t i = 0; i < count; i++) b->masks[i] = little_endian_32(header + INFO_HEADER + i * 4);
    } else if (b->bits == 16) {
        b->masks[0] = 0x7C00, b->masks[1] = 0x03E0, b->masks[2] = 0x001F;
    } else {
        b->masks[0] = 0xFF0000, b->masks[1] = 0xFF00, b->masks[2] = 0xFF;
    }
    return YOLO_OK;
}

static void read_palette(bmp *b, const uint8_t *header) {
    size_t count = (size_t)1 << b->bits, entry_bytes = b->header_bytes == OS2_HEADER ? 3 : 4;
    if (b->header_bytes >= INFO_HEADER) {
        uint32_t used = little_endian_32(header + 32);
        if (used && used < count) count = used;
    }
    size_t at = FILE_HEADER + b->header_bytes;
    for (size_t i = 0; i < count && at + entry_bytes <= b->source->byte_count; i++, at += entry_bytes)
        for (int c = 0; c < 3; c++) b->palette[i][c] = b->source->bytes[at + 2 - (size_t)c];
}

static yolo_status check_kind(const bmp *b, yolo_error *error) {
    bool rle = b->compression == RLE8 || b->compression == RLE4;
    bool fields = b->compression == BIT_FIELDS || b->compression == ALPHA_BIT_FIELDS;
    if ((b->header_bytes == OS22_HEADER && b->compression >= 3) || (b->compression != PLAIN && !rle && !fields))
        return refuse(b, "its kind of compression is not supported", error);
    bool palette = b->bits == 1 || b->bits == 2 || b->bits == 4 || b->bits == 8;
    if (!palette && b->bits != 16 && b->bits != 24 && b->bits != 32)
        return refuse(b, "its number of bits a pixel is not supported", error);
    if ((b->compression == RLE8 && b->bits != 8) || (b->compression == RLE4 && b->bits != 4) ||
        (fields && b->bits != 16 && b->bits != 32))
        return refuse(b, "its header contradicts itself", error);
    if (b->data < FILE_HEADER + b->header_bytes || b->data > b->source->byte_count)
        return refuse(b, "its pixels lie outside of the file", error);
    return YOLO_OK;
}

static yolo_status read_header(bmp *b, yolo_error *error) {
    const uint8_t *bytes = b->source->bytes, *header = bytes + FILE_HEADER;
    b->header_bytes = little_endian_32(header);
    if (b->source->byte_count < FILE_HEADER + (size_t)b->header_bytes) return refuse(b, "its header ends early", error);
    b->data = little_endian_32(bytes + 10);
    if (b->header_bytes == OS2_HEADER) {
        b->width = little_endian_16(header + 4), b->height = little_endian_16(header + 6);
        b->bits = little_endian_16(header + 10);
    } else if (b->header_bytes >= 16) {
        b->width = (int32_t)little_endian_32(header + 4), b->height = (int32_t)little_endian_32(header + 8);
        b->bits = little_endian_16(header + 14);
        if (b->header_bytes >= 20) b->compression = little_endian_32(header + 16);
    }
    b->top_down = b->height < 0;
    if (b->top_down) b->height = -b->height;
    yolo_status status = check_kind(b, error);
    if (!status) status = read_masks(b, header, error);
    if (!status && b->bits <= 8) read_palette(b, header);
    return status;
}

static uint8_t *target_row(const bmp *b, const yolo_image *image, int y) {
    return image_row(image, b->top_down ? y : image->height - 1 - y);
}

static void palette_row(const bmp *b, const uint8_t *packed, size_t width, uint8_t *rgb) {
    unsigned bits = b->bits, mask = (1u << bits) - 1;
    for (size_t x = 0; x < width; x++, rgb += 3) {
        size_t bit = x * bits;
        memcpy(rgb, b->palette[packed[bit / 8] >> (8 - bits - bit % 8) & mask], 3);
    }
}

static void bgr_row(const uint8_t *bgr, size_t width, uint8_t *rgb) {
    for (size_t x = 0; x < width; x++, rgb += 3, bgr += 3) rgb[0] = bgr[2], rgb[1] = bgr[1], rgb[2] = bgr[0];
}

/* One channel of a pixel in bit fields: its bits, at most the eight highest, looked up. */
typedef struct field {
    uint32_t mask;
    unsigned shift;
    uint8_t values[256];
} field;

static field make_field(uint32_t mask) {
    field f = {.mask = mask};
    if (!mask) return f;
    f.shift = (unsigned)__builtin_ctz(mask);
    unsigned length = 32 - f.shift - (unsigned)__builtin_clz(mask);
    if (length > 8) f.shift += length - 8, length = 8;
    unsigned most = (1u << length) - 1;
    for (unsigned i = 0; i <= most; i++) f.values[i] = (uint8_t)((i * 255 + most / 2) / most);
    return f;
}

static void field_row(const field *fields, unsigned bits, const uint8_t *packed, size_t width, int channels,
                      uint8_t *output) {
    for (size_t x = 0; x < width; x++, packed += bits / 8) {
        uint32_t pixel = bits == 16 ? little_endian_16(packed) : little_endian_32(packed);
        for (int c = 0; c < channels; c++)
            *output++ = fields[c].values[(pixel & fields[c].mask) >> fields[c].shift & 255];
    }
}

static yolo_status decode_plain(const bmp *b, yolo_image *image, yolo_error *error) {
    size_t width = (size_t)image->width, row_bytes = (width * b->bits + 7) / 8;
    size_t stride = (row_bytes + 3) / 4 * 4, room = b->source->byte_count - b->data;
    /* The padding of the last row may be missing, its pixels may not. */
    if (room < stride * (size_t)(image->height - 1) + row_bytes) return refuse(b, "its data ends early", error);
    field fields[4];
    for (int c = 0; c < 4; c++) fields[c] = make_field(b->masks[c]);
    const uint8_t *packed = b->source->bytes + b->data;
    for (int y = 0; y < image->height; y++, packed += stride) {
        uint8_t *row = target_row(b, image, y);
        if (b->bits <= 8)
            palette_row(b, packed, width, row);
        else if (b->bits == 24)
            bgr_row(packed, width, row);
        else
            field_row(fields, b->bits, packed, width, image->channels, row);
    }
    image_drop_alpha(image, false);
    image_flatten(image);
    return YOLO_OK;
}

/* Where run-length decoding stands. Pixels beyond a row's end are dropped, as other readers do. */
typedef struct rle {
    const bmp *bmp;
    yolo_image *image;
    const uint8_t *next, *end;
    int64_t x, y;
} rle;

static void put(rle *r, unsigned index) {
    if (r->x < r->image->width && r->y < r->image->height)
        memcpy(target_row(r->bmp, r->image, (int)r->y) + r->x * 3, r->bmp->palette[index], 3);
    r->x++;
}

/* `count` pixels from `bytes`, of which there are `step` * count / (pixels a byte). */
static void put_run(rle *r, unsigned count, const uint8_t *bytes, bool repeat) {
    if (r->x >= r->image->width) return; /* a file of runs beyond the end of one row would take a minute */
    for (unsigned i = 0; i < count; i++) {
        if (r->bmp->compression == RLE8)
            put(r, bytes[repeat ? 0 : i]);
        else
            put(r, bytes[repeat ? 0 : i / 2] >> (i % 2 ? 0 : 4) & 15u);
    }
}

/* An escape: 0 end of line, 1 end of picture, 2 move, otherwise so many pixels as they are. False where the data ends
 * early. */
static bool escape(rle *r, unsigned code, bool *done) {
    if (code == 0) {
        r->x = 0, r->y++;
    } else if (code == 1) {
        *done = true;
    } else if (code == 2) {
        if (r->end - r->next < 2) return false;
        r->x += r->next[0], r->y += r->next[1];
        r->next += 2;
    } else {
        ptrdiff_t bytes = r->bmp->compression == RLE8 ? code : (code + 1) / 2;
        if (r->end - r->next < bytes) return false;
        put_run(r, code, r->next, false);
        bytes += bytes % 2; /* padded to 16 bits */
        r->next = r->end - r->next < bytes ? r->end : r->next + bytes;
    }
    return true;
}

static yolo_status decode_rle(const bmp *b, yolo_image *image, yolo_error *error) {
    const uint8_t *bytes = b->source->bytes;
    rle r = {b, image, bytes + b->data, bytes + b->source->byte_count, 0, 0};
    for (int y = 0; y < image->height; y++) /* pixels that nothing is written to have the first color */
        for (int x = 0; x < image->width; x++) memcpy(image_row(image, y) + x * 3, b->palette[0], 3);
    bool done = false;
    while (!done && r.y < image->height) {
        if (r.end - r.next < 2) break;
        unsigned count = *r.next++, code = *r.next++;
        if (count)
            put_run(&r, count, r.next - 1, true);
        else if (!escape(&r, code, &done))
            break;
    }
    bool complete = done || r.y >= image->height || (r.y == image->height - 1 && r.x >= image->width);
    return complete ? YOLO_OK : refuse(b, "its data ends early", error);
}

yolo_status bmp_decode(const codec_source *source, yolo_image *image, yolo_error *error) {
    bmp b = {.source = source};
    yolo_status status = read_header(&b, error);
    if (status) return status;
    if (b.width < 0) return refuse(&b, "its width is negative", error);
    int room = b.masks[3] && b.bits > 8 ? 4 : 3;
    status = codec_check_size(source, (uint64_t)b.width, (uint64_t)b.height, (unsigned)room, error);
    if (!status) status = image_allocate((int)b.width, (int)b.height, room, room, source->name, image, error);
    if (status) return status;
    if (b.compression == RLE8 || b.compression == RLE4) return decode_rle(&b, image, error);
    return decode_plain(&b, image, error);
}
