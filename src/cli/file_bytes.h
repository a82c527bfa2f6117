/* A file's bytes in memory that the next file reuses: a new block for every photo would cost as much as reading it. */
#ifndef CLI_FILE_BYTES_H
#define CLI_FILE_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct file_bytes {
    uint8_t *bytes; /* [count] */
    size_t count, capacity;
};

/* Replaces what it holds. NULL, or a sentence that says why not: free() it. */
char *file_bytes_read(struct file_bytes *file, const char *path);

/* Gives back what an unusually large file has taken. */
void file_bytes_trim(struct file_bytes *file);
void file_bytes_free(struct file_bytes *file);

#endif
