#define _XOPEN_SOURCE 700
#include "cli/picture_save.h"

#include "cli/folder.h"
#include "cli/message.h"
#include "cli/path.h"
#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* 0, or why not. */
static int write_all(int file, const uint8_t *bytes, size_t count) {
    while (count) {
        const ssize_t written = write(file, bytes, count);
        if (written == 0) return EIO; /* it would go on for ever */
        if (written < 0 && errno != EINTR) return errno;
        if (written < 0) continue;
        bytes += written;
        count -= (size_t)written;
    }
    return 0;
}

static int write_file(const char *path, const uint8_t *bytes, size_t count) {
    char *part = text_format("%s.part", path);
    const int file = path_open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
    int problem = file < 0 ? errno : write_all(file, bytes, count);
    if (file >= 0) {
        if (close(file) != 0 && !problem && errno != EINTR) problem = errno;
        if (!problem && rename(part, path) != 0) problem = errno;
        if (problem) unlink(part);
    }
    free(part);
    return problem;
}

static bool is_for_good(int problem) {
    return problem == ENOSPC || problem == EDQUOT || problem == EROFS || problem == EIO;
}

bool picture_save(const yolo_image *image, const char *path, yolo_format format, int quality, atomic_bool *no_room) {
    yolo_error error;
    uint8_t *bytes;
    size_t count;
    if (atomic_load(no_room) || !folder_make_for(path)) return false;
    if (yolo_image_encode(image, format, quality, &bytes, &count, &error)) {
        complain("%s: %s", path, error.message);
        return false;
    }
    const int problem = write_file(path, bytes, count);
    yolo_bytes_free(bytes);
    if (problem) complain("%s cannot be written: %s", path, strerror(problem));
    if (is_for_good(problem)) atomic_store(no_room, true);
    return !problem;
}
