/* A list of paths as a source of pictures: read as it comes, so that it may be longer than memory, or a program's pipe
 * that gives one path at a time. */
#define _POSIX_C_SOURCE 200809L
#include "cli/inputs_source.h"
#include "cli/path.h"
#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BUFFER_BYTES = 1 << 16, /* no system opens a longer path */
    EMPTY_MAX = 1 << 20,    /* entries one after another: a device that gives nothing else has no end */
};

struct list {
    struct source base;
    int file;
    int error; /* errno of reading */
    bool ended;
    bool overlong;     /* the rest of a path that did not fit is to be dropped */
    bool is_binary;    /* a line holds a zero byte */
    bool has_begun;    /* an entry was taken */
    size_t empty;      /* entries since the last that was none */
    size_t begin, end; /* of what is in the buffer */
    char buffer[BUFFER_BYTES + 1];
};

/* Whether there is something to read, or the run was stopped (then reading ends). */
static bool can_read(const struct inputs *inputs, struct list *list, bool may_wait) {
    struct pollfd files[] = {{.fd = list->file, .events = POLLIN},
                             {.fd = inputs_get_options(inputs)->stop_file, .events = POLLIN}};
    int count;
    do count = poll(files, 2, may_wait ? -1 : 0);
    while (count < 0 && errno == EINTR && may_wait);
    if (files[1].revents) list->ended = true;
    return count > 0 && !list->ended;
}

/* Makes room at the end of the buffer and fills it. */
static void fill(struct list *list) {
    memmove(list->buffer, list->buffer + list->begin, list->end - list->begin);
    list->end -= list->begin;
    list->begin = 0;
    const ssize_t count = read(list->file, list->buffer + list->end, BUFFER_BYTES - list->end);
    if (count > 0) list->end += (size_t)count;
    if (count < 0 && errno != EINTR && errno != EAGAIN) list->error = errno;
    if (count == 0 || list->error) list->ended = true;
}

/* The next entry, with a zero byte at its end; NULL where the buffer holds none that is complete. */
static char *take_entry(struct list *list, char separator) {
    char *begin = list->buffer + list->begin;
    const size_t bytes = list->end - list->begin;
    char *end = bytes ? memchr(begin, separator, bytes) : NULL;
    if (!end && bytes < BUFFER_BYTES && !(list->ended && bytes)) return NULL;
    const bool is_tail = list->overlong;
    list->overlong = !end;
    if (!end) end = begin + bytes;
    list->begin = (size_t)(end - list->buffer) + !list->overlong;
    if (list->begin > list->end) list->begin = list->end;
    *end = '\0';
    list->is_binary = strlen(begin) != (size_t)(end - begin);
    if (separator == '\n' && end > begin && end[-1] == '\r') end[-1] = '\0';
    return is_tail ? end : begin;
}

static enum step fail(struct inputs *inputs, const char *path, int problem) {
    const char *shown = strcmp(path, "-") == 0 ? "stdin" : path;
    return inputs_give(inputs, text_copy_of(path), text_format("%s cannot be read: %s", shown, strerror(problem)));
}

/* Gives up a list that is none. */
static enum step refuse(struct inputs *inputs, struct list *list, const char *problem) {
    list->ended = true;
    list->is_binary = false;
    list->begin = list->end = 0;
    list->base.nothing = NULL;
    const char *path = list->base.path, *shown = strcmp(path, "-") == 0 ? "stdin" : path;
    return inputs_give(inputs, text_copy_of(path), text_format("%s: %s", shown, problem));
}

/* Some editors put a byte order mark before a text. */
static char *without_mark(struct list *list, char *entry) {
    static const char mark[] = "\xEF\xBB\xBF";
    const bool is_first = entry && !list->has_begun;
    list->has_begun = list->has_begun || entry;
    return is_first && strncmp(entry, mark, strlen(mark)) == 0 ? entry + strlen(mark) : entry;
}

static enum step next(struct inputs *inputs, struct source *source, bool may_wait) {
    struct list *list = (struct list *)source;
    char *entry = without_mark(list, take_entry(list, inputs_get_options(inputs)->zero_separated ? '\0' : '\n'));
    if (list->is_binary) return refuse(inputs, list, "a line holds a zero byte: --null is for lists with those");
    if (entry && *entry) {
        list->empty = 0;
        return inputs_take_named(inputs, entry);
    }
    if (entry && ++list->empty == EMPTY_MAX) return refuse(inputs, list, "a million empty entries are no list");
    if (entry) return STEP_ON;
    if (list->error) {
        const int problem = list->error;
        list->error = 0;
        return fail(inputs, source->path, problem);
    }
    if (list->ended) return STEP_ENDED;
    if (can_read(inputs, list, may_wait))
        fill(list);
    else if (!may_wait && !list->ended)
        return STEP_WAIT;
    return STEP_ON;
}

static void release(struct source *source) {
    const struct list *list = (const struct list *)source;
    if (list->file > STDERR_FILENO) close(list->file);
}

static const struct source_type type = {next, release};

enum step list_open(struct inputs *inputs, const char *path) {
    const bool is_stdin = strcmp(path, "-") == 0;
    const int file = is_stdin ? STDIN_FILENO : path_open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return fail(inputs, path, errno);
    struct list *list = allocate(1, sizeof *list);
    list->base = (struct source){.type = &type, .path = text_copy_of(path)};
    if (!is_stdin) list->base.nothing = "the list names no pictures";
    list->file = file;
    return inputs_push(inputs, &list->base);
}
