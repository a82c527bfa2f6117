#include "image/hdr.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

enum {
    LEVELS = 256,
    PACKED_WIDTH_MIN = 8, /* narrower and wider rows are never packed */
    PACKED_WIDTH_MAX = 32767,
};

typedef struct hdr {
    const codec_source *source;
    const uint8_t *next, *end;
    uint8_t *shown; /* [exponent][mantissa] as a byte */
    uint8_t *row;   /* [4][width] red, green, blue, exponent of a packed row */
} hdr;

static yolo_status refuse(const hdr *h, const char *why, yolo_error *error) {
    return fail_at(error, YOLO_BAD_IMAGE, h->source->name, 0, "the HDR picture cannot be decoded: %s", why);
}

/* ---- Header ----------------------------------------------------------------------------------------------------- */

/* The next line without its end; false where there is none. */
static bool next_line(hdr *h, const char **line, size_t *length) {
    const uint8_t *stop = h->next < h->end ? memchr(h->next, '\n', (size_t)(h->end - h->next)) : NULL;
    if (!stop) return false;
    *line = (const char *)h->next;
    *length = (size_t)(stop - h->next);
    h->next = stop + 1;
    return true;
}

static bool is_line(const char *line, size_t length, const char *wanted) {
    return length == strlen(wanted) && !memcmp(line, wanted, length);
}

/* " 123" or "123", at most nine digits; moves past it. */
static bool read_number(const char **text, const char *end, uint64_t *number) {
    int digits = 0;
    while (*text < end && **text == ' ') ++*text;
    for (*number = 0; *text < end && **text >= '0' && **text <= '9' && digits < 9; digits++)
        *number = *number * 10 + (uint64_t)(*(*text)++ - '0');
    return digits > 0;
}

static bool skip_word(const char **text, const char *end, const char *word) {
    size_t length = strlen(word);
    while (*text < end && **text == ' ') ++*text;
    if ((size_t)(end - *text) < length || memcmp(*text, word, length) != 0) return false;
    *text += length;
    return true;
}

/* Lines up to an empty one, of which one names the only format there is, then "-Y height +X width". */
static yolo_status read_header(hdr *h, uint64_t *width, uint64_t *height, yolo_error *error) {
    const char *line;
    size_t length;
    bool is_rgbe = false;
    do {
        if (!next_line(h, &line, &length)) return refuse(h, "its header ends early", error);
        if (is_line(line, length, "FORMAT=32-bit_rle_rgbe")) is_rgbe = true;
    } while (length > 0);
    if (!is_rgbe) return refuse(h, "its format is not 32-bit_rle_rgbe", error);
    if (!next_line(h, &line, &length)) return refuse(h, "its header ends early", error);
    const char *end = line + length;
    if (!skip_word(&line, end, "-Y") || !read_number(&line, end, height) || !skip_word(&line, end, "+X") ||
        !read_number(&line, end, width))
        return refuse(h, "its rows do not run from the top left", error);
    return YOLO_OK;
}

/* ---- Light ------------------------------------------------------------------------------------------------------ */

/* The least light that is shown as 1 to 255, for a screen with a gamma of 2.2. */
static void make_thresholds(float thresholds[LEVELS]) {
    thresholds[0] = 0;
    for (int i = 1; i < LEVELS; i++) thresholds[i] = powf(((float)i - 0.5f) / 255, 2.2f);
}

static uint8_t to_byte(const float thresholds[LEVELS], float light) {
    unsigned level = 0;
    for (unsigned step = LEVELS / 2; step; step /= 2)
        if (light >= thresholds[level + step]) level += step;
    return (uint8_t)level;
}

/* All that a byte of color and its exponent can mean: pow for each pixel would take seconds. */
static void make_shown(uint8_t *shown) {
    float thresholds[LEVELS];
    make_thresholds(thresholds);
    memset(shown, 0, LEVELS); /* without an exponent there is no light */
    for (int exponent = 1; exponent < LEVELS; exponent++)
        for (int mantissa = 0; mantissa < LEVELS; mantissa++)
            shown[exponent * LEVELS + mantissa] = to_byte(thresholds, ldexpf((float)mantissa, exponent - (128 + 8)));
}

static void show(const hdr *h, unsigned red, unsigned green, unsigned blue, unsigned exponent, uint8_t *rgb) {
    const uint8_t *shown = h->shown + exponent * LEVELS;
    rgb[0] = shown[red], rgb[1] = shown[green], rgb[2] = shown[blue];
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

/* The first programs packed otherwise: a pixel of 1, 1, 1, n repeats the one before it n times, 256 n times if it is
 * itself behind such a pixel. No other pixel looks like that. */
typedef struct repeat {
    uint8_t rgb[3];
    uint64_t left;
    unsigned shift;
} repeat;

static bool next_pixel(hdr *h, repeat *r) {
    while (r->left == 0) {
        if (h->end - h->next < 4) return false;
        const uint8_t *pixel = h->next;
        h->next += 4;
        if (pixel[0] == 1 && pixel[1] == 1 && pixel[2] == 1) {
            r->left = (uint64_t)pixel[3] << r->shift;
            if (r->shift < 24) r->shift += 8;
        } else {
            show(h, pixel[0], pixel[1], pixel[2], pixel[3], r->rgb);
            r->left = 1, r->shift = 0;
        }
    }
    r->left--;
    return true;
}

static yolo_status read_flat(hdr *h, yolo_image *image, yolo_error *error) {
    repeat r = {.left = 0};
    for (int y = 0; y < image->height; y++) {
        uint8_t *rgb = image_row(image, y);
        for (int x = 0; x < image->width; x++, rgb += 3) {
            if (!next_pixel(h, &r)) return refuse(h, "its data ends early", error);
            memcpy(rgb, r.rgb, 3);
        }
    }
    return YOLO_OK;
}

/* Counts and bytes: above 128 a run of one, else so many as they are. NULL, or what is wrong. */
static const char *unpack(hdr *h, uint8_t *bytes, size_t count) {
    static const char early[] = "its data ends early", corrupt[] = "its data is corrupt";
    while (count > 0) {
        if (h->end - h->next < 2) return early;
        size_t length = *h->next++;
        bool is_run = length > 128;
        if (is_run) length -= 128;
        if (length == 0 || length > count) return corrupt;
        if (!is_run && (size_t)(h->end - h->next) < length) return early;
        if (is_run)
            memset(bytes, *h->next, length);
        else
            memcpy(bytes, h->next, length);
        h->next += is_run ? 1 : length;
        bytes += length;
        count -= length;
    }
    return NULL;
}

static bool begins_packed_row(const hdr *h) {
    return h->end - h->next >= 4 && h->next[0] == 2 && h->next[1] == 2 && h->next[2] < 128;
}

static yolo_status read_packed(hdr *h, yolo_image *image, yolo_error *error) {
    size_t width = (size_t)image->width;
    const uint8_t *row = h->row;
    for (int y = 0; y < image->height; y++) {
        if (h->end - h->next < 4) return refuse(h, "its data ends early", error);
        if (!begins_packed_row(h) || big_endian_16(h->next + 2) != width)
            return refuse(h, "its data is corrupt", error);
        h->next += 4;
        for (size_t part = 0; part < 4; part++) {
            const char *problem = unpack(h, h->row + part * width, width);
            if (problem) return refuse(h, problem, error);
        }
        uint8_t *rgb = image_row(image, y);
        for (size_t x = 0; x < width; x++, rgb += 3)
            show(h, row[x], row[width + x], row[2 * width + x], row[3 * width + x], rgb);
    }
    return YOLO_OK;
}

static yolo_status read_pixels(hdr *h, yolo_image *image, yolo_error *error) {
    h->shown = memory_allocate(LEVELS, LEVELS);
    h->row = memory_allocate((size_t)image->width, 4);
    if (!h->shown || !h->row)
        return fail_at(error, YOLO_NO_MEMORY, h->source->name, 0, "not enough memory for the HDR picture");
    make_shown(h->shown);
    bool may_be_packed = image->width >= PACKED_WIDTH_MIN && image->width <= PACKED_WIDTH_MAX;
    return (may_be_packed && begins_packed_row(h) ? read_packed : read_flat)(h, image, error);
}

yolo_status hdr_decode(const codec_source *source, yolo_image *image, yolo_error *error) {
    hdr h = {source, source->bytes, source->bytes + source->byte_count, NULL, NULL};
    uint64_t width = 0, height = 0;
    yolo_status status = read_header(&h, &width, &height, error);
    if (!status) status = codec_check_size(source, width, height, 3, error);
    if (!status) status = image_allocate((int)width, (int)height, 3, 3, source->name, image, error);
    if (!status) status = read_pixels(&h, image, error);
    memory_free(h.shown);
    memory_free(h.row);
    return status;
}
