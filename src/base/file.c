#define _POSIX_C_SOURCE 200809L

#include "base/file.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* strerror keeps its text in memory shared by all threads; this is the reentrant one. */
static yolo_status fail_errno(yolo_error *error, const char *path, const char *doing, int code) {
    char reason[128];
    if (strerror_r(code, reason, sizeof reason)) snprintf(reason, sizeof reason, "error %d", code);
    return fail(error, code == ENOMEM ? YOLO_NO_MEMORY : YOLO_BAD_FILE, "%s: cannot be %s: %s", path, doing, reason);
}

/* Reads until `wanted` bytes or the end; -1 with errno on failure. Short reads are ordinary on some file systems. */
static ssize_t read_fully(int file, uint8_t *bytes, size_t wanted) {
    size_t done = 0;
    while (done < wanted) {
        ssize_t got = read(file, bytes + done, wanted - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

/* Reads to the end, whatever size was promised: the file may be a pipe, or may grow meanwhile. One that has shrunk is not
 * the one that was meant. */
static yolo_status read_open(int file, const char *path, size_t expected, size_t max_bytes, uint8_t **bytes,
                             size_t *byte_count, yolo_error *error) {
    uint8_t *buffer = NULL;
    size_t capacity = 0, count = 0, wanted = expected < 4096 ? 4096 : expected + 1;
    for (;;) {
        uint8_t *grown = memory_grow(buffer, &capacity, wanted + 1, 1);
        if (!grown) {
            memory_free(buffer);
            return fail(error, YOLO_NO_MEMORY, "%s: not enough memory to read it", path);
        }
        buffer = grown;
        ssize_t got = read_fully(file, buffer + count, capacity - 1 - count);
        if (got < 0 || count + (size_t)(got < 0 ? 0 : got) > max_bytes) {
            int code = errno;
            memory_free(buffer);
            if (got < 0) return fail_errno(error, path, "read", code);
            return fail(error, YOLO_BAD_FILE, "%s: larger than the %zu bytes that are allowed", path, max_bytes);
        }
        count += (size_t)got;
        if (count < capacity - 1) break;
        wanted = capacity * 2;
    }
    if (count < expected) {
        memory_free(buffer);
        return fail(error, YOLO_BAD_FILE, "%s: became shorter while it was read", path);
    }
    buffer[count] = 0;
    *bytes = buffer;
    *byte_count = count;
    return YOLO_OK;
}

yolo_status file_read(const char *path, size_t max_bytes, uint8_t **bytes, size_t *byte_count, yolo_error *error) {
    int file;
    do file = open(path, O_RDONLY | O_CLOEXEC);
    while (file < 0 && errno == EINTR);
    if (file < 0) return fail_errno(error, path, "opened", errno);
    struct stat facts;
    yolo_status status;
    if (fstat(file, &facts))
        status = fail_errno(error, path, "read", errno);
    else if (S_ISDIR(facts.st_mode))
        status = fail(error, YOLO_BAD_FILE, "%s: is a folder, not a file", path);
    else if (S_ISREG(facts.st_mode) && (uint64_t)facts.st_size > max_bytes)
        status = fail(error, YOLO_BAD_FILE, "%s: larger than the %zu bytes that are allowed", path, max_bytes);
    else
        status = read_open(file, path, S_ISREG(facts.st_mode) ? (size_t)facts.st_size : 0, max_bytes, bytes, byte_count,
                           error);
    close(file);
    return status;
}

static bool write_fully(int file, const uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t put = write(file, bytes, count);
        if (put < 0 && errno == EINTR) continue;
        if (put == 0) errno = EIO; /* it would go on for ever */
        if (put <= 0) return false;
        bytes += put;
        count -= (size_t)put;
    }
    return true;
}

/* A new file beside `path`: `aside` [size] receives its name. mkstemp would make it private, and finding out the usual
 * mode means changing the umask of the whole process for a moment. */
static int open_aside(const char *path, char *aside, size_t size) {
    int file = -1;
    for (unsigned attempt = 0; attempt < 1000; attempt++) {
        snprintf(aside, size, "%s.%ld-%u.part", path, (long)getpid(), attempt);
        file = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 || (errno != EEXIST && errno != EINTR)) break;
    }
    return file;
}

yolo_status file_write(const char *path, const uint8_t *bytes, size_t byte_count, yolo_error *error) {
    size_t size = strlen(path) + 48;
    char *aside = memory_allocate(size, 1);
    if (!aside) return fail(error, YOLO_NO_MEMORY, "%s: not enough memory to write it", path);
    int file = open_aside(path, aside, size);
    int code = file < 0 ? errno : 0;
    if (file >= 0) {
        if (!write_fully(file, bytes, byte_count)) code = errno;
        if (close(file) && !code && errno != EINTR) code = errno; /* an interrupted one is closed all the same */
        if (!code && rename(aside, path)) code = errno;
        if (code) unlink(aside);
    }
    memory_free(aside);
    return code ? fail_errno(error, path, "written", code) : YOLO_OK;
}
