#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#undef fail
#undef fail_at

/* Bytes of `text` that end with a whole UTF-8 character, when it was cut after `length`. */
static size_t whole_characters(const char *text, size_t length) {
    size_t end = length;
    while (end > 0 && ((unsigned char)text[end - 1] & 0xC0) == 0x80) end--;
    if (end == 0) return length;
    unsigned char lead = (unsigned char)text[end - 1];
    size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return length - (end - 1) >= wanted ? length : end - 1;
}

static void clean(char *text) {
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == 0x7F) *text = '?';
    }
}

static void format_message(char *message, size_t size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static void format_message(char *message, size_t size, const char *format, va_list arguments) {
    int length = vsnprintf(message, size, format, arguments);
    if (length < 0) message[0] = 0;
    if (length >= (int)size) message[whole_characters(message, size - 1)] = 0;
    clean(message);
}

yolo_status fail(yolo_error *error, yolo_status status, const char *format, ...) {
    if (!error) return status;
    va_list arguments;
    va_start(arguments, format);
    format_message(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    error->status = status;
    error->line = 0;
    return status;
}

yolo_status fail_at(yolo_error *error, yolo_status status, const char *file, int line, const char *format, ...) {
    if (!error) return status;
    char sentence[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    format_message(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if (line > 0)
        fail(error, status, "%s:%d: %s", file, line, sentence);
    else
        fail(error, status, "%s: %s", file, sentence);
    error->line = line;
    return status;
}
