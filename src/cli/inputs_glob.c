/* A pattern as a source of pictures, for shells that expand none, and for more matches than a command line may hold. It
 * is walked part by part, so that no more is held than the names in the folders on the way. */
#define _POSIX_C_SOURCE 200809L
#include "cli/inputs_source.h"
#include "cli/path.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char special[] = "*?[";

/* A folder, and the parts of the pattern that are still to be matched in it. */
struct glob {
    struct source base;
    struct folder_names names;
    char *folder;  /* "" is the current one */
    char *rest;    /* after the part that the names match */
    bool any_deep; /* that part is **: the names are all, and `rest` matches at any depth */
};

size_t glob_fixed_length(const char *pattern) {
    size_t fixed = strcspn(pattern, special);
    if (!pattern[fixed]) return fixed;
    while (fixed && pattern[fixed - 1] != '/') fixed--;
    return fixed;
}

static char *join(const char *folder, const char *name) {
    return *folder ? path_join(folder, name) : text_copy_of(name);
}

/* A part without special characters: \x is x. */
static void unescape(char *part) {
    char *to = part;
    for (; *part; part++) {
        if (*part == '\\' && part[1]) part++;
        *to++ = *part;
    }
    *to = '\0';
}

/* How folders that match as a whole are read. */
static enum folders folders(const struct inputs *inputs) {
    return inputs_get_options(inputs)->recursive ? FOLDERS_DEEP : FOLDERS_FLAT;
}

static enum step expand(struct inputs *inputs, char *folder, const char *rest, const char *whole);

static void release(struct source *source) {
    struct glob *glob = (struct glob *)source;
    folder_names_free(&glob->names);
    free(glob->folder);
    free(glob->rest);
}

static enum step next(struct inputs *inputs, struct source *source, bool may_wait) {
    struct glob *glob = (struct glob *)source;
    (void)may_wait;
    if (glob->names.next == glob->names.count) return STEP_ENDED;
    char *path = join(glob->folder, glob->names.items[glob->names.next++]);
    const bool is_folder = path_is_folder(path), is_passed_by = is_folder && folder_is_left_out(inputs, path);
    if (!*glob->rest && !is_passed_by) return inputs_take_found(inputs, path, folders(inputs));
    if (is_folder && !is_passed_by && !(glob->any_deep && folder_is_open(inputs, path))) {
        char *rest = glob->any_deep ? text_format("**/%s", glob->rest) : text_copy_of(glob->rest);
        const enum step step = expand(inputs, path, rest, NULL);
        free(rest);
        return step;
    }
    free(path);
    return STEP_ON;
}

static const struct source_type type = {next, release};

/* `folder` becomes the source's own; a folder that cannot be read matches nothing. */
static enum step push(struct inputs *inputs, char *folder, const char *part, const char *rest, const char *whole) {
    struct glob *glob = allocate(1, sizeof *glob);
    glob->any_deep = strcmp(part, "**") == 0;
    folder_names_read(&glob->names, *folder ? folder : ".", glob->any_deep ? NULL : part);
    glob->base = (struct source){.type = &type, .path = text_copy_of(whole ? whole : folder)};
    if (whole) glob->base.nothing = "no picture matches";
    if (glob->any_deep) source_enters(&glob->base, *folder ? folder : ".");
    glob->folder = folder;
    glob->rest = text_copy_of(rest);
    return inputs_push(inputs, &glob->base);
}

/* ** alone is everything below. */
static enum step expand_any_deep(struct inputs *inputs, char *folder, const char *rest, const char *whole) {
    while (strncmp(rest, "**/", 3) == 0) rest += 3;
    if (!*rest || strcmp(rest, "**") == 0) {
        const enum step step = folder_open(inputs, *folder ? folder : ".", true, whole ? "no picture matches" : NULL);
        free(folder);
        return step;
    }
    char *here = text_copy_of(folder);
    push(inputs, folder, "**", rest, whole);
    return expand(inputs, here, rest, NULL); /* on top: a folder's own matches come before those of its folders */
}

/* What `rest` matches in `folder`, which is freed; `whole` is the user's pattern the first time. */
static enum step expand(struct inputs *inputs, char *folder, const char *rest, const char *whole) {
    while (*rest) {
        const size_t length = strcspn(rest, "/");
        char *part = text_format("%.*s", (int)length, rest);
        rest += length + strspn(rest + length, "/");
        enum step step = STEP_ON;
        const bool is_any_deep = strcmp(part, "**") == 0, is_special = is_any_deep || strpbrk(part, special);
        if (is_any_deep) {
            step = expand_any_deep(inputs, folder, rest, whole);
        } else if (is_special) {
            step = push(inputs, folder, part, rest, whole);
        } else {
            unescape(part);
            char *path = join(folder, part);
            free(folder);
            folder = path;
        }
        free(part);
        if (is_special) return step;
    }
    struct stat status;
    if (stat(folder, &status) == 0) return inputs_take_found(inputs, folder, folders(inputs));
    free(folder);
    return STEP_ON;
}

char *glob_folder(const char *pattern) {
    char *folder = text_format("%.*s", (int)glob_fixed_length(pattern), pattern);
    unescape(folder);
    return folder;
}

enum step glob_open(struct inputs *inputs, const char *pattern) {
    return expand(inputs, glob_folder(pattern), pattern + glob_fixed_length(pattern), pattern);
}
