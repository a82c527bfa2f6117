#define _XOPEN_SOURCE 700
#include "cli/spool.h"

#include "cli/message.h"
#include "cli/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct spool {
    int file;
    struct output *output;
};

/* A file in $TMPDIR that is gone from the folder at once, and from the disk with the process. */
static int open_nameless(void) {
    const char *folder = getenv("TMPDIR");
    char *path = text_format("%s/detect-XXXXXX", folder && *folder ? folder : "/tmp");
    const int file = mkstemp(path);
    if (file < 0)
        complain("%s cannot be made: %s", path, strerror(errno));
    else
        unlink(path);
    free(path);
    return file;
}

struct spool *spool_open(void) {
    const int file = open_nameless();
    if (file < 0) return NULL;
    struct spool *spool = allocate(1, sizeof *spool);
    spool->file = file;
    spool->output = output_to(dup(file), "a temporary file");
    return spool;
}

struct output *spool_output(struct spool *spool) {
    return spool->output;
}

bool spool_pour(struct spool *spool, struct output *output) {
    char bytes[1 << 14];
    const bool kept = output_close(spool->output, true);
    spool->output = NULL;
    if (!kept) return false;
    off_t left = lseek(spool->file, 0, SEEK_END);
    ssize_t count = left < 0 || lseek(spool->file, 0, SEEK_SET) < 0 ? -1 : 1;
    while (count > 0 || (count < 0 && errno == EINTR)) {
        count = read(spool->file, bytes, sizeof bytes);
        if (count > 0) output_bytes(output, bytes, (size_t)count);
        if (count > 0) left -= count;
    }
    if (count < 0)
        complain("a temporary file cannot be read: %s", strerror(errno));
    else if (left > 0)
        complain("a temporary file ends early");
    return count == 0 && left == 0;
}

void spool_close(struct spool *spool) {
    if (!spool) return;
    output_close(spool->output, true);
    close(spool->file);
    free(spool);
}
