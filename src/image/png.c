#include "image/png.h"

#include "base/memory.h"

#include <png.h>
#include <string.h>
#include <zlib.h>

enum {
    /* A chunk that libpng has to keep (a palette, transparency) is small; the others are skipped. */
    CHUNK_MAX_BYTES = 1 << 20,
    CHUNK_MAX_COUNT = 100,
    /* [measured] a photo of 5 megapixels: 0.20 s and 8.8 MB, with libpng's defaults 1.4 s and 8.0 MB. Photos hardly
     * repeat themselves: of all that zlib looks for, runs of equal bytes after the filter are what pays. */
    FAST_LEVEL = 1,
};

/* libpng reports by calling back, and leaves by longjmp to a place that it keeps. */
typedef struct png_stream {
    const codec_source *source; /* reading */
    size_t position;
    codec_sink *sink; /* writing */
    const char *name;
    const char *doing;
    bool out_of_memory;
    yolo_status status;
    yolo_error *error;
} png_stream;

static void *allocate(png_structp png, png_alloc_size_t bytes) {
    png_stream *s = png_get_mem_ptr(png);
    void *memory = memory_allocate(bytes, 1);
    if (!memory) s->out_of_memory = true;
    return memory;
}

static void release(png_structp png, void *memory) {
    (void)png;
    memory_free(memory);
}

static void on_error(png_structp png, const char *why) {
    png_stream *s = png_get_error_ptr(png);
    if (!s->status && s->out_of_memory)
        s->status = fail_at(s->error, YOLO_NO_MEMORY, s->name, 0, "not enough memory for the PNG picture");
    if (!s->status)
        s->status = fail_at(s->error, YOLO_BAD_IMAGE, s->name, 0, "the PNG picture cannot be %s: %s", s->doing, why);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, const char *why) {
    (void)png, (void)why;
}

static void read_bytes(png_structp png, png_bytep bytes, size_t count) {
    png_stream *s = png_get_io_ptr(png);
    if (s->source->byte_count - s->position < count) png_error(png, "its data ends early");
    memcpy(bytes, s->source->bytes + s->position, count);
    s->position += count;
}

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
    png_stream *s = png_get_io_ptr(png);
    if (codec_sink_append(s->sink, bytes, count)) return;
    s->out_of_memory = true;
    png_error(png, "not enough memory");
}

static void flush_nothing(png_structp png) {
    (void)png;
}

/* Texts, color profiles and their like can be bombs of their own: nothing but pixels is looked at. */
static void limit(png_structp png) {
    static const png_byte skipped[] = "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0"
                                      "sRGB\0sTER\0tEXt\0tIME\0zTXt";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, skipped, sizeof skipped / 5);
    png_set_user_limits(png, IMAGE_MAX_SIDE, IMAGE_MAX_SIDE);
    png_set_chunk_cache_max(png, CHUNK_MAX_COUNT);
    png_set_chunk_malloc_max(png, CHUNK_MAX_BYTES);
}

/* Whatever the file has becomes 8 bits of grey or RGB, with or without alpha. Returns the passes over the picture. */
static int choose_samples(png_structp png, png_infop info, int channels) {
    png_set_expand(png); /* palette to RGB, 1 to 4 bits to 8, a transparent color to alpha */
    png_set_strip_16(png);
    if (channels == 3) png_set_gray_to_rgb(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    return passes;
}

static void read_picture(png_structp png, png_infop info, png_stream *s, yolo_image *image) {
    png_read_info(png, info);
    uint32_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
    s->status = codec_check_size(s->source, width, height, 4, s->error);
    if (s->status) png_error(png, "");
    int passes = choose_samples(png, info, s->source->channels);
    int samples = png_get_channels(png, info);
    s->status = image_allocate((int)width, (int)height, samples, samples, s->name, image, s->error);
    if (s->status) png_error(png, "");
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < image->height; y++) png_read_row(png, image_row(image, y), NULL);
    png_read_end(png, NULL); /* the last checksum */
}

/* A function of its own, so that no variable of the caller is in doubt after a jump. */
static void try_reading(png_structp png, png_infop info, png_stream *s, yolo_image *image) {
    if (setjmp(png_jmpbuf(png))) return;
    limit(png);
    png_set_read_fn(png, s, read_bytes);
    read_picture(png, info, s, image);
}

yolo_status png_decode(const codec_source *source, yolo_image *image, yolo_error *error) {
    if (source->byte_count >= 16 && !memcmp(source->bytes + 12, "CgBI", 4))
        return fail_at(error, YOLO_BAD_IMAGE, source->name, 0,
                       "is a PNG picture of Apple's own kind (CgBI), which is not supported");
    png_stream s = {.source = source, .name = source->name, .doing = "decoded", .error = error};
    png_structp png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &s, on_error, on_warning, &s, allocate, release);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        return fail_at(error, YOLO_NO_MEMORY, source->name, 0, "not enough memory for the PNG picture");
    }
    try_reading(png, info, &s, image);
    png_destroy_read_struct(&png, &info, NULL);
    if (!s.status) image_flatten(image);
    return s.status;
}

static void try_writing(png_structp png, png_infop info, png_stream *s, const yolo_image *image) {
    if (setjmp(png_jmpbuf(png))) return;
    png_set_write_fn(png, s, write_bytes, flush_nothing);
    png_set_user_limits(png, IMAGE_MAX_SIDE, IMAGE_MAX_SIDE);
    png_set_IHDR(png, info, (png_uint_32)image->width, (png_uint_32)image->height, 8,
                 image->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png, FAST_LEVEL);
    png_set_compression_strategy(png, Z_RLE);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_AVG);
    png_write_info(png, info);
    for (int y = 0; y < image->height; y++) png_write_row(png, image_row(image, y));
    png_write_end(png, NULL);
}

yolo_status png_encode(const yolo_image *image, int quality, const char *name, codec_sink *sink, yolo_error *error) {
    (void)quality;
    png_stream s = {.sink = sink, .name = name, .doing = "written", .error = error};
    png_structp png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, &s, on_error, on_warning, &s, allocate, release);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_write_struct(&png, NULL);
        return fail_at(error, YOLO_NO_MEMORY, name, 0, "not enough memory for the PNG picture");
    }
    try_writing(png, info, &s, image);
    png_destroy_write_struct(&png, &info);
    return s.status;
}
