/* The only file that sees stb_truetype: its functions stay private to this object. */
#include "image/font.h"

#include "base/file.h"
#include "base/memory.h"
#include "image/codec.h"
#include "image/font_data.h"

#include <math.h>
#include <string.h>

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wunused-function" /* gcc finds those at the end of the file: no pop for it */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wsign-compare"
#endif

/* stb_truetype draws nothing where memory runs out, and does not say so: `failed` is a bool, or NULL. */
static void *allocate(size_t bytes, void *failed) {
    void *memory = memory_allocate(bytes, 1);
    if (!memory && failed) *(bool *)failed = true;
    return memory;
}

#define STB_TRUETYPE_IMPLEMENTATION
#define STBTT_STATIC
#define STBTT_assert(condition) ((void)0) /* the library never aborts */
#define STBTT_malloc(bytes, user) allocate(bytes, user)
#define STBTT_free(memory, user) ((void)(user), memory_free(memory))
#include <stb_truetype.h>

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

struct yolo_font {
    uint8_t *file; /* NULL for the built-in font */
    stbtt_fontinfo info;
};

enum { MAX_FONT_BYTES = 256 << 20 };

/* stb_truetype believes what a font says about itself. This checks that its tables lie within the file, which catches
 * files that were cut short; what is inside of the tables has to be trusted. */
static bool tables_fit(const uint8_t *file, size_t byte_count, size_t start) {
    if (start > byte_count || byte_count - start < 12) return false;
    size_t tables = big_endian_16(file + start + 4);
    if ((byte_count - start - 12) / 16 < tables) return false;
    for (size_t i = 0; i < tables; i++) {
        const uint8_t *entry = file + start + 12 + i * 16;
        size_t offset = big_endian_32(entry + 8), length = big_endian_32(entry + 12);
        if (offset > byte_count || length > byte_count - offset) return false;
    }
    return true;
}

static bool open_font(yolo_font *font, const uint8_t *file, size_t byte_count) {
    if (byte_count < 16) return false;
    int start = stbtt_GetFontOffsetForIndex(file, 0);
    return start >= 0 && tables_fit(file, byte_count, (size_t)start) && stbtt_InitFont(&font->info, file, start);
}

yolo_font *font_create_builtin(void) {
    yolo_font *font = memory_allocate_zeroed(1, sizeof *font);
    if (font && !open_font(font, font_data_begin, (size_t)(font_data_end - font_data_begin))) yolo_font_free(&font);
    return font;
}

yolo_status yolo_font_load(const char *path, yolo_font **font, yolo_error *error) {
    if (!path || !font) return fail(error, YOLO_BAD_ARGUMENT, "no path or no font to load");
    yolo_font *loaded = memory_allocate_zeroed(1, sizeof *loaded);
    if (!loaded) return fail_at(error, YOLO_NO_MEMORY, path, 0, "not enough memory to load the font");
    size_t byte_count = 0;
    yolo_status status = file_read(path, MAX_FONT_BYTES, &loaded->file, &byte_count, error);
    if (!status && !open_font(loaded, loaded->file, byte_count))
        status = fail_at(error, YOLO_BAD_FILE, path, 0, "not a TrueType or OpenType font, or a broken one");
    if (status)
        yolo_font_free(&loaded);
    else
        *font = loaded;
    return status;
}

void yolo_font_free(yolo_font **font) {
    if (!font || !*font) return;
    memory_free((*font)->file);
    memory_free(*font);
    *font = NULL;
}

int font_glyph(const yolo_font *font, uint32_t character) {
    return stbtt_FindGlyphIndex(&font->info, (int)character);
}

/* The height of a small letter, in the font's units; half of the line where the font has no x. */
static int small_letter_height(const stbtt_fontinfo *info, int line) {
    int x0, y0, x1, y1 = 0;
    int glyph = stbtt_FindGlyphIndex(info, 'x');
    if (glyph && stbtt_GetGlyphBox(info, glyph, &x0, &y0, &x1, &y1) && y1 > 0) return y1;
    return line / 2;
}

font_metrics font_measure(const yolo_font *font, float size) {
    int ascent, descent, gap;
    stbtt_GetFontVMetrics(&font->info, &ascent, &descent, &gap);
    int line = ascent - descent;
    if (line < 1) line = 1;
    float scale = size / (float)line, letter = (float)small_letter_height(&font->info, line);
    float rounded = roundf(letter * scale);
    if (rounded >= 1 && letter > 0) scale = rounded / letter;
    /* d and p reach about 4/3 of an x above and 2/5 below the baseline; the font's own line has room for accents. */
    return (font_metrics){scale, ceilf(letter * scale * 1.39f), ceilf(letter * scale * 0.43f)};
}

float font_advance(const yolo_font *font, const font_metrics *metrics, int glyph) {
    int advance, bearing;
    stbtt_GetGlyphHMetrics(&font->info, glyph, &advance, &bearing);
    return (float)advance * metrics->scale;
}

bool font_draw(const yolo_font *font, const font_metrics *metrics, int glyph, int subpixel, font_mask *mask) {
    enum { MAX_SIDE = 4096 };
    float shift = (float)subpixel / FONT_SUBPIXELS, scale = metrics->scale;
    int left, top, right, bottom;
    *mask = (font_mask){0};
    stbtt_GetGlyphBitmapBoxSubpixel(&font->info, glyph, scale, scale, shift, 0, &left, &top, &right, &bottom);
    int width = right - left, height = bottom - top;
    if (width <= 0 || height <= 0 || width > MAX_SIDE || height > MAX_SIDE) return true;
    uint8_t *coverage = memory_allocate_zeroed((size_t)width * (size_t)height, 1);
    if (!coverage) return false;
    bool failed = false;
    stbtt_fontinfo info = font->info;
    info.userdata = &failed;
    stbtt_MakeGlyphBitmapSubpixel(&info, coverage, width, height, width, scale, scale, shift, 0, glyph);
    if (failed) {
        memory_free(coverage);
        return false;
    }
    *mask = (font_mask){coverage, left, top, width, height};
    return true;
}
