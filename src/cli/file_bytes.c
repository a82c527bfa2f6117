#define _POSIX_C_SOURCE 200809L
#include "cli/file_bytes.h"

#include "cli/path.h"
#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAX_BYTES = 512 << 20, /* as the library has it */
    USUAL_BYTES = 16 << 20,
};

static char *fail(const char *path, const char *doing, int problem) {
    char reason[128];
    if (strerror_r(problem, reason, sizeof reason) != 0) return text_format("%s: cannot be %s", path, doing);
    return text_format("%s: cannot be %s: %s", path, doing, reason);
}

static char *fail_size(const char *path) {
    return text_format("%s: larger than the %d bytes that are allowed", path, MAX_BYTES);
}

/* Room for `count` bytes and one more, which tells the end of a file from one that grows. */
static void make_room(struct file_bytes *file, size_t count) {
    if (count + 1 <= file->capacity) return;
    file->capacity = count + 1;
    file->bytes = reallocate(file->bytes, file->capacity, 1);
}

/* To the end, whatever size was promised: it may be a pipe, or grow or shrink meanwhile. */
static char *read_all(struct file_bytes *file, const char *path, int number) {
    for (;;) {
        const ssize_t count = read(number, file->bytes + file->count, file->capacity - file->count);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(path, "read", errno);
        if (count == 0) return NULL;
        file->count += (size_t)count;
        if (file->count > MAX_BYTES) return fail_size(path);
        if (file->count == file->capacity) make_room(file, file->capacity * 2);
    }
}

char *file_bytes_read(struct file_bytes *file, const char *path) {
    struct stat status;
    file->count = 0;
    const int number = path_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (number < 0) return fail(path, "opened", errno);
    char *error;
    if (fstat(number, &status) != 0) {
        error = fail(path, "read", errno);
    } else if (S_ISDIR(status.st_mode)) {
        error = text_format("%s: is a folder, not a file", path);
    } else if (S_ISREG(status.st_mode) && status.st_size > MAX_BYTES) {
        error = fail_size(path);
    } else {
        make_room(file, S_ISREG(status.st_mode) && status.st_size > 4096 ? (size_t)status.st_size : 4096);
        error = read_all(file, path, number);
        if (!error && S_ISREG(status.st_mode) && (off_t)file->count < status.st_size)
            error = text_format("%s: became shorter while it was read", path);
    }
    close(number);
    return error;
}

void file_bytes_trim(struct file_bytes *file) {
    if (file->capacity > USUAL_BYTES) file_bytes_free(file);
}

void file_bytes_free(struct file_bytes *file) {
    free(file->bytes);
    *file = (struct file_bytes){NULL, 0, 0};
}
