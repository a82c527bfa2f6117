#include "image/jpeg.h"

#if YOLO_WITH_TURBOJPEG

#include "base/memory.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

enum { ROWS_AT_ONCE = 16 }; /* a row of 4:2:0 blocks */

/* libjpeg reports by calling back, and leaves by longjmp. Everything that must survive the jump lives here. */
typedef struct jpeg_reader {
    struct jpeg_decompress_struct library;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf jump;
    const codec_source *source;
    yolo_image *image;
    uint8_t *row; /* [width][4] of CMYK; NULL otherwise */
    bool ended_early;
    int scans_counted;  /* of an arithmetic-coded picture */
    uint64_t decisions; /* coefficients that these may hold */
    yolo_status status;
    yolo_error *error;
} jpeg_reader;

static void give_up(j_common_ptr library) {
    jpeg_reader *r = library->client_data;
    longjmp(r->jump, 1);
}

static void refuse(jpeg_reader *r, const char *why) {
    r->status = fail_at(r->error, YOLO_BAD_IMAGE, r->source->name, 0, "the JPEG picture cannot be decoded: %s", why);
    give_up((j_common_ptr)&r->library);
}

static void on_error(j_common_ptr library) {
    jpeg_reader *r = library->client_data;
    char why[JMSG_LENGTH_MAX];
    library->err->format_message(library, why);
    if (library->err->msg_code == JERR_OUT_OF_MEMORY) {
        r->status = fail_at(r->error, YOLO_NO_MEMORY, r->source->name, 0, "not enough memory to decode it");
        give_up(library);
    }
    refuse(r, why);
}

/* libjpeg goes on after what it calls a warning, and makes up what it could not read. */
static void on_message(j_common_ptr library, int level) {
    jpeg_reader *r = library->client_data;
    if (level >= 0) return;
    switch (library->err->msg_code) {
    case JWRN_JPEG_EOF: /* harmless if only the end marker is missing: HIT_MARKER follows when pixels are */
        r->ended_early = true;
        break;
    case JWRN_HIT_MARKER:
        refuse(r, r->ended_early ? "its data ends early" : "its data is corrupt");
        break;
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
        refuse(r, "its data is corrupt");
        break;
    default: /* junk between segments, odd versions and the like lose no pixels */
        break;
    }
}

static void no_output(j_common_ptr library) {
    (void)library;
}

/* Arithmetic coding decides bit by bit, up to thirty times for a coefficient in a bit of file, so that scans of great
 * numbers take seconds where Huffman's end with the file. No photo in use is as large: 25 million are 16 megapixels. */
static void limit_decisions(jpeg_reader *r) {
    static const uint64_t most = 25000000;
    const struct jpeg_decompress_struct *l = &r->library;
    if (!l->arith_code || r->scans_counted == l->input_scan_number) return;
    r->scans_counted = l->input_scan_number;
    uint64_t blocks = 0;
    for (int i = 0; i < l->comps_in_scan; i++)
        blocks += (uint64_t)l->cur_comp_info[i]->width_in_blocks * l->cur_comp_info[i]->height_in_blocks;
    r->decisions += blocks * (unsigned)(l->progressive_mode ? l->Se - l->Ss + 1 : DCTSIZE2);
    if (r->decisions > most) refuse(r, "it is too large for arithmetic coding");
}

static void on_progress(j_common_ptr library) {
    jpeg_reader *r = library->client_data;
    const struct jpeg_decompress_struct *l = &r->library;
    limit_decisions(r);
    if (l->input_scan_number > jpeg_scan_limit((uint64_t)l->image_width * l->image_height))
        refuse(r, "it has too many scans for a picture of its size");
}

/* Pictures in several scans are kept as coefficients until the last has been read. */
static uint64_t coefficient_bytes(struct jpeg_decompress_struct *library) {
    uint64_t blocks = 0;
    if (!jpeg_has_multiple_scans(library)) return 0;
    for (int i = 0; i < library->num_components; i++)
        blocks += (uint64_t)library->comp_info[i].width_in_blocks * library->comp_info[i].height_in_blocks;
    return blocks * DCTSIZE2 * sizeof(JCOEF);
}

/* What libjpeg is asked to give; CMYK it cannot turn into RGB. */
static void choose_color(jpeg_reader *r) {
    struct jpeg_decompress_struct *l = &r->library;
    if (l->num_components == 4)
        l->out_color_space = JCS_CMYK;
    else if (r->source->channels == 1 || (r->source->channels == 0 && l->num_components == 1))
        l->out_color_space = JCS_GRAYSCALE;
    else if (l->num_components == 1 || l->num_components == 3)
        l->out_color_space = JCS_RGB;
    else
        refuse(r, "it has neither 1, 3 nor 4 color components");
}

/* Whether a picture of this size is still at least as large as what it will be resized to. */
static bool is_enough(const codec_source *s, uint64_t width, uint64_t height) {
    bool wide = width >= (unsigned)s->fit_width, high = height >= (unsigned)s->fit_height;
    return s->fit_aspect ? wide || high : wide && high;
}

/* Takes the transform of each 8 x 8 block at a smaller size: a half, a quarter and an eighth are quick ones. */
static void choose_scale(jpeg_reader *r) {
    struct jpeg_decompress_struct *l = &r->library;
    if (r->source->fit_width == 0 || r->source->fit_height == 0) return;
    while (l->scale_denom < 8 &&
           is_enough(r->source, l->image_width / (l->scale_denom * 2), l->image_height / (l->scale_denom * 2)))
        l->scale_denom *= 2;
}

static yolo_status allocate(jpeg_reader *r, int channels) {
    struct jpeg_decompress_struct *l = &r->library;
    yolo_status status = image_allocate((int)l->output_width, (int)l->output_height, channels, channels,
                                        r->source->name, r->image, r->error);
    if (!status && l->scale_denom > 1) {
        r->image->full_width = (int)l->image_width;
        r->image->full_height = (int)l->image_height;
    }
    if (!status && l->out_color_space == JCS_CMYK && !(r->row = memory_allocate(l->output_width, 4)))
        status = fail_at(r->error, YOLO_NO_MEMORY, r->source->name, 0, "not enough memory to decode it");
    return status;
}

static void prepare(jpeg_reader *r) {
    struct jpeg_decompress_struct *l = &r->library;
    jpeg_read_header(l, TRUE);
    choose_color(r);
    l->scale_num = l->scale_denom = 1;
    choose_scale(r);
    jpeg_calc_output_dimensions(l);
    int channels = l->out_color_space == JCS_GRAYSCALE ? 1 : 3;
    uint64_t pixels = (uint64_t)l->output_width * l->output_height;
    r->status = codec_check_size(r->source, l->image_width, l->image_height, (unsigned)channels, r->error);
    if (!r->status)
        r->status = codec_check_memory(r->source, pixels * (unsigned)channels + coefficient_bytes(l), r->error);
    if (!r->status) r->status = allocate(r, channels);
    if (r->status) give_up((j_common_ptr)l);
}

/* Programs of Adobe store CMYK inverted, and others follow them, even without Adobe's marker: 255 is no ink. */
static void cmyk_row(const uint8_t *cmyk, size_t width, uint8_t *rgb) {
    for (size_t x = 0; x < width; x++, cmyk += 4, rgb += 3)
        for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)((cmyk[c] * cmyk[3] + 127) / 255);
}

static void read_rows(jpeg_reader *r) {
    struct jpeg_decompress_struct *l = &r->library;
    while (l->output_scanline < l->output_height) {
        JSAMPROW rows[ROWS_AT_ONCE];
        int y = (int)l->output_scanline;
        if (r->row) {
            jpeg_read_scanlines(l, &r->row, 1);
            cmyk_row(r->row, l->output_width, image_row(r->image, y));
            continue;
        }
        JDIMENSION count = l->output_height - l->output_scanline;
        if (count > ROWS_AT_ONCE) count = ROWS_AT_ONCE;
        for (JDIMENSION i = 0; i < count; i++) rows[i] = image_row(r->image, y + (int)i);
        jpeg_read_scanlines(l, rows, count);
    }
}

static yolo_status decode(jpeg_reader *r) {
    struct jpeg_decompress_struct *l = &r->library;
    if (setjmp(r->jump)) return r->status;
    jpeg_create_decompress(l);
    l->progress = &r->progress;
    jpeg_mem_src(l, r->source->bytes, r->source->byte_count);
    prepare(r);
    bool several_scans = jpeg_has_multiple_scans(l);
    jpeg_start_decompress(l);
    read_rows(r);
    /* A scan may be missing as a whole, and arithmetic coding does not notice its end. */
    if (r->ended_early && (several_scans || l->arith_code)) refuse(r, "its data ends early");
    return YOLO_OK;
}

yolo_status jpeg_decode(const codec_source *source, yolo_image *image, yolo_error *error) {
    jpeg_reader r = {.source = source, .image = image, .error = error};
    r.library.err = jpeg_std_error(&r.errors);
    r.library.client_data = &r;
    r.errors.error_exit = on_error;
    r.errors.emit_message = on_message;
    r.errors.output_message = no_output;
    r.progress.progress_monitor = on_progress;
    yolo_status status = decode(&r);
    jpeg_destroy_decompress(&r.library);
    memory_free(r.row);
    return status;
}

/* The writing side of the same arrangement. */
typedef struct jpeg_writer {
    struct jpeg_compress_struct library;
    struct jpeg_error_mgr errors;
    jmp_buf jump;
    unsigned char *bytes; /* libjpeg's own memory */
    unsigned long byte_count;
    const char *name;
    yolo_error *error;
} jpeg_writer;

static void on_write_error(j_common_ptr library) {
    jpeg_writer *w = library->client_data;
    char why[JMSG_LENGTH_MAX];
    library->err->format_message(library, why);
    fail_at(w->error, YOLO_NO_MEMORY, w->name, 0, "the JPEG picture cannot be written: %s", why);
    longjmp(w->jump, 1);
}

static yolo_status encode(jpeg_writer *w, const yolo_image *image, int quality) {
    struct jpeg_compress_struct *l = &w->library;
    if (setjmp(w->jump)) return YOLO_NO_MEMORY;
    jpeg_create_compress(l);
    jpeg_mem_dest(l, &w->bytes, &w->byte_count);
    l->image_width = (JDIMENSION)image->width;
    l->image_height = (JDIMENSION)image->height;
    l->input_components = image->channels;
    l->in_color_space = image->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(l); /* 4:2:0 */
    jpeg_set_quality(l, quality, TRUE);
    jpeg_start_compress(l, TRUE);
    while (l->next_scanline < l->image_height) {
        JSAMPROW rows[ROWS_AT_ONCE];
        JDIMENSION count = l->image_height - l->next_scanline;
        if (count > ROWS_AT_ONCE) count = ROWS_AT_ONCE;
        for (JDIMENSION i = 0; i < count; i++) rows[i] = image_row(image, (int)(l->next_scanline + i));
        jpeg_write_scanlines(l, rows, count);
    }
    jpeg_finish_compress(l);
    return YOLO_OK;
}

yolo_status jpeg_encode(const yolo_image *image, int quality, const char *name, codec_sink *sink, yolo_error *error) {
    if (image->width > JPEG_MAX_DIMENSION || image->height > JPEG_MAX_DIMENSION)
        return fail_at(error, YOLO_BAD_IMAGE, name, 0, "%d x %d pixels: JPEG holds no more than %ld a side",
                       image->width, image->height, JPEG_MAX_DIMENSION);
    jpeg_writer w = {.name = name, .error = error};
    w.library.err = jpeg_std_error(&w.errors);
    w.library.client_data = &w;
    w.errors.error_exit = on_write_error;
    w.errors.output_message = no_output;
    yolo_status status = encode(&w, image, quality);
    if (!status && !codec_sink_append(sink, w.bytes, w.byte_count))
        status = fail_at(error, YOLO_NO_MEMORY, name, 0, "not enough memory to encode it");
    jpeg_destroy_compress(&w.library);
    free(w.bytes);
    return status;
}

#endif
