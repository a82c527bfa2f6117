/* Class names: one a line, UTF-8. */
#ifndef NETWORK_NAMES_H
#define NETWORK_NAMES_H

#include "network/cfg.h"

/* Fills `names` [class_count] from a file, or with "class 0", "class 1", ... where `path` is NULL or the file has too
 * few. More or fewer names than classes are a warning. The names are allocated each: names_free, also after an error,
 * when some are NULL. YOLO_BAD_FILE, YOLO_BAD_MODEL (a file that is not text), YOLO_NO_MEMORY. */
yolo_status names_read(const char *path, char **names, int class_count, const cfg_warnings *warnings,
                       yolo_error *error);

void names_free(char **names, int class_count);

#endif
