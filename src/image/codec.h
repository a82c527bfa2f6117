/* What every decoder and encoder of pictures looks like, and what they share. A format is one row of the table in
 * codec.c; a picture's first bytes choose the row, never its name. */
#ifndef IMAGE_CODEC_H
#define IMAGE_CODEC_H

#include "image/image.h"

/* A picture to decode, and the limits. */
typedef struct codec_source {
    const uint8_t *bytes;
    size_t byte_count;
    const char *name; /* begins every sentence about it */
    int channels;     /* 1, 3, or 0 for what the file has */
    uint64_t max_pixels;
    int fit_width, fit_height; /* what the picture, as it is stored, may come smaller for; 0: it may not */
    bool fit_aspect;           /* it will be resized into that size, not to it */
    void (*before_memory)(void *argument, uint64_t bytes); /* as in yolo_image_options */
    void *memory_argument;
} codec_source;

/* Bytes that grow: what an encoder writes. */
typedef struct codec_sink {
    uint8_t *bytes;
    size_t byte_count, capacity;
} codec_sink;

typedef struct codec {
    yolo_format format;
    const char *name;

    bool (*recognise)(const uint8_t *bytes, size_t byte_count);

    /* Fills a zeroed image with pixels of its own, which the caller frees whatever the result; full_width and
     * full_height too, where it comes smaller. It has 1 or 3 channels, not necessarily those wanted: a decoder that cannot choose leaves that to the caller. */
    yolo_status (*decode)(const codec_source *source, yolo_image *image, yolo_error *error);

    /* The orientation 1..8 that EXIF asks for; NULL where the format has none. */
    int (*orientation)(const uint8_t *bytes, size_t byte_count);

    /* Appends the whole file to `sink`, which the caller frees; NULL where the format is only read. `name` is for
     * messages. */
    yolo_status (*encode)(const yolo_image *image, int quality, const char *name, codec_sink *sink, yolo_error *error);
} codec;

/* Refuses sizes that are nonsense or over the limits, before anything is allocated for them: `pixel_bytes` is the most
 * memory a pixel takes while it is decoded. YOLO_BAD_IMAGE. */
yolo_status codec_check_size(const codec_source *source, uint64_t width, uint64_t height, unsigned pixel_bytes,
                             yolo_error *error);

/* The same for memory that does not follow from the size alone. */
yolo_status codec_check_memory(const codec_source *source, uint64_t bytes, yolo_error *error);

/* False when memory runs out. */
bool codec_sink_append(codec_sink *sink, const void *bytes, size_t byte_count);

static inline unsigned big_endian_16(const uint8_t *bytes) {
    return (unsigned)bytes[0] << 8 | bytes[1];
}

static inline uint32_t big_endian_32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static inline unsigned little_endian_16(const uint8_t *bytes) {
    return (unsigned)bytes[1] << 8 | bytes[0];
}

static inline uint32_t little_endian_32(const uint8_t *bytes) {
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

#endif
