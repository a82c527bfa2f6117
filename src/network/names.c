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

/* A line without white space at its ends. */
static char *trimmed(const char *begin, const char *end) {
    while (begin < end && (unsigned char)*begin <= ' ') begin++;
    while (end > begin && (unsigned char)end[-1] <= ' ') end--;
    return text_copy_range(begin, (size_t)(end - begin));
}

/* The end of the text without the empty lines that close it. */
static const char *text_end(const char *text, size_t length) {
    while (length > 0 && (unsigned char)text[length - 1] <= ' ') length--;
    return text + length;
}

/* Copies up to `class_count` lines; *found counts all of them. */
static yolo_status split(const char *path, const char *text, size_t length, char **names, int class_count, int *found,
                         yolo_error *error) {
    const char *end = text_end(text, length);
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3;
    *found = 0;
    while (text < end) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        if (!line_end) line_end = end;
        if (line_end - text > MAX_NAME_BYTES)
            return fail_at(error, YOLO_BAD_MODEL, path, *found + 1, "a name has at most %d bytes", MAX_NAME_BYTES);
        if (*found < class_count) {
            names[*found] = trimmed(text, line_end);
            if (!names[*found]) return out_of_memory(error);
        }
        ++*found;
        text = line_end + 1;
    }
    return YOLO_OK;
}

static yolo_status read_file(const char *path, char **names, int class_count, const cfg_warnings *warnings,
                             yolo_error *error) {
    uint8_t *bytes;
    size_t length;
    int found = 0;
    yolo_status status = file_read(path, MAX_NAMES_BYTES, &bytes, &length, error);
    if (status) return status;
    if (memchr(bytes, 0, length))
        status = fail(error, YOLO_BAD_MODEL, "%s: is not a text file", path);
    else
        status = split(path, (const char *)bytes, length, names, class_count, &found, error);
    memory_free(bytes);
    if (!status && found != class_count)
        cfg_warn(warnings, "%s: has %d names, but the network has %d classes", path, found, class_count);
    return status;
}

yolo_status names_read(const char *path, char **names, int class_count, const cfg_warnings *warnings,
                       yolo_error *error) {
    yolo_status status = path ? read_file(path, names, class_count, warnings, error) : YOLO_OK;
    for (int i = 0; i < class_count && !status; i++) {
        if (names[i]) continue;
        char name[32];
        snprintf(name, sizeof name, "class %d", i);
        names[i] = text_copy(name);
        if (!names[i]) status = out_of_memory(error);
    }
    return status;
}

void names_free(char **names, int class_count) {
    for (int i = 0; names && i < class_count; i++) memory_free(names[i]);
    memory_free(names);
}
