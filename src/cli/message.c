#define _POSIX_C_SOURCE 200809L
#include "cli/message.h"

#include "cli/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One write, so that lines of processes which share stderr do not mix; nothing can be done where it fails. */
static void write_line(const char *line, size_t length) {
    while (length) {
        const ssize_t written = write(STDERR_FILENO, line, length);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        line += written;
        length -= (size_t)written;
    }
}

bool message_terminal(void) {
    const char *kind = getenv("TERM");
    return isatty(STDERR_FILENO) && kind && strcmp(kind, "dumb") != 0;
}

void complain(const char *format, ...) {
    static const char clear[] = "\x1b[K", name[] = "detect: ";
    const char *prefix = message_terminal() ? "\x1b[K"
                                              "detect: "
                                            : name;
    char sentence[2048], line[sizeof clear + sizeof name + sizeof sentence * TEXT_ESCAPE_GROWTH + 1];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    size_t length = (size_t)snprintf(line, sizeof line, "%s", prefix);
    length += text_escape(sentence, line + length);
    line[length++] = '\n';
    write_line(line, length);
}
