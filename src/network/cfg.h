/* The text of a Darknet cfg file, as sections of keys and values with their lines. Knows no meaning of either. */
#ifndef NETWORK_CFG_H
#define NETWORK_CFG_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct cfg_option {
    const char *key, *value; /* all white space removed, as Darknet does */
    int line;
} cfg_option;

typedef struct cfg_section {
    const char *file; /* the cfg's path, for messages */
    const char *name; /* without brackets */
    int line;
    const cfg_option *options; /* in the file's order; a key may come twice */
    size_t option_count;
} cfg_section;

typedef struct cfg {
    cfg_section *sections;
    size_t section_count;
    cfg_option *options; /* of all sections, in the file's order */
    size_t option_count;
    char *text; /* that names, keys and values point into */
    char *path;
} cfg;

/* Where sentences about odd but harmless things go, and whether unknown options are such. */
typedef struct cfg_warnings {
    bool lenient;
    void (*warn)(void *argument, const char *sentence);
    void *argument;
} cfg_warnings;

void cfg_warn(const cfg_warnings *warnings, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads and splits a file: YOLO_BAD_FILE, YOLO_BAD_MODEL (a line that is neither section, option nor comment; an
 * option before the first section; no section at all), YOLO_NO_MEMORY. */
yolo_status cfg_read(const char *path, cfg *out, yolo_error *error);

/* The same from text already in memory, for tests and fuzzing; `path` stands for it in messages. */
yolo_status cfg_parse(const char *path, const char *text, size_t length, cfg *out, yolo_error *error);

void cfg_free(cfg *c);

/* The first value of a key, or NULL. */
const cfg_option *cfg_find(const cfg_section *section, const char *key);

#endif
