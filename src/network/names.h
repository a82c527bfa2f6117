/* Class names: one a line, UTF-8. */
#ifndef NETWORK_NAMES_H
#define NETWORK_NAMES_H

#include "network/cfg.h"

/* Names side by side: a network may have a million of them. */
typedef struct class_names {
    const char **items; /* [class_count]; they point into the two texts */
    char *from_file, *made;
} class_names;

/* Reads the names of `class_count` classes from a file; they are "class 0", "class 1", ... where `path` is NULL or the
 * file has too few. More or fewer names than classes are a warning. names_free, also after an error. YOLO_BAD_FILE,
 * YOLO_BAD_MODEL (a file that is not text), YOLO_NO_MEMORY. */
yolo_status names_read(const char *path, int class_count, const cfg_warnings *warnings, class_names *names,
                       yolo_error *error);

void names_free(class_names *names);

#endif
