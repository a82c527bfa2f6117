#define _POSIX_C_SOURCE 200809L
#include "cli/inputs.h"

#include "cli/inputs_source.h"
#include "cli/naming.h"
#include "cli/path.h"
#include "cli/picture_files.h"
#include "cli/text.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct inputs {
    struct inputs_options options;
    size_t next; /* argument */
    struct source *top;
    size_t given, skipped;
    bool holds_next;    /* inputs_peek has taken it */
    char *path, *error; /* of the input given out last, or held */
    char *name, *stem;  /* of the input named last */
    struct naming *naming;
};

const struct inputs_options *inputs_get_options(const struct inputs *inputs) {
    return &inputs->options;
}

struct source *inputs_top(const struct inputs *inputs) {
    return inputs->top;
}

enum step inputs_push(struct inputs *inputs, struct source *source) {
    source->below = inputs->top;
    source->given_before = inputs->given;
    inputs->top = source;
    return STEP_ON;
}

enum step inputs_give(struct inputs *inputs, char *path, char *error) {
    free(inputs->path);
    free(inputs->error);
    inputs->path = path;
    inputs->error = error;
    inputs->given++;
    return STEP_GIVEN;
}

enum step inputs_take_named(struct inputs *inputs, const char *path) {
    if (path_is_folder(path))
        return folder_open(inputs, path, inputs->options.recursive, "the folder holds no pictures");
    return inputs_give(inputs, text_copy_of(path), NULL);
}

enum step inputs_take_found(struct inputs *inputs, char *path, enum folders folders) {
    struct stat status;
    const bool is_there = stat(path, &status) == 0;
    enum step step = STEP_ON;
    if (is_there && S_ISDIR(status.st_mode)) {
        if (folders != FOLDERS_NOT && !folder_is_open(inputs, path))
            step = folder_open(inputs, path, folders == FOLDERS_DEEP, NULL);
    } else if ((!is_there || S_ISREG(status.st_mode)) && picture_file_is_likely(path)) {
        return inputs_give(inputs, path, NULL);
    } else {
        inputs->skipped++; /* a pipe would wait */
    }
    free(path);
    return step;
}

/* ---- Arguments -------------------------------------------------------------------------------------------------- */

static bool is_stdin(const char *argument) {
    return strcmp(argument, "-") == 0;
}

static bool is_there(const char *argument) {
    struct stat status;
    return lstat(argument, &status) == 0;
}

static bool is_list(const char *argument) {
    return argument[0] == '@' && argument[1];
}

static bool is_pattern(const char *argument) {
    return argument[glob_fixed_length(argument)];
}

static bool is_anything(const char *argument) {
    (void)argument;
    return true;
}

static enum step open_list(struct inputs *inputs, const char *argument) {
    return list_open(inputs, argument + 1);
}

/* The first row that matches decides: a file may be called like a list or a pattern. */
static const struct kind {
    bool (*matches)(const char *argument);
    enum step (*open)(struct inputs *inputs, const char *argument);
} kinds[] = {
    {is_stdin, list_open},   {is_there, inputs_take_named},    {is_list, open_list},
    {is_pattern, glob_open}, {is_anything, inputs_take_named},
};

static const struct kind *kind_of(const char *argument) {
    const struct kind *kind = kinds;
    while (!kind->matches(argument)) kind++;
    return kind;
}

bool inputs_are_repeatable(char *const *arguments, size_t count) {
    struct stat status;
    for (size_t i = 0; i < count; i++) {
        const struct kind *kind = kind_of(arguments[i]);
        if (kind->open == list_open) return false;
        if (kind->open == open_list && (stat(arguments[i] + 1, &status) != 0 || !S_ISREG(status.st_mode))) return false;
    }
    return true;
}

/* ---- Where they lie --------------------------------------------------------------------------------------------- */

typedef void root_function(void *argument, const char *path);

static void give_folder_of(const char *path, root_function *each, void *argument) {
    const int length = (int)(path_name(path) - path);
    char *folder = length ? text_format("%.*s", length, path) : text_copy_of(".");
    each(argument, folder);
    free(folder);
}

static void list_roots(const char *path, char separator, root_function *each, void *argument) {
    FILE *file = fopen(path, "re");
    char *entry = NULL;
    size_t capacity = 0;
    ssize_t length;
    while (file && (length = getdelim(&entry, &capacity, separator, file)) > 0) {
        if (entry[length - 1] == separator) entry[--length] = '\0';
        if (separator == '\n' && length && entry[length - 1] == '\r') entry[--length] = '\0';
        if (path_is_folder(entry))
            each(argument, entry);
        else if (length)
            give_folder_of(entry, each, argument);
    }
    free(entry);
    if (file) fclose(file);
}

bool inputs_roots(const struct inputs_options *options, root_function *each, void *argument) {
    bool known = true;
    for (size_t i = 0; i < options->count; i++) {
        const char *const input = options->arguments[i];
        const struct kind *kind = kind_of(input);
        if (!inputs_are_repeatable(&options->arguments[i], 1)) {
            known = false;
        } else if (kind->open == open_list) {
            each(argument, input + 1);
            list_roots(input + 1, options->zero_separated ? '\0' : '\n', each, argument);
        } else if (kind->open == glob_open) {
            char *folder = glob_folder(input);
            each(argument, *folder ? folder : ".");
            free(folder);
        } else {
            each(argument, input);
        }
    }
    return known;
}

/* ---- Names ------------------------------------------------------------------------------------------------------ */

/* Shortens `common` to the folder that both it and `folder` are in. */
static void narrow(char *common, const char *folder) {
    size_t length = 0, i = 0;
    for (; common[i] && common[i] == folder[i]; i++)
        if (common[i] == '/') length = i;
    if ((!common[i] || common[i] == '/') && (!folder[i] || folder[i] == '/')) length = i;
    common[length] = '\0';
}

/* The folder that an argument's pictures lie in, as far as its spelling shows, cleaned. */
static char *folder_of(const char *argument) {
    const struct kind *kind = kind_of(argument);
    if (kind->open == list_open || kind->open == open_list) return text_copy_of("");
    char *path = text_copy_of(argument);
    if (kind->open == glob_open) path[glob_fixed_length(argument)] = '\0';
    char *folder = path_clean(path);
    if (kind->open == inputs_take_named && !path_is_folder(argument)) folder[path_name(folder) - folder] = '\0';
    const size_t length = strlen(folder);
    if (length && folder[length - 1] == '/') folder[length - 1] = '\0';
    free(path);
    return folder;
}

/* What names leave out: the folder that all arguments lie in, cleaned. */
static char *common_folder(char *const *arguments, size_t count) {
    char *common = count ? folder_of(arguments[0]) : text_copy_of("");
    for (size_t i = 1; i < count; i++) {
        char *folder = folder_of(arguments[i]);
        narrow(common, folder);
        free(folder);
    }
    return common;
}

void inputs_name(struct inputs *inputs, struct input *input) {
    free(inputs->name);
    free(inputs->stem);
    inputs->stem = NULL;
    if (inputs->options.unnamed)
        inputs->name = naming_mirror(inputs->naming, input->path);
    else
        naming_take(inputs->naming, input->path, &inputs->name, &inputs->stem);
    input->name = inputs->name;
    input->stem = inputs->stem;
}

void inputs_reserve(struct inputs *inputs, const char *path) {
    struct input earlier = {.path = path};
    inputs_name(inputs, &earlier);
}

/* ---- The iterator ----------------------------------------------------------------------------------------------- */

struct inputs *inputs_open(const struct inputs_options *options) {
    struct inputs *inputs = allocate(1, sizeof *inputs);
    inputs->options = *options;
    char *common = common_folder(options->arguments, options->count);
    inputs->naming = naming_open(common);
    free(common);
    return inputs;
}

static void release(struct source *source) {
    source->type->release(source);
    free(source->path);
    free(source);
}

/* Takes the top away; one that the user named and that held nothing is a mistake to be reported. */
static enum step pop(struct inputs *inputs) {
    struct source *ended = inputs->top;
    inputs->top = ended->below;
    enum step step = STEP_ON;
    if (ended->nothing && inputs->given == ended->given_before)
        step = inputs_give(inputs, text_copy_of(ended->path), text_format("%s: %s", ended->path, ended->nothing));
    release(ended);
    return step;
}

static enum step advance(struct inputs *inputs, bool may_wait) {
    if (!inputs->top) {
        if (inputs->next == inputs->options.count) return STEP_ENDED;
        const char *argument = inputs->options.arguments[inputs->next++];
        return kind_of(argument)->open(inputs, argument);
    }
    const enum step step = inputs->top->type->next(inputs, inputs->top, may_wait);
    return step == STEP_ENDED ? pop(inputs) : step;
}

static bool is_stopped(const struct inputs *inputs) {
    struct pollfd stop = {.fd = inputs->options.stop_file, .events = POLLIN};
    return stop.fd >= 0 && poll(&stop, 1, 0) > 0;
}

static enum inputs_state find_next(struct inputs *inputs, bool may_wait) {
    enum step step = STEP_ON;
    while (step == STEP_ON) step = is_stopped(inputs) ? STEP_ENDED : advance(inputs, may_wait);
    if (step != STEP_GIVEN) return step == STEP_WAIT ? INPUTS_LATER : INPUTS_ENDED;
    return INPUTS_READY;
}

bool inputs_next(struct inputs *inputs, struct input *input) {
    enum inputs_state state = INPUTS_READY;
    if (!inputs->holds_next || is_stopped(inputs)) state = find_next(inputs, true);
    inputs->holds_next = false;
    if (state == INPUTS_READY) *input = (struct input){.path = inputs->path, .error = inputs->error};
    return state == INPUTS_READY;
}

enum inputs_state inputs_peek(struct inputs *inputs) {
    if (inputs->holds_next) return INPUTS_READY;
    const enum inputs_state state = find_next(inputs, false);
    inputs->holds_next = state == INPUTS_READY;
    return state;
}

size_t inputs_skipped(const struct inputs *inputs) {
    return inputs->skipped;
}

void inputs_close(struct inputs *inputs) {
    while (inputs->top) {
        struct source *top = inputs->top;
        inputs->top = top->below;
        release(top);
    }
    naming_close(inputs->naming);
    free(inputs->path);
    free(inputs->error);
    free(inputs->name);
    free(inputs->stem);
    free(inputs);
}
