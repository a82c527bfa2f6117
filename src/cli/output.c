#define _XOPEN_SOURCE 700
#include "cli/output.h"

#include "cli/message.h"
#include "cli/path.h"
#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_BYTES = 1 << 16 };

struct output {
    int file;
    int error;  /* errno of the first failure, 0: none */
    bool told;  /* it has been told on stderr */
    char *path; /* the final name; NULL for stdout */
    char *part; /* where it is written until it is whole; NULL: written as it is */
    bool lines, again, here;
    off_t whole;     /* bytes of the file at the last flush */
    size_t buffered; /* bytes of `buffer` that are not written yet */
    char buffer[BUFFER_BYTES];
};

static void write_all(struct output *output, const char *bytes, size_t count) {
    while (count && !output->error) {
        const ssize_t written = write(output->file, bytes, count);
        if (written == 0) output->error = EIO; /* it would go on for ever */
        if (written < 0 && errno != EINTR) output->error = errno;
        if (written <= 0) continue;
        bytes += written;
        count -= (size_t)written;
    }
}

static void write_buffer(struct output *output) {
    write_all(output, output->buffer, output->buffered);
    output->buffered = 0;
}

/* What a link says that leads to nothing; NULL where it is no link. */
static char *follow(const char *path) {
    char target[4096];
    const ssize_t length = readlink(path, target, sizeof target - 1);
    if (length <= 0) return NULL;
    target[length] = '\0';
    if (target[0] == '/') return text_copy_of(target);
    return text_format("%.*s%s", (int)(path_name(path) - path), path, target);
}

char *output_file_of(const char *path, bool part) {
    char *real = path_real(path);
    if (!real) real = follow(path);
    char *file = text_format("%s%s", real ? real : path, part ? ".part" : "");
    free(real);
    return file;
}

static bool open_file(struct output *output, const char *path) {
    struct stat status;
    output->path = output->here ? text_copy_of(path) : output_file_of(path, false);
    const int found = output->here ? lstat(output->path, &status) : stat(output->path, &status);
    const bool exists = found == 0 && !S_ISLNK(status.st_mode);
    if (exists && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        output->file = -1;
    } else if (exists && !S_ISREG(status.st_mode)) {
        output->file = path_open(output->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    } else {
        output->part = text_format("%s.part", output->path);
        const int how = output->again ? O_APPEND : O_TRUNC;
        output->file = path_open(output->part, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | how);
        if (output->file >= 0 && output->again) output->whole = lseek(output->file, 0, SEEK_END);
    }
    return output->file >= 0;
}

static void release(struct output *output) {
    free(output->path);
    free(output->part);
    free(output);
}

static struct output *open_any(const char *path, bool lines, bool again, bool here) {
    struct output *output = allocate(1, sizeof *output);
    output->file = STDOUT_FILENO;
    output->lines = lines;
    output->again = again;
    output->here = here;
    if (strcmp(path, "-") == 0 || open_file(output, path)) return output;
    complain("%s cannot be written: %s", path, strerror(errno));
    release(output);
    return NULL;
}

struct output *output_open(const char *path) {
    return open_any(path, false, false, false);
}

struct output *output_open_here(const char *path) {
    return open_any(path, false, false, true);
}

struct output *output_open_lines(const char *path, bool again) {
    return open_any(path, true, again, false);
}

struct output *output_to(int file, const char *name) {
    struct output *output = allocate(1, sizeof *output);
    output->file = file;
    output->path = text_copy_of(name);
    return output;
}

void output_bytes(struct output *output, const char *bytes, size_t count) {
    if (count > BUFFER_BYTES - output->buffered) write_buffer(output);
    if (count > BUFFER_BYTES) {
        write_all(output, bytes, count);
    } else {
        memcpy(output->buffer + output->buffered, bytes, count);
        output->buffered += count;
    }
}

void output_text(struct output *output, const char *text) {
    output_bytes(output, text, strlen(text));
}

void output_format(struct output *output, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0) return;
    if ((size_t)length < sizeof text) {
        output_bytes(output, text, (size_t)length);
        return;
    }
    char *longer = allocate((size_t)length + 1, 1);
    va_start(arguments, format);
    vsnprintf(longer, (size_t)length + 1, format, arguments);
    va_end(arguments);
    output_bytes(output, longer, (size_t)length);
    free(longer);
}

/* Tells the first error, once. */
static bool is_well(struct output *output) {
    if (output->error && !output->told) {
        const bool stays = output->lines && output->part;
        complain("%s cannot be written: %s%s%s%s", output->path ? output->path : "stdout", strerror(output->error),
                 stays ? "; what was written is in " : "", stays ? output->part : "",
                 stays ? ", and --resume goes on from there" : "");
        output->told = true;
    }
    return !output->error;
}

bool output_flush(struct output *output) {
    write_buffer(output);
    if (output->lines && output->part && !output->error) output->whole = lseek(output->file, 0, SEEK_CUR);
    return is_well(output);
}

/* Gives the file its name, or takes it away. */
static void settle(struct output *output, bool keep) {
    if (keep && !output->error && rename(output->part, output->path) != 0) output->error = errno;
    if (!output->error && keep) return;
    if (!output->lines || truncate(output->part, output->whole) != 0) unlink(output->part);
}

bool output_close(struct output *output, bool keep) {
    if (!output) return true;
    write_buffer(output);
    if (output->path && close(output->file) != 0 && !output->error && errno != EINTR) output->error = errno;
    if (output->part) settle(output, keep);
    const bool well = is_well(output);
    release(output);
    return well;
}
