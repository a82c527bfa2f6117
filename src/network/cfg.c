#include "network/cfg.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    MAX_CFG_BYTES = 16 << 20, /* the longest of the Darknet family has 31 KB, */
    MAX_SECTIONS = 10001,     /* 376 sections, [net] among them, */
    MAX_OPTIONS = 1000,       /* and 40 options in one */
};

void cfg_warn(const cfg_warnings *warnings, const char *format, ...) {
    if (!warnings || !warnings->warn) return;
    yolo_error sentence; /* for its length, and so that a warning is cleaned like an error */
    char text[sizeof sentence.message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fail(&sentence, YOLO_OK, "%s", text);
    warnings->warn(warnings->argument, sentence.message);
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* Removes all white space from a line, as Darknet does, and ends it with a zero. */
static void squeeze(char *line) {
    char *out = line;
    for (char *c = line; *c; c++)
        if (!is_space(*c)) *out++ = *c;
    *out = 0;
}

typedef struct parser {
    cfg *out;
    size_t section_capacity, option_capacity;
    int line;
} parser;

static yolo_status out_of_memory(const cfg *c, yolo_error *error) {
    return fail(error, YOLO_NO_MEMORY, "%s: not enough memory to read it", c->path);
}

static yolo_status add_section(parser *p, char *text, yolo_error *error) {
    cfg *c = p->out;
    size_t length = strlen(text);
    if (length < 3 || text[length - 1] != ']')
        return fail_at(error, YOLO_BAD_MODEL, c->path, p->line, "a section must look like [name], not '%s'", text);
    if (c->section_count == MAX_SECTIONS)
        return fail_at(error, YOLO_BAD_MODEL, c->path, p->line, "a cfg has at most %d sections", MAX_SECTIONS);
    cfg_section *grown = memory_grow(c->sections, &p->section_capacity, c->section_count + 1, sizeof *grown);
    if (!grown) return out_of_memory(c, error);
    c->sections = grown;
    text[length - 1] = 0;
    c->sections[c->section_count++] = (cfg_section){.file = c->path, .name = text + 1, .line = p->line};
    return YOLO_OK;
}

static yolo_status add_option(parser *p, char *text, yolo_error *error) {
    cfg *c = p->out;
    char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return fail_at(error, YOLO_BAD_MODEL, c->path, p->line, "expected 'key=value' or '[section]', not '%s'", text);
    if (c->section_count == 0)
        return fail_at(error, YOLO_BAD_MODEL, c->path, p->line, "'%s' comes before the first [section]", text);
    if (c->sections[c->section_count - 1].option_count == MAX_OPTIONS)
        return fail_at(error, YOLO_BAD_MODEL, c->path, p->line, "a section has at most %d options", MAX_OPTIONS);
    cfg_option *grown = memory_grow(c->options, &p->option_capacity, c->option_count + 1, sizeof *grown);
    if (!grown) return out_of_memory(c, error);
    c->options = grown;
    *equals = 0;
    c->options[c->option_count++] = (cfg_option){.key = text, .value = equals + 1, .line = p->line};
    c->sections[c->section_count - 1].option_count++;
    return YOLO_OK;
}

static yolo_status add_line(parser *p, char *line, yolo_error *error) {
    squeeze(line);
    if (line[0] == 0 || line[0] == '#' || line[0] == ';') return YOLO_OK;
    return line[0] == '[' ? add_section(p, line, error) : add_option(p, line, error);
}

/* The options lie in one array that moves while it grows: sections get their part of it at the end. */
static void hand_out_options(cfg *c) {
    size_t first = 0;
    for (size_t i = 0; i < c->section_count; i++) {
        c->sections[i].options = c->options ? c->options + first : NULL;
        first += c->sections[i].option_count;
    }
}

/* Splits `out->text`, of `length` bytes, in place. */
static yolo_status split(cfg *out, size_t length, yolo_error *error) {
    if (memchr(out->text, 0, length)) return fail(error, YOLO_BAD_MODEL, "%s: is not a text file", out->path);
    parser p = {.out = out};
    char *line = out->text;
    if (length >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) line += 3; /* the byte order mark of some editors */
    while (line) {
        char *next = strchr(line, '\n');
        if (next) *next++ = 0;
        p.line++;
        yolo_status status = add_line(&p, line, error);
        if (status) return status;
        line = next;
    }
    hand_out_options(out);
    if (out->section_count == 0) return fail(error, YOLO_BAD_MODEL, "%s: has no [section]", out->path);
    return YOLO_OK;
}

static yolo_status split_or_free(cfg *out, size_t length, yolo_error *error) {
    yolo_status status = split(out, length, error);
    if (status) cfg_free(out);
    return status;
}

yolo_status cfg_read(const char *path, cfg *out, yolo_error *error) {
    *out = (cfg){.path = text_copy(path)};
    if (!out->path) return fail(error, YOLO_NO_MEMORY, "%s: not enough memory to read it", path);
    uint8_t *bytes;
    size_t length;
    yolo_status status = file_read(path, MAX_CFG_BYTES, &bytes, &length, error);
    if (status) {
        cfg_free(out);
        return status;
    }
    out->text = (char *)bytes;
    return split_or_free(out, length, error);
}

yolo_status cfg_parse(const char *path, const char *text, size_t length, cfg *out, yolo_error *error) {
    *out = (cfg){.path = text_copy(path), .text = text_copy_range(text, length)};
    if (!out->path || !out->text) {
        cfg_free(out);
        return fail(error, YOLO_NO_MEMORY, "%s: not enough memory to read it", path);
    }
    return split_or_free(out, length, error);
}

void cfg_free(cfg *c) {
    memory_free(c->sections);
    memory_free(c->options);
    memory_free(c->text);
    memory_free(c->path);
    *c = (cfg){0};
}

const cfg_option *cfg_find(const cfg_section *section, const char *key) {
    for (size_t i = 0; i < section->option_count; i++)
        if (strcmp(section->options[i].key, key) == 0) return &section->options[i];
    return NULL;
}
