#include "network/names.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    MAX_NAMES_BYTES = 16 << 20,
    MAX_NAME_BYTES = 1000, /* names are drawn, and become names of files */
};

static yolo_status out_of_memory(yolo_error *error) {
    return fail(error, YOLO_NO_MEMORY, "not enough memory for the class names");
}

/* A line without white space at its ends, ended by a zero: at `end` at the latest. */
static const char *trim(char *begin, char *end) {
    while (begin < end && (unsigned char)*begin <= ' ') begin++;
    while (end > begin && (unsigned char)end[-1] <= ' ') end--;
    *end = '\0';
    return begin;
}

/* The end of the text without the empty lines that close it. */
static char *text_end(char *text, size_t length) {
    while (length > 0 && (unsigned char)text[length - 1] <= ' ') length--;
    return text + length;
}

/* Makes names of up to `class_count` lines of a text with room for a zero behind it; *found counts all lines. */
static yolo_status split(const char *path, char *text, size_t length, const char **names, int class_count, int *found,
                         yolo_error *error) {
    char *end = text_end(text, length);
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3;
    *found = 0;
    while (text < end) {
        char *line_end = memchr(text, '\n', (size_t)(end - text));
        if (!line_end) line_end = end;
        if (line_end - text > MAX_NAME_BYTES)
            return fail_at(error, YOLO_BAD_MODEL, path, *found + 1, "a name has at most %d bytes", MAX_NAME_BYTES);
        if (*found < class_count) names[*found] = trim(text, line_end);
        ++*found;
        text = line_end + 1;
    }
    return YOLO_OK;
}

static yolo_status read_file(const char *path, int class_count, const cfg_warnings *warnings, class_names *names,
                             yolo_error *error) {
    uint8_t *bytes;
    size_t length;
    int found = 0;
    yolo_status status = file_read(path, MAX_NAMES_BYTES, &bytes, &length, error);
    if (status) return status;
    if (memchr(bytes, 0, length))
        status = fail(error, YOLO_BAD_MODEL, "%s: is not a text file", path);
    else if (!(names->from_file = text_copy_range((const char *)bytes, length)))
        status = out_of_memory(error);
    memory_free(bytes);
    if (!status) status = split(path, names->from_file, length, names->items, class_count, &found, error);
    if (!status && found != class_count)
        cfg_warn(warnings, "%s: has %d names, but the network has %d classes", path, found, class_count);
    return status;
}

/* Numbers for those that have no name yet. */
static yolo_status make_names(int class_count, class_names *names, yolo_error *error) {
    enum { MADE_BYTES = sizeof "class 2147483647" };
    size_t missing = 0;
    for (int i = 0; i < class_count; i++) missing += !names->items[i];
    char *text = names->made = memory_allocate(missing, MADE_BYTES);
    if (!text) return out_of_memory(error);
    for (int i = 0; i < class_count; i++) {
        if (names->items[i]) continue;
        names->items[i] = text;
        text += snprintf(text, MADE_BYTES, "class %d", i) + 1;
    }
    return YOLO_OK;
}

yolo_status names_read(const char *path, int class_count, const cfg_warnings *warnings, class_names *names,
                       yolo_error *error) {
    *names = (class_names){.items = memory_allocate_zeroed((size_t)class_count, sizeof *names->items)};
    if (!names->items) return out_of_memory(error);
    yolo_status status = path ? read_file(path, class_count, warnings, names, error) : YOLO_OK;
    return status ? status : make_names(class_count, names, error);
}

void names_free(class_names *names) {
    memory_free(names->from_file);
    memory_free(names->made);
    memory_free((void *)names->items);
    *names = (class_names){0};
}
