#define _POSIX_C_SOURCE 200809L
#include "cli/json_reader.h"

#include "cli/message.h"
#include "cli/path.h"
#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BUFFER_BYTES = 1 << 16,
    TEXT_MAX = 1 << 16, /* bytes of a key, a string that is read, or a number */
    DEPTH_MAX = 256,
};

static const int end_of_file = -1;

struct json_reader {
    const char *path;
    int file;
    size_t line;
    char *error;   /* the sentence; NULL: no mistake yet */
    bool is_first; /* an object or array has just begun: no comma is due */
    int depth;
    char text[TEXT_MAX + 8]; /* the string or number read last, and a few bytes that may go over */
    size_t length;
    size_t next, end; /* of what is in the buffer */
    unsigned char buffer[BUFFER_BYTES];
};

struct json_reader *json_reader_open(const char *path) {
    const int file = path_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0) {
        complain("%s: cannot be opened: %s", path, strerror(errno));
        return NULL;
    }
    struct json_reader *reader = allocate(1, sizeof *reader);
    reader->path = path;
    reader->file = file;
    reader->line = 1;
    return reader;
}

bool json_reader_close(struct json_reader *reader) {
    const bool well = !reader->error;
    if (!well) complain("%s", reader->error);
    close(reader->file);
    free(reader->error);
    free(reader);
    return well;
}

bool json_failed(const struct json_reader *reader) {
    return reader->error;
}

void json_fail(struct json_reader *reader, const char *format, ...) {
    char what[512];
    if (reader->error) return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    reader->error = text_format("%s, line %zu: %s", reader->path, reader->line, what);
}

/* ---- Bytes ------------------------------------------------------------------------------------------------------ */

static void fill(struct json_reader *reader) {
    ssize_t count;
    do count = read(reader->file, reader->buffer, BUFFER_BYTES);
    while (count < 0 && errno == EINTR);
    if (count < 0 && !reader->error)
        reader->error = text_format("%s: cannot be read: %s", reader->path, strerror(errno));
    reader->next = 0;
    reader->end = count > 0 ? (size_t)count : 0;
}

/* The next byte, which stays there; none after a mistake. */
static int peek(struct json_reader *reader) {
    if (reader->next == reader->end) fill(reader);
    return reader->next == reader->end || reader->error ? end_of_file : reader->buffer[reader->next];
}

static int take(struct json_reader *reader) {
    const int c = peek(reader);
    if (c == '\n') reader->line++;
    if (c != end_of_file) reader->next++;
    return c;
}

/* The next byte that is no blank; a byte order mark is one. */
static int peek_token(struct json_reader *reader) {
    int c = peek(reader);
    while (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xEF || c == 0xBB || c == 0xBF) {
        take(reader);
        c = peek(reader);
    }
    return c;
}

static void fail_at(struct json_reader *reader, const char *wanted) {
    const int c = peek(reader);
    if (c == end_of_file)
        json_fail(reader, "the file ends where %s should come", wanted);
    else
        json_fail(reader,
                  c > ' ' && c < 0x7F ? "there is '%c' where %s should come" : "there is byte %d where %s should come",
                  c, wanted);
}

static bool expect(struct json_reader *reader, char wanted, const char *name) {
    const bool is_there = peek_token(reader) == wanted;
    if (is_there)
        take(reader);
    else
        fail_at(reader, name);
    return is_there;
}

/* ---- Strings ---------------------------------------------------------------------------------------------------- */

/* Adds a byte to the text, unless that is only skipped. */
static void keep(struct json_reader *reader, bool keeps, int byte) {
    if (!keeps) return;
    if (reader->length >= TEXT_MAX)
        json_fail(reader, "a text or number is longer than %d bytes", TEXT_MAX);
    else
        reader->text[reader->length++] = (char)byte;
}

static void keep_code(struct json_reader *reader, bool keeps, uint32_t code) {
    if (code == 0 || (code >= 0xD800 && code < 0xE000)) code = UTF8_REPLACEMENT;
    if (code < 0x80) {
        keep(reader, keeps, (int)code);
    } else if (code < 0x800) {
        keep(reader, keeps, (int)(0xC0 | code >> 6));
    } else if (code < 0x10000) {
        keep(reader, keeps, (int)(0xE0 | code >> 12));
        keep(reader, keeps, (int)(0x80 | (code >> 6 & 0x3F)));
    } else {
        keep(reader, keeps, (int)(0xF0 | code >> 18));
        keep(reader, keeps, (int)(0x80 | (code >> 12 & 0x3F)));
        keep(reader, keeps, (int)(0x80 | (code >> 6 & 0x3F)));
    }
    if (code >= 0x80) keep(reader, keeps, (int)(0x80 | (code & 0x3F)));
}

static uint32_t take_hex(struct json_reader *reader) {
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    uint32_t code = 0;
    for (int i = 0; i < 4; i++) {
        const int c = peek(reader);
        const char *digit = c > 0 ? strchr(digits, c) : NULL;
        if (!digit) {
            fail_at(reader, "a hexadecimal digit");
            return 0;
        }
        code = code * 16 + (uint32_t)((digit - digits) % 16);
        take(reader);
    }
    return code;
}

static void take_escape(struct json_reader *reader, bool keeps) {
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const int c = peek(reader);
    const char *letter = c > 0 ? strchr(letters, c) : NULL;
    if (!letter && c != 'u') {
        fail_at(reader, "an escaped character");
        return;
    }
    take(reader);
    if (letter) {
        keep(reader, keeps, meant[letter - letters]);
        return;
    }
    uint32_t code = take_hex(reader);
    while (code >> 10 == 0xD800 >> 10 && peek(reader) == '\\') {
        take(reader);
        if (peek(reader) != 'u') {
            keep_code(reader, keeps, UTF8_REPLACEMENT);
            take_escape(reader, keeps);
            return;
        }
        take(reader);
        const uint32_t low = take_hex(reader);
        const bool is_pair = low >> 10 == 0xDC00 >> 10;
        if (!is_pair) keep_code(reader, keeps, UTF8_REPLACEMENT);
        code = is_pair ? 0x10000 + ((code & 0x3FF) << 10 | (low & 0x3FF)) : low;
    }
    keep_code(reader, keeps, code);
}

static void take_string(struct json_reader *reader, bool keeps) {
    reader->length = 0;
    if (!expect(reader, '"', "a text")) return;
    int c;
    while ((c = peek(reader)) != '"' && !reader->error) {
        if (c < ' ') {
            fail_at(reader, "the end of a text");
            break;
        }
        take(reader);
        if (c == '\\')
            take_escape(reader, keeps);
        else
            keep(reader, keeps, c);
    }
    take(reader);
    reader->text[reader->length] = '\0';
}

/* ---- Values ----------------------------------------------------------------------------------------------------- */

enum json_kind json_peek(struct json_reader *reader) {
    const int c = peek_token(reader);
    if (c >= '0' && c <= '9') return JSON_NUMBER;
    switch (c) {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case '-':
        return JSON_NUMBER;
    case 't':
        return JSON_TRUE;
    case 'f':
        return JSON_FALSE;
    case 'n':
        return JSON_NULL;
    default:
        return JSON_NOTHING;
    }
}

static void begin(struct json_reader *reader, char bracket, const char *name) {
    if (!expect(reader, bracket, name)) return;
    if (++reader->depth > DEPTH_MAX) json_fail(reader, "it is nested deeper than %d", DEPTH_MAX);
    reader->is_first = true;
}

/* Whether there is another member before the closing bracket: moves past the comma, or the bracket. */
static bool next(struct json_reader *reader, char bracket) {
    const bool is_first = reader->is_first;
    reader->is_first = false;
    if (peek_token(reader) == bracket) {
        take(reader);
        reader->depth--;
        return false;
    }
    if (is_first) return !reader->error;
    return expect(reader, ',', bracket == '}' ? "a comma or the object's end" : "a comma or the list's end");
}

void json_begin_object(struct json_reader *reader) {
    begin(reader, '{', "an object");
}

const char *json_next_key(struct json_reader *reader) {
    if (!next(reader, '}')) return NULL;
    take_string(reader, true);
    expect(reader, ':', "a colon");
    return reader->error ? NULL : reader->text;
}

void json_begin_array(struct json_reader *reader) {
    begin(reader, '[', "a list");
}

bool json_next_item(struct json_reader *reader) {
    return next(reader, ']') && !reader->error;
}

const char *json_read_text(struct json_reader *reader) {
    take_string(reader, true);
    return reader->error ? "" : reader->text;
}

static bool is_of_number(int c) {
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == 'e' || c == 'E' || c == '+';
}

/* -12.5e3: a superset is collected, and strtod's opinion of it does not go beyond JSON's. */
static void take_number(struct json_reader *reader, bool keeps) {
    reader->length = 0;
    if (json_peek(reader) != JSON_NUMBER) {
        fail_at(reader, "a number");
        return;
    }
    for (int c; is_of_number(c = peek(reader)); reader->next++) keep(reader, keeps, c);
    reader->text[reader->length] = '\0';
}

double json_read_number(struct json_reader *reader) {
    char *end;
    take_number(reader, true);
    if (reader->error) return 0;
    const double value = strtod(reader->text, &end);
    if (*end || !isfinite(value)) json_fail(reader, "'%.40s' is no number", reader->text);
    return reader->error ? 0 : value;
}

int64_t json_read_integer(struct json_reader *reader) {
    const double value = json_read_number(reader), largest = 9007199254740992.0;
    if (reader->error) return 0;
    char *end;
    errno = 0;
    const long long exact = strtoll(reader->text, &end, 10);
    if (!*end && !errno) return exact;
    if (value == floor(value) && fabs(value) <= largest) return (int64_t)value;
    json_fail(reader, "'%.40s' is no whole number", reader->text);
    return 0;
}

static void take_word(struct json_reader *reader, const char *word) {
    for (; *word && !reader->error; word++) {
        if (peek(reader) != (unsigned char)*word) fail_at(reader, "true, false or null");
        take(reader);
    }
}

bool json_read_flag(struct json_reader *reader) {
    const enum json_kind kind = json_peek(reader);
    if (kind == JSON_TRUE || kind == JSON_FALSE) {
        take_word(reader, kind == JSON_TRUE ? "true" : "false");
        return kind == JSON_TRUE;
    }
    const double value = json_read_number(reader);
    if (value != 0 && value != 1) json_fail(reader, "%g is neither 0 nor 1", value);
    return value == 1;
}

void json_skip(struct json_reader *reader) {
    switch (json_peek(reader)) {
    case JSON_OBJECT:
        begin(reader, '{', "");
        while (next(reader, '}')) {
            take_string(reader, false);
            expect(reader, ':', "a colon");
            json_skip(reader);
        }
        return;
    case JSON_ARRAY:
        begin(reader, '[', "");
        while (next(reader, ']')) json_skip(reader);
        return;
    case JSON_STRING:
        take_string(reader, false);
        return;
    case JSON_NUMBER:
        take_number(reader, false);
        return;
    case JSON_TRUE:
        take_word(reader, "true");
        return;
    case JSON_FALSE:
        take_word(reader, "false");
        return;
    case JSON_NULL:
        take_word(reader, "null");
        return;
    default:
        fail_at(reader, "a value");
    }
}

bool json_end(struct json_reader *reader) {
    if (!reader->error && peek_token(reader) != end_of_file) fail_at(reader, "the end of the file");
    return !reader->error;
}
