/* Whole files in, whole files out. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Reads a file of at most `max_bytes` into memory that memory_free frees. One zero byte follows the last, so text may
 * be used as a string. YOLO_BAD_FILE (also for a folder, or a file that is larger, or that becomes shorter meanwhile),
 * YOLO_NO_MEMORY. */
yolo_status file_read(const char *path, size_t max_bytes, uint8_t **bytes, size_t *byte_count, yolo_error *error);

/* Writes a file aside, then renames it: it appears whole or not at all, and an older file of that name stays until
 * then. YOLO_BAD_FILE. */
yolo_status file_write(const char *path, const uint8_t *bytes, size_t byte_count, yolo_error *error);

#endif
