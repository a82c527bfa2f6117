#define _POSIX_C_SOURCE 200809L
#include "cli/args.h"

#include "cli/message.h"
#include "cli/options.h"
#include "cli/text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_SHOWN = 64 };

/* The arguments that are still to be read. */
struct reader {
    const struct command *command;
    char **next;
    size_t left;
};

static bool read_number(const struct option *option, const char *text, double *value) {
    char *end;
    *value = strtod(text, &end);
    if (end != text && !*end && !strchr(" \t\n\v\f\r", *text) && *value >= option->low && *value <= option->high)
        return true; /* NaN is in no range */
    complain("--%s must be a number from %g to %g, not '%s'", option->name, option->low, option->high, text);
    return false;
}

/* A whole number without a sign; moves past it. */
static bool read_digits(const char **text, uint64_t *value) {
    if (**text < '0' || **text > '9') return false;
    char *end;
    errno = 0;
    *value = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0;
}

static bool in_range(const struct option *option, uint64_t value) {
    return (double)value >= option->low && (double)value <= option->high;
}

static bool read_count(const struct option *option, const char *text, uint64_t *value) {
    const char *end = text;
    if (read_digits(&end, value) && !*end && in_range(option, *value)) return true;
    complain("--%s must be a whole number from %.0f to %.0f, not '%s'", option->name, option->low, option->high, text);
    return false;
}

/* "512M" */
static bool read_bytes(const struct option *option, const char *text, uint64_t *value) {
    static const char units[] = "KMGT";
    const char *end = text;
    if (read_digits(&end, value)) {
        const char *unit = *end & ~0x20 ? strchr(units, *end & ~0x20) : NULL;
        const unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
        if (unit) end++;
        const bool fits = *value <= UINT64_MAX >> shift;
        *value <<= shift;
        if (!*end && fits && in_range(option, *value)) return true;
    }
    complain("--%s must be a number of bytes from %.0f on, such as 512M or 4G, not '%s'", option->name, option->low,
             text);
    return false;
}

/* "416x416", or "416" for a square; each side in the option's range. */
static bool read_sides(const struct option *option, const char *text, struct size *value) {
    uint64_t width, height;
    if (!read_digits(&text, &width)) return false;
    height = width;
    if (*text == 'x' || *text == 'X') {
        text++;
        if (!read_digits(&text, &height)) return false;
    }
    if (*text || !in_range(option, width) || !in_range(option, height)) return false;
    *value = (struct size){(int)width, (int)height};
    return true;
}

static bool read_size(const struct option *option, const char *text, struct size *value) {
    if (read_sides(option, text, value)) return true;
    complain("--%s must be a width and a height from %.0f to %.0f, such as 416x320 or 416, not '%s'", option->name,
             option->low, option->high, text);
    return false;
}

static bool read_tile(const struct option *option, const char *text, struct tile *tile) {
    tile->is_wanted = true;
    tile->size = (struct size){0, 0};
    if (strcmp(text, option->choices->name) == 0) return true;
    if (read_sides(option, text, &tile->size)) return true;
    complain("--%s must be %s, or a width and a height from %.0f to %.0f, such as 1280x1280, not '%s'", option->name,
             option->choices->name, option->low, option->high, text);
    return false;
}

static bool read_choice(const struct option *option, const char *text, int *value) {
    char list[256] = "";
    for (const struct choice *choice = option->choices; choice->name; choice++) {
        if (strcmp(choice->name, text) == 0) {
            *value = choice->value;
            return true;
        }
        if (choice->hidden) continue;
        if (*list) strncat(list, ", ", sizeof list - strlen(list) - 1);
        strncat(list, choice->name, sizeof list - strlen(list) - 1);
    }
    complain("--%s must be one of %s, not '%s'", option->name, list, text);
    return false;
}

static bool read_text(const struct option *option, const char *text, const char **value) {
    if (!*text) complain("--%s must not be empty", option->name);
    *value = text;
    return *text != '\0';
}

static void add_text(struct texts *texts, const char *text) {
    texts->items = reallocate(texts->items, texts->count + 1, sizeof *texts->items);
    texts->items[texts->count++] = text;
}

/* Where VALUE begins in CLASS=VALUE, whose class may hold a = itself; NULL where it is no such thing. */
static const char *value_of_class(const char *text) {
    const char *equals = strrchr(text, '=');
    return equals && equals != text ? equals + 1 : NULL;
}

static bool read_level(const struct option *option, const char *text, struct level *level) {
    const char *value = value_of_class(text);
    double ignored;
    if (!value) return read_number(option, text, &level->value);
    if (!read_number(option, value, &ignored)) return false;
    add_text(&level->of_classes, text);
    return true;
}

static bool read_color(const struct option *option, const char *text, struct texts *colors) {
    const char *value = value_of_class(text);
    if (value && value[0] == '#' && strlen(value) == 7 && strspn(value + 1, "0123456789abcdefABCDEF") == 6) {
        add_text(colors, text);
        return true;
    }
    complain("--%s must be a class and a colour, such as dog=#ff8800, not '%s'", option->name, text);
    return false;
}

static bool read_list(const struct option *option, const char *text, struct texts *texts) {
    const char *value;
    if (!read_text(option, text, &value)) return false;
    add_text(texts, value);
    return true;
}

static bool store(const struct option *option, const char *text, struct settings *settings) {
    char *const field = (char *)settings + option->offset;
    switch (option->kind) {
    case OPTION_FLAG:
        *(bool *)(void *)field = true;
        return true;
    case OPTION_TEXT:
        return read_text(option, text, (const char **)(void *)field);
    case OPTION_NUMBER:
        return read_number(option, text, (double *)(void *)field);
    case OPTION_COUNT:
        return read_count(option, text, (uint64_t *)(void *)field);
    case OPTION_BYTES:
        return read_bytes(option, text, (uint64_t *)(void *)field);
    case OPTION_SIZE:
        return read_size(option, text, (struct size *)(void *)field);
    case OPTION_CHOICE:
        return read_choice(option, text, (int *)(void *)field);
    case OPTION_TILE:
        return read_tile(option, text, (struct tile *)(void *)field);
    case OPTION_LEVEL:
        return read_level(option, text, (struct level *)(void *)field);
    case OPTION_COLOR:
        return read_color(option, text, (struct texts *)(void *)field);
    case OPTION_LIST:
        return read_list(option, text, (struct texts *)(void *)field);
    }
    return false;
}

/* The row of a long name: the command's, else another's. NULL where there is none. */
static const struct option *find_long(const struct command *command, const char *name, size_t length) {
    const struct option *found = NULL;
    for (const struct option *option = option_table; option->name; option++) {
        if (strlen(option->name) != length || memcmp(option->name, name, length) != 0) continue;
        if (!found || (option->commands & (unsigned)command->bit)) found = option;
    }
    return found;
}

static const struct option *find_letter(char letter) {
    for (const struct option *option = option_table; option->name; option++)
        if (option->letter == letter) return option;
    return NULL;
}

/* What other programs call it. */
static const char *translate(const char *name) {
    static const char *const words[][2] = {{"conf", "threshold"},  {"confidence", "threshold"}, {"score", "threshold"},
                                           {"iou", "nms-iou"},     {"imgsz", "size"},           {"img-size", "size"},
                                           {"input-size", "size"}, {"save-txt", "yolo"},        {"save-crop", "crops"},
                                           {"save-json", "json"},  {"nosave", "no-image"},      {"dont-show", "quiet"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], name) == 0) return words[i][1];
    return NULL;
}

/* The only name that begins so. */
static const char *complete(const char *beginning, const char *const *names, size_t count) {
    const char *found = NULL;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(names[i], beginning, strlen(beginning)) != 0) continue;
        if (found) return NULL;
        found = names[i];
    }
    return found;
}

static void complain_unknown(const struct command *command, const char *name) {
    const char *names[128];
    size_t count = 0;
    for (const struct option *option = option_table; option->name && count < sizeof names / sizeof *names; option++)
        if (option->commands & (unsigned)command->bit) names[count++] = option->name;
    const char *nearest = translate(name);
    if (!nearest && *name) nearest = complete(name, names, count);
    if (!nearest) nearest = text_nearest(name, names, count);
    if (nearest)
        complain("there is no option --%s; did you mean --%s?", name, nearest);
    else
        complain("there is no option --%s; --help lists them", name);
}

/* Whether the command takes the option. */
static bool belongs(const struct command *command, const struct option *option) {
    if (option->commands & (unsigned)command->bit) return true;
    for (const struct command *other = command_table; other->name; other++)
        if (option->commands & (unsigned)other->bit) {
            complain("--%s is an option of 'detect%s%s', not of 'detect%s%s'", option->name,
                     other == command_table ? "" : " ", other == command_table ? "" : other->name,
                     command == command_table ? "" : " ", command == command_table ? "" : command->name);
            break;
        }
    return false;
}

/* The value that follows an option: `attached` if there is one, else the next argument. */
static bool take_value(struct reader *reader, const struct option *option, const char *attached, const char **value) {
    *value = attached;
    if (attached) return true;
    const char *next = reader->left ? *reader->next : NULL;
    const bool is_option =
        next && strncmp(next, "--", 2) == 0 && find_long(reader->command, next + 2, strcspn(next + 2, "="));
    if (!next || is_option) {
        complain("--%s needs a value%s%s", option->name, option->metavar ? ": " : "",
                 option->metavar ? option->metavar : "");
        return false;
    }
    *value = next;
    reader->next++;
    reader->left--;
    return true;
}

static bool parse_long(struct reader *reader, const char *argument, struct settings *settings) {
    const char *name = argument + 2, *value = NULL;
    const size_t length = strcspn(name, "=");
    const struct option *option = find_long(reader->command, name, length);
    if (!option) {
        char shown[NAME_MAX_SHOWN + 1] = "";
        strncat(shown, name, length < NAME_MAX_SHOWN ? length : NAME_MAX_SHOWN);
        complain_unknown(reader->command, shown);
        return false;
    }
    if (!belongs(reader->command, option)) return false;
    const char *attached = name[length] ? name + length + 1 : NULL;
    if (option->kind == OPTION_FLAG && attached) {
        complain("--%s takes no value", option->name);
        return false;
    }
    return (option->kind == OPTION_FLAG || take_value(reader, option, attached, &value)) &&
           store(option, value, settings);
}

static bool parse_letters(struct reader *reader, const char *argument, struct settings *settings) {
    for (const char *letter = argument + 1; *letter; letter++) {
        const struct option *option = find_letter(*letter);
        if (!option) {
            complain("there is no option -%c in '%s'; --help lists them", *letter, argument);
            return false;
        }
        if (!belongs(reader->command, option)) return false;
        if (option->kind == OPTION_FLAG) {
            store(option, NULL, settings);
            continue;
        }
        const char *value;
        return take_value(reader, option, letter[1] ? letter + 1 : NULL, &value) && store(option, value, settings);
    }
    return true;
}

bool args_parse(const struct command *command, char **arguments, size_t count, struct settings *settings) {
    struct reader reader = {command, arguments, count};
    settings->operands = allocate(count, sizeof *settings->operands);
    settings->operand_count = 0;
    bool options_ended = false;
    while (reader.left) {
        char *argument = *reader.next++;
        reader.left--;
        if (options_ended || argument[0] != '-' || !argument[1])
            settings->operands[settings->operand_count++] = argument;
        else if (strcmp(argument, "--") == 0)
            options_ended = true;
        else if (!(argument[1] == '-' ? parse_long : parse_letters)(&reader, argument, settings))
            return false;
    }
    return true;
}
