/* Only the beginning of each line is read, {"file":"...", as json.c writes it. Of a name a hash of eight bytes is kept;
 * what is no UTF-8 is hashed as the U+FFFD that stands for it in JSON. */
#define _XOPEN_SOURCE 700
#include "cli/resume.h"

#include "cli/message.h"
#include "cli/output.h"
#include "cli/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct slot {
    uint64_t hash;  /* 0: free */
    uint64_t lines; /* with it that have not been taken */
};

struct resume {
    struct slot *slots; /* [capacity]; a power of two of them, at most half in use */
    size_t capacity, used;
    size_t count;
    bool has_failures;
    char *part; /* the file of lines */
    char *path; /* its name before; NULL: it was called so */
};

enum {
    BEGINNING_BYTES = 1 << 16, /* of a line, which hold its path: no system has longer ones, even with all escaped */
};

static const uint64_t hash_begin = 14695981039346656037u;

static uint64_t hash_byte(uint64_t hash, unsigned byte) {
    return (hash ^ byte) * 1099511628211u;
}

/* A character, as far as it can be told apart from others: not necessarily its bytes in UTF-8. */
static uint64_t hash_code(uint64_t hash, uint32_t code) {
    for (int shift = 0; shift < 24; shift += 8) hash = hash_byte(hash, code >> shift & 0xFF);
    return hash;
}

static uint64_t finish(uint64_t hash) {
    return hash ? hash : 1;
}

static uint64_t hash_path(const char *path) {
    uint64_t hash = hash_begin;
    while (*path) {
        uint32_t code;
        path += utf8_decode(path, &code);
        hash = hash_code(hash, code == UTF8_INVALID ? UTF8_REPLACEMENT : code);
    }
    return finish(hash);
}

/* ---- Lines ------------------------------------------------------------------------------------------------------ */

static bool read_hex(const char *text, uint32_t *code) {
    *code = 0;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF", *digit = text[i] ? strchr(digits, text[i]) : NULL;
        if (!digit) return false;
        *code = *code * 16 + (uint32_t)((digit - digits) % 16);
    }
    return true;
}

/* The character that an escape stands for, behind its backslash; moves past it. */
static bool read_escape(const char **text, uint32_t *code) {
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *letter = **text ? strchr(letters, **text) : NULL;
    if (letter) {
        *code = (unsigned char)meant[letter - letters];
        *text += 1;
        return true;
    }
    if (**text != 'u' || !read_hex(*text + 1, code)) return false;
    *text += 5;
    uint32_t low;
    if (*code >> 10 == 0xD800 >> 10 && (*text)[0] == '\\' && (*text)[1] == 'u' && read_hex(*text + 2, &low)) {
        *code = 0x10000 + ((*code & 0x3FF) << 10 | (low & 0x3FF));
        *text += 6;
    }
    return true;
}

/* The next character of a string, which is not at its end; moves past it. */
static bool read_character(const char **text, uint32_t *code) {
    if (**text == '\\') {
        ++*text;
        return read_escape(text, code);
    }
    *text += utf8_decode(*text, code);
    return true;
}

/* The hash of the string that begins behind its quote at *text; moves past its end. */
static bool hash_string(const char **text, uint64_t *hash) {
    *hash = hash_begin;
    for (uint32_t code; **text && **text != '"'; *hash = hash_code(*hash, code))
        if (!read_character(text, &code)) return false;
    *hash = finish(*hash);
    return *(*text)++ == '"';
}

/* ---- The set ---------------------------------------------------------------------------------------------------- */

/* Where the hash is, or may be put. */
static struct slot *slot_of(struct slot *slots, size_t capacity, uint64_t hash) {
    size_t i = (size_t)(hash ^ hash >> 32) & (capacity - 1);
    while (slots[i].hash && slots[i].hash != hash) i = (i + 1) & (capacity - 1);
    return &slots[i];
}

static void make_room(struct resume *resume) {
    const size_t capacity = resume->capacity * 2;
    struct slot *slots = allocate(capacity, sizeof *slots);
    for (size_t i = 0; i < resume->capacity; i++)
        if (resume->slots[i].hash) *slot_of(slots, capacity, resume->slots[i].hash) = resume->slots[i];
    free(resume->slots);
    resume->slots = slots;
    resume->capacity = capacity;
}

static void add(struct resume *resume, uint64_t hash) {
    if ((resume->used + 1) * 2 > resume->capacity) make_room(resume);
    struct slot *slot = slot_of(resume->slots, resume->capacity, hash);
    if (!slot->hash) resume->used++;
    slot->hash = hash;
    slot->lines++;
    resume->count++;
}

bool resume_takes(struct resume *resume, const char *path) {
    if (!resume) return false;
    struct slot *slot = slot_of(resume->slots, resume->capacity, hash_path(path));
    if (!slot->lines) return false;
    slot->lines--;
    return true;
}

/* ---- The file --------------------------------------------------------------------------------------------------- */

static const char line_beginning[] = "{\"file\":\"";

static bool add_line(struct resume *resume, const char *line) {
    static const char failure[] = ",\"error\":";
    uint64_t hash;
    if (strncmp(line, line_beginning, sizeof line_beginning - 1) != 0) return false;
    line += sizeof line_beginning - 1;
    if (!hash_string(&line, &hash)) return false;
    if (strncmp(line, failure, sizeof failure - 1) == 0) resume->has_failures = true;
    add(resume, hash);
    return true;
}

struct line_facts {
    off_t length; /* with its end */
    bool is_whole, has_zero;
};

/* Reads a line of any length, and keeps its beginning; false at the end of the file. */
static bool read_line(FILE *file, char *line, struct line_facts *facts) {
    *facts = (struct line_facts){0};
    size_t kept = 0;
    for (int c; !facts->is_whole && (c = getc(file)) != EOF; facts->length++) {
        if (kept < BEGINNING_BYTES - 1) line[kept++] = (char)c;
        if (c == '\0') facts->has_zero = true;
        if (c == '\n') facts->is_whole = true;
    }
    line[kept] = '\0';
    return facts->length > 0;
}

/* Reads the whole lines; *whole is the number of bytes they take. 0, or the number of the first that is none of ours. */
static size_t read_lines(struct resume *resume, FILE *file, off_t *whole) {
    char *line = allocate(BEGINNING_BYTES, 1);
    struct line_facts facts;
    size_t number = 0;
    bool ours = true;
    for (*whole = 0; ours && read_line(file, line, &facts) && facts.is_whole; number++) {
        ours = !facts.has_zero && add_line(resume, line);
        *whole += facts.length;
    }
    free(line);
    return ours ? 0 : number;
}

static enum exit_code fail(const char *path, const char *doing, int problem) {
    complain("--resume: %s cannot be %s: %s", path, doing, strerror(problem));
    return EXIT_SOME_FAILED;
}

/* Reads `path` into the set and leaves it as `part`, without its incomplete line. */
static enum exit_code take_over(struct resume *resume, const char *path, const char *part) {
    off_t whole = 0;
    FILE *file = fopen(path, "re");
    if (!file) return fail(path, "read", errno);
    const size_t bad = read_lines(resume, file, &whole);
    const int problem = ferror(file) ? errno : 0;
    fclose(file);
    if (problem) return fail(path, "read", problem);
    if (bad) {
        complain("--resume: line %zu of %s is none that 'detect --jsonl' writes", bad, path);
        return EXIT_WRONG_USAGE;
    }
    if (truncate(path, whole) != 0 || (strcmp(path, part) != 0 && rename(path, part) != 0))
        return fail(path, "changed", errno);
    return EXIT_DONE;
}

enum exit_code resume_open(const char *jsonl_path, struct resume **resume) {
    struct stat status;
    char *path = output_file_of(jsonl_path, false), *part = output_file_of(jsonl_path, true);
    const bool has_part = stat(part, &status) == 0, has_any = has_part || stat(path, &status) == 0;
    struct resume *opened = allocate(1, sizeof *opened);
    opened->capacity = 256;
    opened->slots = allocate(opened->capacity, sizeof *opened->slots);
    enum exit_code code = EXIT_DONE;
    if (has_any && !S_ISREG(status.st_mode)) {
        complain("--resume: %s is no file that can be continued", jsonl_path);
        code = EXIT_WRONG_USAGE;
    } else if (has_any) {
        code = take_over(opened, has_part ? part : path, part);
    }
    opened->part = part;
    opened->path = has_any && !has_part ? path : NULL;
    if (!opened->path) free(path);
    if (code != EXIT_DONE) {
        resume_close(opened);
        opened = NULL;
    }
    *resume = opened;
    return code;
}

/* The path of a line that add_line took, written over the line: no character is longer than what stands for it. */
static const char *path_of_line(char *line) {
    char *out = line;
    const char *text = line + sizeof line_beginning - 1, *from;
    uint32_t code;
    for (from = text; *text != '"' && read_character(&text, &code); from = text) {
        const size_t bytes = (size_t)(text - from);
        if (*from == '\\')
            out += utf8_encode(code, out);
        else
            out = (char *)memmove(out, from, bytes) + bytes;
    }
    *out = '\0';
    return line;
}

void resume_each(const struct resume *resume, void (*each)(void *argument, const char *path), void *argument) {
    FILE *file = fopen(resume->part, "re");
    if (!file) return; /* there was none: nothing has been done */
    char *line = allocate(BEGINNING_BYTES, 1);
    struct line_facts facts;
    for (size_t i = 0; i < resume->count && read_line(file, line, &facts); i++) each(argument, path_of_line(line));
    free(line);
    fclose(file);
}

size_t resume_count(const struct resume *resume) {
    return resume ? resume->count : 0;
}

bool resume_has_failures(const struct resume *resume) {
    return resume && resume->has_failures;
}

void resume_put_back(const struct resume *resume) {
    if (resume && resume->path && rename(resume->part, resume->path) != 0) fail(resume->path, "put back", errno);
}

void resume_close(struct resume *resume) {
    if (!resume) return;
    free(resume->slots);
    free(resume->part);
    free(resume->path);
    free(resume);
}
