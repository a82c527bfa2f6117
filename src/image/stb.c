/* The only file that sees stb_image: its functions stay private to this object, so that a program which links the
 * library may have its own copy. */
#include "image/stb.h"

#include "base/memory.h"
#include "image/jpeg.h"
#include "image/orient.h"

#include <string.h>

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wunused-function" /* gcc finds those at the end of the file: no pop for it */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wsign-compare"
#endif

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PSD
#define STBI_ONLY_TGA
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_FAILURE_USERMSG
#define STBI_ASSERT(condition) ((void)0) /* the library never aborts */
#define STBI_MALLOC(bytes) allocate(bytes)
#define STBI_FREE(memory) memory_free(memory)
#define STBI_REALLOC_SIZED(memory, old_bytes, bytes) reallocate(memory, old_bytes, bytes)

/* stb_image keeps its reason of a failure for each thread, and looks for another format where memory runs out for one:
 * so this is kept beside it, since the last start(). */
static _Thread_local bool out_of_memory;

/* Zeros, because the stb_image 2.27 of Debian 12 reads what it never wrote where a file leaves a definition out. */
static void *allocate(size_t bytes) {
    void *memory = memory_allocate_zeroed(bytes, 1);
    if (!memory) out_of_memory = true;
    return memory;
}

static void *reallocate(void *memory, size_t old_bytes, size_t bytes) {
    void *moved = allocate(bytes);
    if (moved && memory) memcpy(moved, memory, old_bytes < bytes ? old_bytes : bytes);
    if (moved) memory_free(memory);
    return moved;
}

#if !YOLO_WITH_TURBOJPEG
#define STBI_ONLY_JPEG
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#define STBIW_ASSERT(condition) ((void)0)
#define STBIW_MALLOC(bytes) allocate(bytes)
#define STBIW_FREE(memory) memory_free(memory)
#define STBIW_REALLOC_SIZED(memory, old_bytes, bytes) reallocate(memory, old_bytes, bytes)
#include <stb_image_write.h>
#endif
#include <stb_image.h>

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/* stb_image takes zeros for what lies beyond the end; reading by callbacks shows that it got there. */
typedef struct reader {
    const uint8_t *next, *end;
    bool ended_early;
} reader;

static int on_read(void *user, char *bytes, int count) {
    reader *r = user;
    size_t room = (size_t)(r->end - r->next), wanted = (size_t)count;
    if (room == 0 && wanted > 0) r->ended_early = true;
    if (wanted > room) wanted = room;
    memcpy(bytes, r->next, wanted);
    r->next += wanted;
    return (int)wanted;
}

static void on_skip(void *user, int count) {
    reader *r = user;
    if (count > r->end - r->next) r->ended_early = true;
    if (count > 0) r->next += count < r->end - r->next ? count : r->end - r->next;
}

static int on_end(void *user) {
    const reader *r = user;
    return r->next == r->end;
}

static const stbi_io_callbacks callbacks = {on_read, on_skip, on_end};

static reader start(const codec_source *source) {
    out_of_memory = false;
    return (reader){source->bytes, source->bytes + source->byte_count, false};
}

static yolo_status refuse(const codec_source *source, const char *format, const char *why, yolo_error *error) {
    if (out_of_memory)
        return fail_at(error, YOLO_NO_MEMORY, source->name, 0, "not enough memory for the %s picture", format);
    return fail_at(error, YOLO_BAD_IMAGE, source->name, 0, "the %s picture cannot be decoded: %s", format,
                   why && *why ? why : "unknown reason");
}

/* Reads the header and checks the size; `pixel_bytes` is the most memory that a pixel of this format takes. */
static yolo_status check_header(const codec_source *source, const char *format, unsigned pixel_bytes,
                                yolo_error *error) {
    int width = 0, height = 0, channels = 0;
    reader r = start(source);
    if (!stbi_info_from_callbacks(&callbacks, &r, &width, &height, &channels))
        return refuse(source, format, r.ended_early ? "its header ends early" : stbi_failure_reason(), error);
    if (width < 0 || height < 0) return refuse(source, format, "its size is negative", error);
    return codec_check_size(source, (uint64_t)width, (uint64_t)height, pixel_bytes, error);
}

/* With alpha, where the file has it. */
static yolo_status decode(const codec_source *source, const char *format, unsigned pixel_bytes, yolo_image *image,
                          yolo_error *error) {
    yolo_status status = check_header(source, format, pixel_bytes, error);
    if (status) return status;
    int width, height, channels;
    reader r = start(source);
    uint8_t *pixels = stbi_load_from_callbacks(&callbacks, &r, &width, &height, &channels, 0);
    if (!pixels || r.ended_early) {
        memory_free(pixels);
        return refuse(source, format, r.ended_early ? "its data ends early" : stbi_failure_reason(), error);
    }
    size_t stride = (size_t)width * (size_t)channels;
    *image = (yolo_image){.pixels = pixels, .width = width, .height = height, .channels = channels, .stride = stride};
    return YOLO_OK;
}

/* How the composite of a PSD is packed; it lies behind three parts that begin with their length. -1: the file ends. */
static int psd_packing(const uint8_t *bytes, size_t byte_count) {
    size_t at = 26;
    for (int part = 0; part < 3; part++) {
        if (at > byte_count || byte_count - at < 4) return -1;
        at += 4 + (size_t)big_endian_32(bytes + at);
    }
    return at <= byte_count && byte_count - at >= 2 ? (int)big_endian_16(bytes + at) : -1;
}

/* Sound files that stb_image does not know, or takes for others: runs of 16 bits for such of 8. */
static const char *psd_fault(const uint8_t *bytes, size_t byte_count) {
    enum { RGB = 3, RUNS = 1, MOST_CHANNELS = 16 };
    if (byte_count < 26) return "its header ends early";
    unsigned version = big_endian_16(bytes + 4), channels = big_endian_16(bytes + 12), bits = big_endian_16(bytes + 22);
    if (version != 1 || channels > MOST_CHANNELS || (bits != 8 && bits != 16) || big_endian_16(bytes + 24) != RGB)
        return "only RGB of 8 or 16 bits in up to 16 channels is supported";
    if (bits == 16 && psd_packing(bytes, byte_count) == RUNS)
        return "its samples of 16 bits are compressed, which is not supported";
    return NULL;
}

yolo_status stb_decode_psd(const codec_source *source, yolo_image *image, yolo_error *error) {
    out_of_memory = false;
    const char *fault = psd_fault(source->bytes, source->byte_count);
    if (fault) return refuse(source, "PSD", fault, error);
    yolo_status status = decode(source, "PSD", 4, image, error);
    if (!status) image_flatten(image);
    return status;
}

/* stb_image skips as many bytes as the palette lacks colors at its beginning, and takes indices for counted from there. */
static const char *tga_fault(const uint8_t *header) {
    bool has_map = header[1], is_mapped = (header[2] & 7) == 1;
    if (has_map && !is_mapped) return "a palette beside true colors is not supported";
    if (has_map && little_endian_16(header + 3)) return "its palette does not begin at 0, which is not supported";
    return NULL;
}

/* The header is there: recognise_tga saw to it. The last byte tells how many bits are alpha, and where rows begin. */
yolo_status stb_decode_tga(const codec_source *source, yolo_image *image, yolo_error *error) {
    enum { DESCRIPTOR = 17, ALPHA_BITS = 15, RIGHT_TO_LEFT = 16, MIRRORED = 2 };
    out_of_memory = false;
    const char *fault = tga_fault(source->bytes);
    if (fault) return refuse(source, "TGA", fault, error);
    yolo_status status = decode(source, "TGA", 4, image, error);
    if (status) return status;
    unsigned descriptor = source->bytes[DESCRIPTOR];
    image_drop_alpha(image, !(descriptor & ALPHA_BITS));
    image_flatten(image);
    return descriptor & RIGHT_TO_LEFT ? orient_image(image, MIRRORED, source->name, error) : YOLO_OK;
}

#if !YOLO_WITH_TURBOJPEG

/* What a walk over the segments of a JPEG came upon. A Huffman table is a bit of `tables`: its class (0 DC, 1 AC) x 16 +
 * its number. */
typedef struct jpeg_walk {
    uint32_t tables;
    bool is_progressive;
    int scans;
} jpeg_walk;

/* Huffman tables of more than 256 codes make the stb_image 2.27 of Debian 12 write beyond its own; mended in 2.28.
 * `at` is where the segment's length lies; tables are read as far as stb_image reads them: beyond the segment's end, and
 * zeros beyond the file's. */
static bool tables_fit(const uint8_t *bytes, size_t byte_count, size_t at, jpeg_walk *walk) {
    int left = (int)big_endian_16(bytes + at) - 2;
    for (at += 2; left > 0 && at < byte_count;) {
        unsigned codes = 0;
        for (size_t i = 1; i <= 16; i++) codes += at + i < byte_count ? bytes[at + i] : 0;
        if (codes > 256) return false;
        walk->tables |= UINT32_C(1) << (bytes[at] & 31);
        at += 17 + codes;
        left -= 17 + (int)codes;
    }
    return true;
}

/* Whether the tables that a scan names were defined before it: stb_image uses what it finds in their place. `scan` is
 * behind the segment's length: components, their two bytes each, first coefficient, last one, bits of two passes. */
static bool scan_has_tables(const uint8_t *scan, size_t byte_count, const jpeg_walk *walk) {
    size_t components = byte_count ? scan[0] : 0;
    if (byte_count < 4 + 2 * components) return false;
    const uint8_t *range = scan + 1 + 2 * components;
    bool is_first_pass = range[2] >> 4 == 0;
    bool needs_dc = !walk->is_progressive || (range[0] == 0 && is_first_pass);
    bool needs_ac = !walk->is_progressive || range[0] > 0;
    for (size_t i = 0; i < components; i++) {
        unsigned numbers = scan[2 + 2 * i];
        if (needs_dc && !(walk->tables >> (numbers >> 4) & 1)) return false;
        if (needs_ac && !(walk->tables >> (16 + (numbers & 15)) & 1)) return false;
    }
    return true;
}

/* stb_image decodes what there is of a JPEG and stops without a word. This walks over the segments to the end marker
 * and counts the scans; it returns why the file is refused, or NULL. */
static const char *find_fault(const uint8_t *bytes, size_t byte_count, jpeg_walk *walk) {
    size_t at = 2;
    while (at + 1 < byte_count) {
        uint8_t marker = bytes[at + 1];
        if (bytes[at] != 0xFF || marker == 0 || marker == 0xFF || (marker >= 0xD0 && marker <= 0xD7)) {
            at++; /* pixels, or junk between segments */
            continue;
        }
        if (marker == 0xD9) return NULL;
        if (at + 4 > byte_count) break;
        if (marker == 0xC2) walk->is_progressive = true;
        if (marker == 0xC4 && !tables_fit(bytes, byte_count, at + 2, walk)) return "its data is corrupt";
        if (marker == 0xDA) {
            walk->scans++;
            if (!scan_has_tables(bytes + at + 4, byte_count - at - 4, walk)) return "a Huffman table is not defined";
        }
        at += 2 + (size_t)big_endian_16(bytes + at + 2);
    }
    return "its data ends early";
}

/* Coefficients of 16 bits, samples and the picture of four channels. */
yolo_status jpeg_decode(const codec_source *source, yolo_image *image, yolo_error *error) {
    jpeg_walk walk = {0};
    const char *fault = find_fault(source->bytes, source->byte_count, &walk);
    if (fault) return refuse(source, "JPEG", fault, error);
    int width = 0, height = 0, channels;
    stbi_info_from_memory(source->bytes, (int)source->byte_count, &width, &height, &channels);
    if (walk.scans > jpeg_scan_limit((uint64_t)width * (uint64_t)height))
        return refuse(source, "JPEG", "it has too many scans for a picture of its size", error);
    yolo_status status = decode(source, "JPEG", 16, image, error);
    if (!status) image_flatten(image);
    return status;
}

typedef struct writer {
    codec_sink *sink;
    bool out_of_memory;
} writer;

static void on_write(void *context, void *bytes, int count) {
    writer *w = context;
    if (!codec_sink_append(w->sink, bytes, (size_t)count)) w->out_of_memory = true;
}

/* stb_image_write wants rows without gaps between them. */
yolo_status jpeg_encode(const yolo_image *image, int quality, const char *name, codec_sink *sink, yolo_error *error) {
    enum { JPEG_MAX_SIDE = 65500 }; /* as libjpeg's */
    if (image->width > JPEG_MAX_SIDE || image->height > JPEG_MAX_SIDE)
        return fail_at(error, YOLO_BAD_IMAGE, name, 0, "%d x %d pixels: JPEG holds no more than %d a side",
                       image->width, image->height, JPEG_MAX_SIDE);
    yolo_image dense;
    yolo_status status =
        image_allocate(image->width, image->height, image->channels, image->channels, name, &dense, error);
    if (status) return status;
    for (int y = 0; y < image->height; y++) memcpy(image_row(&dense, y), image_row(image, y), dense.stride);
    writer w = {sink, false};
    int written =
        stbi_write_jpg_to_func(on_write, &w, dense.width, dense.height, dense.channels, dense.pixels, quality);
    yolo_image_free(&dense);
    if (!written || w.out_of_memory) return fail_at(error, YOLO_NO_MEMORY, name, 0, "not enough memory to encode it");
    return YOLO_OK;
}

#endif
