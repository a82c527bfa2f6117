#include "cfg_mutator.h"

#include "network/layer.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 1024, TEXT_MAX = 256 };

typedef struct line {
    const char *begin;
    size_t length;  /* without the line's end */
    size_t section; /* the line of its [section]; itself for that one */
} line;

/* A cfg as its lines, which point into a copy of it or into `made`. */
typedef struct text {
    char *copy;
    line lines[LINES_MAX];
    size_t count;
    char made[TEXT_MAX]; /* the line that was changed or put in */
    fuzz_random random;
} text;

static size_t layer_type_count(void) {
    size_t count = 0;
    while (layer_type_at(count)) count++;
    return count;
}

static void find_sections(text *t) {
    size_t section = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (t->lines[i].length && t->lines[i].begin[0] == '[') section = i;
        t->lines[i].section = section;
    }
}

static text *split(const uint8_t *bytes, size_t count, unsigned seed) {
    text *t = calloc(1, sizeof *t);
    fuzz_require(t && (t->copy = malloc(count + 1)));
    if (count) memcpy(t->copy, bytes, count);
    t->random.state = seed;
    const char *begin = t->copy, *end = begin + count;
    while (begin < end && t->count < LINES_MAX / 2) {
        const char *stop = memchr(begin, '\n', (size_t)(end - begin));
        if (!stop) stop = end;
        t->lines[t->count++] = (line){begin, (size_t)(stop - begin), 0};
        begin = stop + 1;
    }
    find_sections(t);
    return t;
}

static size_t join(const text *t, uint8_t *bytes, size_t room) {
    size_t count = 0;
    for (size_t i = 0; i < t->count && count + t->lines[i].length + 1 <= room; i++) {
        memcpy(bytes + count, t->lines[i].begin, t->lines[i].length);
        count += t->lines[i].length;
        bytes[count++] = '\n';
    }
    return count;
}

/* ---- What a line means ------------------------------------------------------------------------------------------ */

static const option_spec net_specs[] = {
    {.key = "width", .kind = OPTION_INT, .low = 1, .high = 65536},
    {.key = "height", .kind = OPTION_INT, .low = 1, .high = 65536},
    {.key = "channels", .kind = OPTION_INT, .low = 1, .high = 4},
    {.key = "inputs", .kind = OPTION_INT, .low = 1, .high = INT_MAX},
    {.key = "letter_box", .kind = OPTION_FLAG},
    {0},
};

/* The options that the section at a line may have. */
static const option_spec *specs_of(const text *t, size_t section) {
    char name[64];
    if (section >= t->count) return net_specs;
    const line *l = &t->lines[section];
    if (l->length < 3 || l->length >= sizeof name) return net_specs;
    memcpy(name, l->begin + 1, l->length - 2);
    name[l->length - 2] = '\0';
    const layer_type *type = layer_type_find(name);
    return type && type->options ? type->options : net_specs;
}

static const option_spec *random_spec(text *t, size_t section) {
    const option_spec *specs = specs_of(t, section);
    size_t count = 0;
    while (specs[count].key) count++;
    return &specs[count ? fuzz_below(&t->random, count) : 0];
}

/* ---- Values ----------------------------------------------------------------------------------------------------- */

static const char *interesting_number(text *t) {
    static const char *const numbers[] = {
        "0",    "1",    "2",     "3",     "4",     "5",       "6",          "7",           "8",          "9",    "12",
        "16",   "18",   "24",    "32",    "33",    "64",      "100",        "255",         "256",        "1000", "1024",
        "4096", "4097", "65535", "65536", "65537", "1000000", "2147483647", "-2147483648", "-1",         "-2",   "-3",
        "-4",   "0.5",  "-0.5",  "1e9",   "1e38",  "1e-9",    "0.1",        "1.05",        "99999999999"};
    return numbers[fuzz_below(&t->random, sizeof numbers / sizeof *numbers)];
}

static void make_number(text *t, const option_spec *spec, char *value, size_t size) {
    double span = spec->high - spec->low;
    switch (fuzz_below(&t->random, 6)) {
    case 0:
        snprintf(value, size, "%.10g", fuzz_below(&t->random, 2) ? spec->low : spec->high);
        return;
    case 1:
        snprintf(value, size, "%.10g", fuzz_below(&t->random, 2) ? spec->low - 1 : spec->high + 1);
        return;
    case 2: /* near the lower end most things are possible */
        snprintf(value, size, "%.10g", spec->low + (double)fuzz_below(&t->random, span > 0 && span < 9 ? 3 : 9));
        return;
    case 3:
        snprintf(value, size, "%zu", 1 + fuzz_below(&t->random, 8));
        return;
    default:
        snprintf(value, size, "%s", interesting_number(t));
    }
}

static void make_layer(text *t, char *value, size_t size) {
    if (fuzz_below(&t->random, 2))
        snprintf(value, size, "-%zu", 1 + fuzz_below(&t->random, 6));
    else
        snprintf(value, size, "%zu", fuzz_below(&t->random, 8));
}

static void make_list(text *t, const option_spec *spec, char *value, size_t size) {
    size_t items = 1 + fuzz_below(&t->random, 4) * (1 + fuzz_below(&t->random, 2)), used = 0;
    for (size_t i = 0; i < items && used + 40 < size; i++) {
        char item[40];
        if (spec->kind == OPTION_LAYERS)
            make_layer(t, item, sizeof item);
        else if (spec->kind == OPTION_INTS && fuzz_below(&t->random, 4))
            snprintf(item, sizeof item, "%zu", i);
        else
            make_number(t, spec, item, sizeof item);
        used += (size_t)snprintf(value + used, size - used, "%s%s", i ? "," : "", item);
    }
}

static void make_value(text *t, const option_spec *spec, char *value, size_t size) {
    size_t count = 0;
    switch (spec->kind) {
    case OPTION_FLAG:
        snprintf(value, size, "%zu", fuzz_below(&t->random, 2));
        return;
    case OPTION_ACTIVATION:
        snprintf(value, size, "%s", activation_name((activation)fuzz_below(&t->random, ACTIVATION_COUNT)));
        return;
    case OPTION_CHOICE:
        while (spec->choices[count]) count++;
        snprintf(value, size, "%s", spec->choices[fuzz_below(&t->random, count)]);
        return;
    case OPTION_LAYER:
        make_layer(t, value, size);
        return;
    case OPTION_INTS:
    case OPTION_FLOATS:
    case OPTION_LAYERS:
        make_list(t, spec, value, size);
        return;
    case OPTION_TEXT: /* a file: what lies beside the cfg */
        snprintf(value, size, "a.cfg");
        return;
    default:
        make_number(t, spec, value, size);
    }
}

static void make_option(text *t, size_t section) {
    const option_spec *spec = random_spec(t, section);
    char value[TEXT_MAX / 2];
    if (!spec->key) return;
    make_value(t, spec, value, sizeof value);
    snprintf(t->made, sizeof t->made, "%s=%s", spec->key, value);
}

/* ---- Changes ---------------------------------------------------------------------------------------------------- */

static void remove_lines(text *t, size_t at, size_t count) {
    memmove(t->lines + at, t->lines + at + count, (t->count - at - count) * sizeof *t->lines);
    t->count -= count;
}

static void insert_lines(text *t, size_t at, const line *lines, size_t count) {
    if (t->count + count > LINES_MAX) return;
    memmove(t->lines + at + count, t->lines + at, (t->count - at) * sizeof *t->lines);
    memcpy(t->lines + at, lines, count * sizeof *lines);
    t->count += count;
}

/* The first line behind the section that line `at` is in. */
static size_t section_end(const text *t, size_t at) {
    size_t end = at;
    while (end < t->count && t->lines[end].section == t->lines[at].section) end++;
    return end;
}

static size_t any_line(text *t) {
    return fuzz_below(&t->random, t->count);
}

static void insert_made(text *t, size_t at) {
    const line made = {t->made, strlen(t->made), 0};
    if (made.length) insert_lines(t, at, &made, 1);
}

static void change_option(text *t) {
    size_t at = any_line(t);
    const line *l = &t->lines[at];
    const char *equals = memchr(l->begin, '=', l->length);
    if (!equals || equals == l->begin) return;
    const option_spec *spec = specs_of(t, l->section);
    size_t key = (size_t)(equals - l->begin);
    while (spec->key && (strlen(spec->key) != key || memcmp(spec->key, l->begin, key) != 0)) spec++;
    if (!spec->key) spec = net_specs;
    char value[TEXT_MAX / 2];
    make_value(t, spec, value, sizeof value);
    snprintf(t->made, sizeof t->made, "%.*s=%s", (int)(key > 80 ? 80 : key), l->begin, value);
    t->lines[at] = (line){t->made, strlen(t->made), 0};
}

static void add_option(text *t) {
    size_t at = any_line(t);
    make_option(t, t->lines[at].section);
    insert_made(t, t->lines[at].section + 1);
}

static void remove_line(text *t) {
    remove_lines(t, any_line(t), 1);
}

static void add_section(text *t) {
    const layer_type *type = layer_type_at(fuzz_below(&t->random, layer_type_count()));
    size_t end = section_end(t, any_line(t));
    snprintf(t->made, sizeof t->made, "[%s]", type->alias && fuzz_below(&t->random, 4) == 0 ? type->alias : type->name);
    insert_made(t, end);
}

static void rename_section(text *t) {
    const layer_type *type = layer_type_at(fuzz_below(&t->random, layer_type_count()));
    snprintf(t->made, sizeof t->made, "[%s]", type->name);
    t->lines[t->lines[any_line(t)].section] = (line){t->made, strlen(t->made), 0};
}

static void remove_section(text *t) {
    size_t begin = t->lines[any_line(t)].section;
    remove_lines(t, begin, section_end(t, begin) - begin);
}

/* A section once more, somewhere; with `once` it moves there. */
static void copy_section(text *t, bool once) {
    static const size_t most = 64;
    line section[64];
    size_t begin = t->lines[any_line(t)].section, count = section_end(t, begin) - begin;
    if (count > most) return;
    memcpy(section, t->lines + begin, count * sizeof *section);
    if (once) {
        remove_lines(t, begin, count);
        if (!t->count) return;
        find_sections(t);
    }
    insert_lines(t, section_end(t, any_line(t)), section, count);
}

static void change_choices(text *t) {
    snprintf(t->made, sizeof t->made, "#%llx", (unsigned long long)fuzz_bits(&t->random));
    if (t->lines[0].length && t->lines[0].begin[0] == '#') remove_lines(t, 0, 1);
    insert_made(t, 0);
}

static void change(text *t) {
    switch (fuzz_below(&t->random, 16)) {
    case 0:
        add_section(t);
        break;
    case 1:
        rename_section(t);
        break;
    case 2:
        remove_section(t);
        break;
    case 3:
        copy_section(t, false);
        break;
    case 4:
        copy_section(t, true);
        break;
    case 5:
        remove_line(t);
        break;
    case 6:
        change_choices(t);
        break;
    case 7:
    case 8:
    case 9:
        add_option(t);
        break;
    default:
        change_option(t);
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t count, size_t room, unsigned seed) {
    fuzz_random random = {seed};
    if (fuzz_below(&random, 10) == 0) return LLVMFuzzerMutate(bytes, count, room);
    for (size_t changes = 1 + fuzz_below(&random, 3); changes > 0; changes--) {
        text *t = split(bytes, count, (unsigned)fuzz_bits(&random));
        if (t->count) change(t);
        count = join(t, bytes, room);
        free(t->copy);
        free(t);
    }
    return count;
}

/* Sections of two cfgs, mixed. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_count, const uint8_t *other, size_t other_count,
                                 uint8_t *out, size_t room, unsigned seed);

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_count, const uint8_t *other, size_t other_count,
                                 uint8_t *out, size_t room, unsigned seed) {
    text *t = split(one, one_count, seed), *more = split(other, other_count, seed + 1);
    if (t->count && more->count) {
        size_t begin = more->lines[any_line(more)].section, end = section_end(more, any_line(more));
        size_t at = section_end(t, any_line(t));
        if (end > begin) insert_lines(t, at, more->lines + begin, end - begin);
    }
    size_t count = join(t, out, room);
    free(t->copy);
    free(more->copy);
    free(t);
    free(more);
    return count;
}

uint64_t cfg_choices(const uint8_t *bytes, size_t count) {
    char digits[17] = "";
    if (!count || bytes[0] != '#') return 0;
    for (size_t i = 0; i < 16 && i + 1 < count; i++) digits[i] = (char)bytes[i + 1];
    return strtoull(digits, NULL, 16);
}
