/* A taken name is kept as a hash of eight bytes only: should two names share one, the second gets a number that it did
 * not need. Memory stays below 64 MB: after some millions of pictures no more names are kept, and every further picture
 * gets its own number.
 *
 * Why written names cannot collide: a name keeps its extension where that fits what is written (photo.jpg, scan.png);
 * one of a format that is not written has it replaced (scan.bmp -> scan.png), and that name is the one taken; where
 * content and extension disagree the right one is added (photo.jpg -> photo.jpg.png), and names that look so by
 * themselves count as taken; names without an extension of ours take both they might get (x -> x.jpg, x.png). */
#include "cli/output_names.h"

#include "cli/number_set.h"
#include "cli/path.h"
#include "cli/picture_files.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

enum { CAPACITY_MAX = 1 << 23 };

struct output_names {
    struct number_set taken; /* hashes */
    size_t beyond;           /* names given out after it was full */
};

struct output_names *output_names_open(void) {
    struct output_names *names = allocate(1, sizeof *names);
    names->taken = number_set_make();
    return names;
}

void output_names_close(struct output_names *names) {
    number_set_free(&names->taken);
    free(names);
}

/* FNV-1a over the letters in lower case; never 0. What is no UTF-8 counts as U+FFFD, because that is what --resume
 * reads of it. */
static uint64_t hash(const char *text) {
    uint64_t value = 14695981039346656037u;
    while (*text) {
        uint32_t letter;
        text += utf8_decode(text, &letter);
        if (letter >= 'A' && letter <= 'Z') letter += 'a' - 'A';
        if (letter == UTF8_INVALID) letter = UTF8_REPLACEMENT;
        value = (value ^ letter) * 1099511628211u;
    }
    return value ? value : 1;
}

/* photo.jpg.png: what a name gets whose content and extension disagree. */
static bool has_two_extensions(const char *name) {
    const char *extension = path_extension(name);
    if (picture_format_of_extension(extension) == YOLO_FORMAT_UNKNOWN) return false;
    char *stem = text_format("%.*s", (int)(extension - name), name);
    const bool has = picture_format_of_extension(path_extension(stem)) != YOLO_FORMAT_UNKNOWN;
    free(stem);
    return has;
}

static bool is_full(const struct output_names *names) {
    return names->taken.capacity == CAPACITY_MAX && names->taken.count + 2 > CAPACITY_MAX / 2;
}

/* Takes a name unless it is taken; where there is no room to remember it, it is only looked up. */
static bool try_take(struct output_names *names, const char *name) {
    char *jpeg = output_picture_name(name, YOLO_FORMAT_JPEG), *png = output_picture_name(name, YOLO_FORMAT_PNG);
    const yolo_format promised = picture_format_of_extension(path_extension(name));
    const uint64_t values[2] = {promised == YOLO_FORMAT_JPEG || promised == YOLO_FORMAT_UNKNOWN ? hash(jpeg) : 0,
                                promised != YOLO_FORMAT_JPEG ? hash(png) : 0};
    free(jpeg);
    free(png);
    for (size_t i = 0; i < 2; i++)
        if (values[i] && number_set_has(&names->taken, values[i])) return false;
    for (size_t i = 0; i < 2 && !is_full(names); i++)
        if (values[i]) number_set_add(&names->taken, values[i]);
    return true;
}

char *output_names_take(struct output_names *names, const char *name) {
    if (!is_full(names) && !has_two_extensions(name) && try_take(names, name)) return text_copy_of(name);
    const char *extension = path_extension(name);
    /* A name that is asked for a million times must not try a million numbers each time; beyond the slots a number must
     * never come twice. */
    size_t number = is_full(names) ? CAPACITY_MAX + ++names->beyond : 2;
    for (;; number += is_full(names) ? (size_t)1 << 40 : number < 10 ? 1 : names->taken.count) {
        char *other = text_format("%.*s-%zu%s", (int)(extension - name), name, number, extension);
        if (try_take(names, other)) return other;
        free(other);
    }
}

yolo_format output_picture_format(yolo_format format) {
    return format == YOLO_FORMAT_JPEG ? YOLO_FORMAT_JPEG : YOLO_FORMAT_PNG;
}

char *output_picture_name(const char *name, yolo_format format) {
    const char *extension = path_extension(name), *fitting = format == YOLO_FORMAT_JPEG ? ".jpg" : ".png";
    const yolo_format promised = picture_format_of_extension(extension);
    if (promised == format) return text_copy_of(name);
    if (promised == YOLO_FORMAT_UNKNOWN || promised == YOLO_FORMAT_JPEG || format == YOLO_FORMAT_JPEG)
        return text_format("%s%s", name, fitting);
    return text_format("%.*s%s", (int)(extension - name), name, fitting);
}
