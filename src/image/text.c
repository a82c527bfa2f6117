#include "image/text.h"

#include "base/memory.h"

#include <math.h>

/* A glyph of one of the two fonts. */
typedef struct glyph_key {
    int font, glyph, subpixel;
} glyph_key;

typedef struct cached_glyph {
    glyph_key key;
    font_mask mask;
} cached_glyph;

/* Slots for glyphs. Labels use some tens; where two want the same slot, the later replaces the earlier. */
enum { SLOTS = 256 };

struct text_writer {
    const yolo_font *fonts[2]; /* the caller's, or NULL; the built-in one */
    yolo_font *builtin;
    font_metrics metrics[2];
    cached_glyph slots[SLOTS];
};

text_writer *text_writer_create(const yolo_font *font, float size) {
    text_writer *writer = memory_allocate_zeroed(1, sizeof *writer);
    if (!writer) return NULL;
    writer->builtin = font_create_builtin();
    if (!writer->builtin) {
        memory_free(writer);
        return NULL;
    }
    writer->fonts[0] = font;
    writer->fonts[1] = writer->builtin;
    for (int i = 0; i < 2; i++)
        if (writer->fonts[i]) writer->metrics[i] = font_measure(writer->fonts[i], size);
    return writer;
}

void text_writer_free(text_writer *writer) {
    if (!writer) return;
    for (int i = 0; i < SLOTS; i++) memory_free(writer->slots[i].mask.coverage);
    yolo_font_free(&writer->builtin);
    memory_free(writer);
}

float text_ascent(const text_writer *writer) {
    return fmaxf(writer->metrics[0].ascent, writer->metrics[1].ascent);
}

float text_descent(const text_writer *writer) {
    return fmaxf(writer->metrics[0].descent, writer->metrics[1].descent);
}

/* Continuation bytes that follow a lead byte, and the smallest character that may be written so. */
static int continuation_count(uint8_t lead, uint32_t *least) {
    static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    int count = lead >= 0xF0 && lead < 0xF5 ? 3 : lead >= 0xE0 && lead < 0xF0 ? 2 : lead >= 0xC2 && lead < 0xE0 ? 1 : 0;
    *least = smallest[count];
    return count;
}

uint32_t text_next_character(const char **text) {
    const uint32_t replacement = 0xFFFD;
    const uint8_t *bytes = (const uint8_t *)*text;
    if (!bytes[0]) return 0;
    ++*text;
    if (bytes[0] < 0x80) return bytes[0];
    uint32_t least, character;
    int count = continuation_count(bytes[0], &least);
    if (!count) return replacement;
    character = bytes[0] & (0x3Fu >> count);
    for (int i = 1; i <= count; i++) {
        if ((bytes[i] & 0xC0) != 0x80) return replacement;
        character = character << 6 | (bytes[i] & 0x3F);
    }
    if (character < least || character > 0x10FFFF || (character >= 0xD800 && character < 0xE000)) return replacement;
    *text += count;
    return character;
}

bool text_character_visible(uint32_t c) {
    static const uint32_t hidden[][2] = {
        {0x0000, 0x001F}, {0x007F, 0x009F}, {0x00AD, 0x00AD}, {0x061C, 0x061C}, {0x200B, 0x200F},   {0x2028, 0x202E},
        {0x2060, 0x206F}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF},
    };
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (c >= hidden[i][0] && c <= hidden[i][1]) return false;
    return true;
}

/* The glyph for a character from the first font that has it; else the built-in font's box for what is missing. */
static glyph_key find_glyph(const text_writer *writer, uint32_t character) {
    for (int i = 0; i < 2; i++) {
        int glyph = writer->fonts[i] ? font_glyph(writer->fonts[i], character) : 0;
        if (glyph) return (glyph_key){i, glyph, 0};
    }
    return (glyph_key){1, 0, 0};
}

static float advance_of(const text_writer *writer, glyph_key key) {
    return font_advance(writer->fonts[key.font], &writer->metrics[key.font], key.glyph);
}

float text_width(const text_writer *writer, const char *text) {
    float width = 0;
    for (uint32_t c; (c = text_next_character(&text));)
        if (text_character_visible(c)) width += advance_of(writer, find_glyph(writer, c));
    return width;
}

static const font_mask *draw_glyph(text_writer *writer, glyph_key key) {
    unsigned hash = ((unsigned)key.glyph * FONT_SUBPIXELS + (unsigned)key.subpixel) * 2 + (unsigned)key.font;
    cached_glyph *slot = &writer->slots[hash % SLOTS];
    bool held = slot->mask.coverage && slot->key.font == key.font && slot->key.glyph == key.glyph &&
                slot->key.subpixel == key.subpixel;
    if (held) return &slot->mask;
    memory_free(slot->mask.coverage);
    slot->key = key;
    if (!font_draw(writer->fonts[key.font], &writer->metrics[key.font], key.glyph, key.subpixel, &slot->mask))
        return NULL;
    return &slot->mask;
}

bool text_write(text_writer *writer, yolo_image *image, rectangle clip, float x, int y, const char *text, color c) {
    for (uint32_t character; (character = text_next_character(&text)) && x < clip.right;) {
        if (!text_character_visible(character)) continue;
        glyph_key key = find_glyph(writer, character);
        float quarters = floorf(x * FONT_SUBPIXELS + 0.5f), whole = floorf(quarters / FONT_SUBPIXELS);
        key.subpixel = (int)(quarters - whole * FONT_SUBPIXELS);
        const font_mask *mask = draw_glyph(writer, key);
        if (!mask) return false;
        canvas_mask(image, clip, (int)whole + mask->x, y + mask->y, mask->coverage, mask->width, mask->height, c);
        x += advance_of(writer, key);
    }
    return true;
}
