#include "image/pnm.h"

#include <string.h>

typedef struct pnm {
    const codec_source *source;
    const uint8_t *next, *end;
    unsigned maximum;
    bool bitmap, plain;
} pnm;

static yolo_status refuse(const pnm *p, const char *why, yolo_error *error) {
    return fail_at(error, YOLO_BAD_IMAGE, p->source->name, 0, "the PNM picture cannot be decoded: %s", why);
}

static bool is_space(uint8_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* White space, and comments to the end of their line. */
static void skip_space(pnm *p) {
    while (p->next < p->end) {
        if (*p->next == '#')
            while (p->next < p->end && *p->next != '\n' && *p->next != '\r') p->next++;
        else if (is_space(*p->next))
            p->next++;
        else
            return;
    }
}

/* A number of at most nine digits; a bitmap's pixels are single digits, which need no space between them. */
static bool number(pnm *p, int most_digits, unsigned *value) {
    skip_space(p);
    int digits = 0;
    for (*value = 0; p->next < p->end && *p->next >= '0' && *p->next <= '9' && digits < most_digits; digits++)
        *value = *value * 10 + (*p->next++ - '0');
    return digits > 0;
}

static uint8_t scale(const pnm *p, unsigned value) {
    if (value > p->maximum) value = p->maximum;
    if (p->maximum == 65535) return (uint8_t)(value >> 8); /* 16 bits are cut to 8 in every format */
    return (uint8_t)((value * 255u + p->maximum / 2) / p->maximum); /* 0 was refused */ // NOLINT(*DivideZero)
}

static bool plain_row(pnm *p, size_t count, uint8_t *row) {
    for (size_t i = 0; i < count; i++) {
        unsigned value;
        if (!number(p, p->bitmap ? 1 : 9, &value)) return false;
        row[i] = scale(p, p->bitmap ? !value : value);
    }
    return true;
}

static bool raw_row(pnm *p, size_t count, uint8_t *row) {
    size_t bytes = p->bitmap ? (count + 7) / 8 : p->maximum > 255 ? count * 2 : count;
    if ((size_t)(p->end - p->next) < bytes) return false;
    if (p->bitmap)
        for (size_t i = 0; i < count; i++) row[i] = p->next[i / 8] >> (7 - i % 8) & 1 ? 0 : 255;
    else if (p->maximum == 255)
        memcpy(row, p->next, count);
    else
        for (size_t i = 0; i < count; i++)
            row[i] = scale(p, p->maximum > 255 ? big_endian_16(p->next + i * 2) : p->next[i]);
    p->next += bytes;
    return true;
}

yolo_status pnm_decode(const codec_source *source, yolo_image *image, yolo_error *error) {
    unsigned kind = source->bytes[1] - (unsigned)'0', width, height;
    pnm p = {source, source->bytes + 2, source->bytes + source->byte_count, 1, kind == 1 || kind == 4, kind <= 3};
    if (!number(&p, 9, &width) || !number(&p, 9, &height) || (!p.bitmap && !number(&p, 9, &p.maximum)))
        return refuse(&p, "its header is broken", error);
    if (p.maximum < 1 || p.maximum > 65535) return refuse(&p, "its maximum must be 1..65535", error);
    if (!p.plain && (p.next == p.end || !is_space(*p.next++))) return refuse(&p, "its header is broken", error);
    int channels = kind == 3 || kind == 6 ? 3 : 1;
    yolo_status status = codec_check_size(source, width, height, (unsigned)channels, error);
    if (!status) status = image_allocate((int)width, (int)height, channels, channels, source->name, image, error);
    for (int y = 0; !status && y < image->height; y++) {
        size_t count = (size_t)width * (size_t)channels;
        if (!(p.plain ? plain_row : raw_row)(&p, count, image_row(image, y)))
            status = refuse(&p, "its data ends early", error);
    }
    return status;
}
