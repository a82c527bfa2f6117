#define _POSIX_C_SOURCE 200809L
#include "cli/inputs.h"

#include "cli/output_names.h"
#include "cli/path.h"
#include "cli/picture_files.h"
#include "cli/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The folder whose entries are being given out. */
struct folder {
    char **names; /* [count], sorted */
    size_t count, next;
};

struct inputs {
    char *const *arguments;
    size_t count, next;
    size_t skipped;
    const struct source_type *source; /* of the argument being read; NULL: the next one is due */
    struct folder folder;
    bool ended;                /* the one thing there is to say of the argument has been said */
    char *path, *name, *error; /* of the input given out last */
    char *common;              /* the folder that all arguments lie in, cleaned: what names leave out */
    struct output_names *taken;
};

/* A kind of argument. `open` prepares, `next` sets inputs->path (and ->error) or returns false at its end. */
struct source_type {
    bool (*matches)(const char *argument);
    void (*open)(struct inputs *inputs, const char *argument);
    bool (*next)(struct inputs *inputs, const char *argument);
};

static void open_nothing(struct inputs *inputs, const char *argument) {
    (void)inputs;
    (void)argument;
}

static bool next_file(struct inputs *inputs, const char *argument) {
    if (inputs->path) return false; /* it was given out already */
    inputs->path = text_copy_of(argument);
    return true;
}

static int compare_names(const void *a, const void *b) {
    return text_compare_natural(*(char *const *)a, *(char *const *)b);
}

static void close_folder(struct folder *folder) {
    for (size_t i = 0; i < folder->count; i++) free(folder->names[i]);
    free(folder->names);
    *folder = (struct folder){NULL, 0, 0};
}

static void add_name(struct folder *folder, size_t *capacity, const char *name) {
    if (folder->count == *capacity) {
        *capacity = *capacity ? *capacity * 2 : 64;
        folder->names = reallocate(folder->names, *capacity, sizeof *folder->names);
    }
    folder->names[folder->count++] = text_copy_of(name);
}

static void fail_folder(struct inputs *inputs, const char *argument, const char *reason) {
    inputs->path = text_copy_of(argument);
    inputs->error = text_format("%s: %s", argument, reason);
}

static void open_folder(struct inputs *inputs, const char *argument) {
    size_t capacity = 0;
    DIR *directory = opendir(argument);
    if (!directory) {
        fail_folder(inputs, argument, strerror(errno));
        return;
    }
    for (struct dirent *entry; (entry = readdir(directory));)
        if (entry->d_name[0] != '.') add_name(&inputs->folder, &capacity, entry->d_name);
    closedir(directory);
    if (inputs->folder.count)
        qsort(inputs->folder.names, inputs->folder.count, sizeof *inputs->folder.names, compare_names);
}

static bool next_in_folder(struct inputs *inputs, const char *argument) {
    struct folder *folder = &inputs->folder;
    if (inputs->error) { /* to be given out once */
        const bool first = !inputs->ended;
        inputs->ended = true;
        return first;
    }
    while (folder->next < folder->count) {
        char *path = path_join(argument, folder->names[folder->next++]);
        if (!path_is_folder(path)) {
            if (picture_file_is_likely(path)) {
                free(inputs->path);
                inputs->path = path;
                return true;
            }
            inputs->skipped++;
        }
        free(path);
    }
    close_folder(folder);
    if (inputs->path) return false;
    fail_folder(inputs, argument, "the folder holds no pictures");
    inputs->ended = true;
    return true;
}

static bool matches_any(const char *argument) {
    (void)argument;
    return true;
}

/* The first row that matches decides. */
static const struct source_type source_types[] = {
    {path_is_folder, open_folder, next_in_folder},
    {matches_any, open_nothing, next_file},
};

/* Shortens `common` to the folder that both it and `folder` are in. */
static void narrow(char *common, const char *folder) {
    size_t length = 0, i = 0;
    for (; common[i] && common[i] == folder[i]; i++)
        if (common[i] == '/') length = i;
    if ((!common[i] || common[i] == '/') && (!folder[i] || folder[i] == '/')) length = i;
    common[length] = '\0';
}

/* The folder that all arguments lie in, as far as their spelling shows. */
static char *common_folder(char *const *arguments, size_t count) {
    char *common = NULL;
    for (size_t i = 0; i < count; i++) {
        char *folder = path_clean(arguments[i]);
        if (!path_is_folder(arguments[i])) folder[path_name(folder) - folder] = '\0';
        size_t length = strlen(folder);
        if (length && folder[length - 1] == '/') folder[length - 1] = '\0';
        if (common)
            narrow(common, folder);
        else
            common = text_copy_of(folder);
        free(folder);
    }
    return common ? common : text_copy_of("");
}

struct inputs *inputs_open(char *const *arguments, size_t count) {
    struct inputs *inputs = allocate(1, sizeof *inputs);
    inputs->arguments = arguments;
    inputs->count = count;
    inputs->common = common_folder(arguments, count);
    inputs->taken = output_names_open();
    return inputs;
}

/* Moves to the next argument and its kind. */
static void begin_argument(struct inputs *inputs) {
    const char *argument = inputs->arguments[inputs->next];
    const struct source_type *source = source_types;
    while (!source->matches(argument)) source++;
    inputs->source = source;
    free(inputs->path);
    free(inputs->error);
    inputs->path = inputs->error = NULL;
    inputs->ended = false;
    source->open(inputs, argument);
}

/* The path without the folder that all arguments share. */
static char *mirrored_name(const struct inputs *inputs) {
    char *clean = path_clean(inputs->path);
    const size_t length = strlen(inputs->common);
    char *name =
        length && strncmp(clean, inputs->common, length) == 0 && clean[length] == '/' ? clean + length + 1 : clean;
    char *unique = output_names_take(inputs->taken, *name ? name : "picture");
    free(clean);
    return unique;
}

bool inputs_next(struct inputs *inputs, struct input *input) {
    for (; inputs->next < inputs->count; inputs->next++) {
        if (!inputs->source) begin_argument(inputs);
        if (inputs->source->next(inputs, inputs->arguments[inputs->next])) {
            free(inputs->name);
            inputs->name = mirrored_name(inputs);
            *input = (struct input){inputs->path, inputs->name, inputs->error};
            return true;
        }
        inputs->source = NULL;
    }
    return false;
}

size_t inputs_skipped(const struct inputs *inputs) {
    return inputs->skipped;
}

void inputs_close(struct inputs *inputs) {
    close_folder(&inputs->folder);
    output_names_close(inputs->taken);
    free(inputs->path);
    free(inputs->name);
    free(inputs->error);
    free(inputs->common);
    free(inputs);
}
