#include "image/gif.h"

#include "base/memory.h"

#include <string.h>

enum { COLORS = 256, MOST_CODES = 4096, MOST_CODE_BITS = 12, MOST_ROOT_BITS = 8 };

static const char ends_early[] = "its data ends early", is_corrupt[] = "its data is corrupt";

typedef struct gif {
    const codec_source *source;
    const uint8_t *next, *end;
    int width, height;
    int left, top, frame_width, frame_height;
    bool interlaced, has_palette;
    int transparent;            /* the index that is not drawn; -1 none */
    uint8_t palette[COLORS][3]; /* black beyond the file's */
} gif;

static yolo_status refuse(const gif *g, const char *why, yolo_error *error) {
    return fail_at(error, YOLO_BAD_IMAGE, g->source->name, 0, "the GIF picture cannot be decoded: %s", why);
}

/* ---- Blocks ----------------------------------------------------------------------------------------------------- */

/* The next `count` bytes; NULL where there are not so many. */
static const uint8_t *take(gif *g, size_t count) {
    if ((size_t)(g->end - g->next) < count) return NULL;
    const uint8_t *bytes = g->next;
    g->next += count;
    return bytes;
}

/* The lowest three bits of `flags` say how many colors, the highest whether there are any. */
static bool read_palette(gif *g, unsigned flags) {
    if (!(flags & 0x80)) return true;
    size_t count = (size_t)2 << (flags & 7);
    const uint8_t *colors = take(g, count * 3);
    if (!colors) return false;
    memset(g->palette, 0, sizeof g->palette);
    memcpy(g->palette, colors, count * 3);
    g->has_palette = true;
    return true;
}

static bool read_screen(gif *g) {
    const uint8_t *screen = take(g, 6 + 7); /* behind the signature */
    if (!screen) return false;
    g->width = (int)little_endian_16(screen + 6);
    g->height = (int)little_endian_16(screen + 8);
    return read_palette(g, screen[10]);
}

/* Blocks of up to 255 bytes, until one of none. A graphic control extension tells the transparent color. */
static bool read_extension(gif *g) {
    const uint8_t *label = take(g, 1), *length = label ? take(g, 1) : NULL;
    while (length && *length > 0) {
        const uint8_t *data = take(g, *length);
        if (!data) return false;
        if (*label == 0xF9 && *length >= 4) g->transparent = data[0] & 1 ? data[3] : -1;
        length = take(g, 1);
    }
    return length != NULL;
}

/* A frame may reach beyond the screen that the file declares: then that is larger, as viewers have it. */
static bool read_frame(gif *g) {
    const uint8_t *frame = take(g, 9);
    if (!frame) return false;
    g->left = (int)little_endian_16(frame), g->top = (int)little_endian_16(frame + 2);
    g->frame_width = (int)little_endian_16(frame + 4), g->frame_height = (int)little_endian_16(frame + 6);
    g->interlaced = frame[8] & 0x40;
    if (g->width < g->left + g->frame_width) g->width = g->left + g->frame_width;
    if (g->height < g->top + g->frame_height) g->height = g->top + g->frame_height;
    return read_palette(g, frame[8]);
}

/* Up to the first frame's codes. NULL, or what is wrong. */
static const char *find_frame(gif *g) {
    enum { EXTENSION = 0x21, FRAME = 0x2C, TRAILER = 0x3B };
    if (!read_screen(g)) return "its header ends early";
    for (const uint8_t *kind; (kind = take(g, 1));) {
        if (*kind == FRAME) return !read_frame(g) ? ends_early : g->has_palette ? NULL : "it has no colors";
        if (*kind == TRAILER) return "it holds no picture";
        if (*kind != EXTENSION) return is_corrupt;
        if (!read_extension(g)) return ends_early;
    }
    return ends_early;
}

/* ---- Codes ------------------------------------------------------------------------------------------------------ */

/* Codes of varying length, lowest bit first, in blocks of up to 255 bytes. */
typedef struct code_reader {
    gif *gif;
    unsigned block_left, held, held_bits;
} code_reader;

static bool next_code(code_reader *r, unsigned bits, unsigned *code) {
    for (; r->held_bits < bits; r->held_bits += 8, r->block_left--) {
        const uint8_t *length = r->block_left ? NULL : take(r->gif, 1);
        if (length) r->block_left = *length;
        const uint8_t *byte = r->block_left ? take(r->gif, 1) : NULL;
        if (!byte) return false;
        r->held |= (unsigned)*byte << r->held_bits;
    }
    *code = r->held & ((1u << bits) - 1);
    r->held >>= bits;
    r->held_bits -= bits;
    return true;
}

/* Lempel, Ziv and Welch: each code adds a string to the table, that of the code before and one index more. These lie
 * side by side in the output already, so the table holds where, and nothing else. */
typedef struct strings {
    uint32_t begins[MOST_CODES];
    uint16_t lengths[MOST_CODES];
    unsigned count, code_bits;
    size_t before;          /* where the string of the code before begins */
    unsigned before_length; /* 0: there is none since the table was cleared */
} strings;

static void clear_strings(strings *s, unsigned root_bits) {
    s->count = (1u << root_bits) + 2; /* the colors, a code to clear, and one to end */
    s->code_bits = root_bits + 1;
    s->before_length = 0;
}

/* A table that is full stays as it is until it is cleared. With two colors codes grow before the first string is added:
 * so they do where the encoders of such files are. */
static void add_string(strings *s) {
    if (s->before_length > 0 && s->count < MOST_CODES) {
        s->begins[s->count] = (uint32_t)s->before;
        s->lengths[s->count] = (uint16_t)(s->before_length + 1);
        s->count++;
    }
    if (s->count == 1u << s->code_bits && s->code_bits < MOST_CODE_BITS) s->code_bits++;
}

/* Writes the string of `code` to output[at]; what is beyond `end` is dropped. A string may reach into itself: its last
 * index can be the first that this writes. */
static size_t write_string(strings *s, unsigned code, unsigned colors, uint8_t *output, size_t at, size_t end) {
    size_t length = code < colors ? 1 : s->lengths[code], from = code < colors ? at : s->begins[code];
    s->before = at, s->before_length = (unsigned)length;
    if (length > end - at) length = end - at;
    if (code < colors)
        output[at] = (uint8_t)code;
    else
        for (size_t i = 0; i < length; i++) output[at + i] = output[from + i];
    return length;
}

/* All indices of the frame, in the order of the file. NULL, or what is wrong. */
static const char *unpack(gif *g, uint8_t *indices, size_t count) {
    const uint8_t *root_bits = take(g, 1);
    if (!root_bits) return ends_early;
    if (*root_bits < 1 || *root_bits > MOST_ROOT_BITS) return is_corrupt;
    const unsigned colors = 1u << *root_bits, clear = colors, end = colors + 1;
    code_reader reader = {.gif = g};
    strings s;
    clear_strings(&s, *root_bits);
    for (size_t at = 0; at < count;) {
        unsigned code;
        if (!next_code(&reader, s.code_bits, &code) || code == end) return ends_early;
        if (code == clear) {
            clear_strings(&s, *root_bits);
            continue;
        }
        add_string(&s);
        if (code >= s.count) return is_corrupt;
        at += write_string(&s, code, colors, indices, at, count);
    }
    return NULL;
}

/* ---- Picture ---------------------------------------------------------------------------------------------------- */

/* The row of the frame that comes `i`-th in the file: interlaced ones are in four passes. */
static int row_of(const gif *g, int i) {
    static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
    if (!g->interlaced) return i;
    int pass = 0;
    for (; pass < 3; pass++) {
        int rows = (g->frame_height - first[pass] + step[pass] - 1) / step[pass];
        if (i < rows) break;
        i -= rows;
    }
    return first[pass] + i * step[pass];
}

static void draw_row(const gif *g, const uint8_t *indices, uint8_t *rgb) {
    for (int x = 0; x < g->frame_width; x++, rgb += 3)
        if (indices[x] != g->transparent) memcpy(rgb, g->palette[indices[x]], 3);
}

static yolo_status decode_frame(gif *g, yolo_image *image, yolo_error *error) {
    const size_t width = (size_t)g->frame_width, count = width * (size_t)g->frame_height;
    uint8_t *indices = memory_allocate(count, 1);
    if (!indices) return fail_at(error, YOLO_NO_MEMORY, g->source->name, 0, "not enough memory for the GIF picture");
    const char *problem = unpack(g, indices, count);
    if (!problem) {
        memset(image->pixels, 255, image->stride * (size_t)image->height);
        for (int i = 0; i < g->frame_height; i++)
            draw_row(g, indices + (size_t)i * width, image_row(image, g->top + row_of(g, i)) + (size_t)g->left * 3);
    }
    memory_free(indices);
    return problem ? refuse(g, problem, error) : YOLO_OK;
}

yolo_status gif_decode(const codec_source *source, yolo_image *image, yolo_error *error) {
    gif g = {.source = source, .next = source->bytes, .end = source->bytes + source->byte_count, .transparent = -1};
    const char *problem = find_frame(&g);
    if (problem) return refuse(&g, problem, error);
    if (g.frame_width == 0 || g.frame_height == 0) return refuse(&g, "its first frame has no pixels", error);
    yolo_status status = codec_check_size(source, (uint64_t)g.width, (uint64_t)g.height, 4, error);
    if (!status) status = image_allocate(g.width, g.height, 3, 3, source->name, image, error);
    return status ? status : decode_frame(&g, image, error);
}
