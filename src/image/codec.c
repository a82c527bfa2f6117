/* The table of formats, and the public functions that read and write pictures through it. */
#include "image/codec.h"

#include "base/file.h"
#include "base/memory.h"
#include "image/bmp.h"
#include "image/exif.h"
#include "image/gif.h"
#include "image/hdr.h"
#include "image/jpeg.h"
#include "image/orient.h"
#include "image/png.h"
#include "image/pnm.h"
#include "image/recognise.h"
#include "image/stb.h"

#include <string.h>

enum {
    DEFAULT_MAX_PIXELS = 100000000,
    MAX_FILE_BYTES = 512 << 20, /* 100 million pixels of 32 bits, uncompressed, fit in */
    /* Memory that a picture of max_pixels may take while it is decoded, its file included: with the default limit 1.4
     * of the 1.5 GB that the program promises to stay below. The most that any format in use takes is 12 (PSD). */
    BYTES_PER_PIXEL = 14,
    SMALL_BYTES = 64 << 20, /* always allowed, however few pixels are */
};

/* TGA comes last, because almost anything can look like one. */
static const codec codecs[] = {
    {YOLO_FORMAT_JPEG, "JPEG", recognise_jpeg, jpeg_decode, exif_orientation_jpeg, jpeg_encode},
    {YOLO_FORMAT_PNG, "PNG", recognise_png, png_decode, exif_orientation_png, png_encode},
    {YOLO_FORMAT_BMP, "BMP", recognise_bmp, bmp_decode, NULL, NULL},
    {YOLO_FORMAT_GIF, "GIF", recognise_gif, gif_decode, NULL, NULL},
    {YOLO_FORMAT_PSD, "PSD", recognise_psd, stb_decode_psd, NULL, NULL},
    {YOLO_FORMAT_PNM, "PNM", recognise_pnm, pnm_decode, NULL, NULL},
    {YOLO_FORMAT_HDR, "HDR", recognise_hdr, hdr_decode, NULL, NULL},
    {YOLO_FORMAT_TGA, "TGA", recognise_tga, stb_decode_tga, NULL, NULL},
};

static const codec *codec_of_bytes(const uint8_t *bytes, size_t byte_count) {
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
        if (codecs[i].recognise(bytes, byte_count)) return &codecs[i];
    return NULL;
}

static const codec *codec_of_format(yolo_format format) {
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
        if (codecs[i].format == format) return &codecs[i];
    return NULL;
}

yolo_status codec_check_memory(const codec_source *source, uint64_t bytes, yolo_error *error) {
    uint64_t pixels =
        source->max_pixels < UINT64_MAX / BYTES_PER_PIXEL ? source->max_pixels : UINT64_MAX / BYTES_PER_PIXEL;
    uint64_t budget = pixels * BYTES_PER_PIXEL;
    if (budget < SMALL_BYTES) budget = SMALL_BYTES;
    if (bytes <= budget && source->byte_count <= budget - bytes) {
        if (source->before_memory) source->before_memory(source->memory_argument, bytes + source->byte_count);
        return YOLO_OK;
    }
    return fail_at(error, YOLO_BAD_IMAGE, source->name, 0,
                   "would take %llu MB to decode, more than the %llu MB that the limit of pixels allows",
                   (unsigned long long)((bytes + source->byte_count) / 1000000),
                   (unsigned long long)(budget / 1000000));
}

yolo_status codec_check_size(const codec_source *source, uint64_t width, uint64_t height, unsigned pixel_bytes,
                             yolo_error *error) {
    unsigned long long w = width, h = height;
    if (width == 0 || height == 0)
        return fail_at(error, YOLO_BAD_IMAGE, source->name, 0, "the picture has no pixels (%llu x %llu)", w, h);
    if (width > IMAGE_MAX_SIDE || height > IMAGE_MAX_SIDE)
        return fail_at(error, YOLO_BAD_IMAGE, source->name, 0, "%llu x %llu pixels: no side may be longer than %d", w,
                       h, IMAGE_MAX_SIDE);
    if (width * height > source->max_pixels)
        return fail_at(error, YOLO_BAD_IMAGE, source->name, 0, "%llu x %llu pixels are more than the limit of %llu", w,
                       h, (unsigned long long)source->max_pixels);
    return codec_check_memory(source, width * height * pixel_bytes, error);
}

bool codec_sink_append(codec_sink *sink, const void *bytes, size_t byte_count) {
    size_t needed;
    if (!size_add(sink->byte_count, byte_count, &needed)) return false;
    if (needed > sink->capacity) {
        void *grown = memory_grow(sink->bytes, &sink->capacity, needed, 1);
        if (!grown) return false;
        sink->bytes = grown;
    }
    memcpy(sink->bytes + sink->byte_count, bytes, byte_count);
    sink->byte_count = needed;
    return true;
}

yolo_image_options yolo_image_options_default(void) {
    return (yolo_image_options){.channels = 0, .ignore_orientation = false, .max_pixels = DEFAULT_MAX_PIXELS};
}

static yolo_status refuse_unknown(const codec_source *source, yolo_error *error) {
    if (source->byte_count == 0) return fail_at(error, YOLO_BAD_IMAGE, source->name, 0, "the file is empty");
    const char *foreign = recognise_foreign(source->bytes, source->byte_count);
    if (foreign) return fail_at(error, YOLO_BAD_IMAGE, source->name, 0, "is %s, which is not supported", foreign);
    return fail_at(error, YOLO_BAD_IMAGE, source->name, 0, "not a picture in a format that is supported");
}

static void swap(int *a, int *b) {
    int kept = *a;
    *a = *b;
    *b = kept;
}

/* Decodes into `image`, which the caller frees when it fails. */
static yolo_status decode(const codec *kind, codec_source *source, bool upright, yolo_image *image, yolo_error *error) {
    int orientation = upright && kind->orientation ? kind->orientation(source->bytes, source->byte_count) : 1;
    bool turned = orientation >= 5 && orientation <= 8;
    if (turned) swap(&source->fit_width, &source->fit_height);
    yolo_status status = kind->decode(source, image, error);
    if (status) return status;
    image->format = kind->format;
    if (turned) swap(&image->full_width, &image->full_height);
    if (source->channels) status = image_convert(image, source->channels, source->name, error);
    return status ? status : orient_image(image, orientation, source->name, error);
}

yolo_status yolo_image_decode(const uint8_t *bytes, size_t byte_count, const char *name,
                              const yolo_image_options *options, yolo_image *image, yolo_error *error) {
    if (!image || (!bytes && byte_count)) return fail(error, YOLO_BAD_ARGUMENT, "no bytes or no image to decode");
    yolo_image_options chosen = options ? *options : yolo_image_options_default();
    if (chosen.channels != 0 && chosen.channels != 1 && chosen.channels != 3)
        return fail(error, YOLO_BAD_ARGUMENT, "channels must be 0, 1 or 3, not %d", chosen.channels);
    if (chosen.fit_width < 0 || chosen.fit_height < 0)
        return fail(error, YOLO_BAD_ARGUMENT, "the size to fit must not be %d x %d", chosen.fit_width,
                    chosen.fit_height);
    codec_source source = {.bytes = bytes,
                           .byte_count = byte_count,
                           .name = name ? name : "(memory)",
                           .channels = chosen.channels,
                           .max_pixels = chosen.max_pixels,
                           .fit_width = chosen.fit_width,
                           .fit_height = chosen.fit_height,
                           .fit_aspect = chosen.fit_aspect,
                           .before_memory = chosen.before_memory,
                           .memory_argument = chosen.memory_argument};
    const codec *kind = codec_of_bytes(bytes, byte_count);
    if (!kind) return refuse_unknown(&source, error);
    yolo_image decoded = {0};
    yolo_status status = decode(kind, &source, !chosen.ignore_orientation, &decoded, error);
    if (status)
        yolo_image_free(&decoded);
    else
        *image = decoded;
    return status;
}

yolo_status yolo_image_load(const char *path, const yolo_image_options *options, yolo_image *image, yolo_error *error) {
    if (!path || !image) return fail(error, YOLO_BAD_ARGUMENT, "no path or no image to load");
    uint8_t *bytes = NULL;
    size_t byte_count = 0;
    yolo_status status = file_read(path, MAX_FILE_BYTES, &bytes, &byte_count, error);
    if (status) return status;
    status = yolo_image_decode(bytes, byte_count, path, options, image, error);
    memory_free(bytes);
    return status;
}

/* What can be said against writing a picture, before any work is done; `name` is for messages. */
static yolo_status check_writing(const yolo_image *image, const char *name, yolo_format format, int quality,
                                 const codec **kind, yolo_error *error) {
    yolo_status status = image_check(image, error);
    if (status) return status;
    *kind = codec_of_format(format);
    if (!*kind || !(*kind)->encode)
        return fail_at(error, YOLO_BAD_ARGUMENT, name, 0, "pictures are written as JPEG or PNG, not as %s",
                       *kind ? (*kind)->name : "an unknown format");
    if (format == YOLO_FORMAT_JPEG && (quality < 1 || quality > 100))
        return fail_at(error, YOLO_BAD_ARGUMENT, name, 0, "JPEG quality must be 1..100, not %d", quality);
    return YOLO_OK;
}

yolo_status yolo_image_save(const yolo_image *image, const char *path, yolo_format format, int quality,
                            yolo_error *error) {
    const codec *kind;
    if (!path) return fail(error, YOLO_BAD_ARGUMENT, "no path to save the image to");
    yolo_status status = check_writing(image, path, format, quality, &kind, error);
    if (status) return status;
    codec_sink sink = {0};
    status = kind->encode(image, quality, path, &sink, error);
    if (!status) status = file_write(path, sink.bytes, sink.byte_count, error);
    memory_free(sink.bytes);
    return status;
}

yolo_status yolo_image_encode(const yolo_image *image, yolo_format format, int quality, uint8_t **bytes,
                              size_t *byte_count, yolo_error *error) {
    static const char name[] = "(memory)";
    const codec *kind;
    if (!bytes || !byte_count) return fail(error, YOLO_BAD_ARGUMENT, "no place for the encoded image");
    yolo_status status = check_writing(image, name, format, quality, &kind, error);
    if (status) return status;
    codec_sink sink = {0};
    status = kind->encode(image, quality, name, &sink, error);
    if (status) {
        memory_free(sink.bytes);
        return status;
    }
    *bytes = sink.bytes;
    *byte_count = sink.byte_count;
    return YOLO_OK;
}

void yolo_bytes_free(uint8_t *bytes) {
    memory_free(bytes);
}
