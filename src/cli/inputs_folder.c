/* A folder as a source of pictures: its names are read at once and sorted. */
#define _POSIX_C_SOURCE 200809L
#include "cli/inputs_source.h"
#include "cli/path.h"
#include "cli/text.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct folder {
    struct source base;
    struct folder_names names;
    bool recursive;
};

static int compare_names(const void *a, const void *b) {
    return text_compare_natural(*(char *const *)a, *(char *const *)b);
}

/* One block of text for all names: a folder may hold a million. */
static void add_name(struct folder_names *names, size_t *used, size_t *capacity, const char *name) {
    const size_t bytes = strlen(name) + 1;
    if (bytes > *capacity - *used) {
        *capacity = *capacity * 2 + bytes + 4096;
        names->text = reallocate(names->text, *capacity, 1);
    }
    memcpy(names->text + *used, name, bytes);
    *used += bytes;
    names->count++;
}

static void sort_names(struct folder_names *names) {
    if (!names->count) return;
    names->items = allocate(names->count, sizeof *names->items);
    char *name = names->text;
    for (size_t i = 0; i < names->count; i++, name += strlen(name) + 1) names->items[i] = name;
    qsort(names->items, names->count, sizeof *names->items, compare_names);
}

static bool is_wanted(const char *name, const char *pattern) {
    if (!pattern) return name[0] != '.';
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && fnmatch(pattern, name, FNM_PERIOD) == 0;
}

int folder_names_read(struct folder_names *names, const char *folder, const char *pattern) {
    *names = (struct folder_names){0};
    DIR *directory = opendir(folder);
    if (!directory) return errno;
    size_t used = 0, capacity = 0;
    errno = 0;
    for (struct dirent *entry; (entry = readdir(directory)); errno = 0)
        if (is_wanted(entry->d_name, pattern)) add_name(names, &used, &capacity, entry->d_name);
    const int problem = errno;
    closedir(directory);
    sort_names(names);
    return problem;
}

void folder_names_free(struct folder_names *names) {
    free(names->items);
    free(names->text);
    *names = (struct folder_names){0};
}

static enum step next(struct inputs *inputs, struct source *source, bool may_wait) {
    struct folder *folder = (struct folder *)source;
    (void)may_wait;
    if (folder->names.next == folder->names.count) return STEP_ENDED;
    char *path = path_join(source->path, folder->names.items[folder->names.next++]);
    return inputs_take_found(inputs, path, folder->recursive ? FOLDERS_DEEP : FOLDERS_NOT);
}

static void release(struct source *source) {
    folder_names_free(&((struct folder *)source)->names);
}

static const struct source_type type = {next, release};

bool folder_is_left_out(const struct inputs *inputs, const char *path) {
    const struct inputs_options *options = inputs_get_options(inputs);
    for (size_t i = 0; i < sizeof options->left_out / sizeof *options->left_out; i++)
        if (options->left_out[i] && path_is_same(path, options->left_out[i])) return true;
    return false;
}

bool folder_is_open(const struct inputs *inputs, const char *path) {
    if (folder_is_left_out(inputs, path)) return true;
    struct stat status;
    if (stat(path, &status) != 0) return false;
    for (const struct source *source = inputs_top(inputs); source; source = source->below)
        if (source->enters && source->device == status.st_dev && source->inode == status.st_ino) return true;
    return false;
}

void source_enters(struct source *source, const char *folder) {
    struct stat status;
    source->enters = stat(folder, &status) == 0;
    if (!source->enters) return;
    source->device = status.st_dev;
    source->inode = status.st_ino;
}

enum step folder_open(struct inputs *inputs, const char *path, bool recursive, const char *nothing) {
    struct folder_names names;
    const int problem = folder_names_read(&names, path, NULL);
    if (problem) {
        folder_names_free(&names);
        return inputs_give(inputs, text_copy_of(path), text_format("%s: %s", path, strerror(problem)));
    }
    struct folder *folder = allocate(1, sizeof *folder);
    *folder = (struct folder){.base = {.type = &type, .path = text_copy_of(path), .nothing = nothing},
                              .names = names,
                              .recursive = recursive};
    source_enters(&folder->base, path);
    return inputs_push(inputs, &folder->base);
}
