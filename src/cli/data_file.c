#define _POSIX_C_SOURCE 200809L
#include "cli/data_file.h"

#include "cli/message.h"
#include "cli/path.h"
#include "cli/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE_BYTES = 8192, /* a longer line cannot be a path */
    LINES_MAX = 10000, /* a device may have no end */
};

static const char blanks[] = " \t\r\n\v\f";

/* Cuts blanks off both ends. */
static char *trim(char *text) {
    text += strspn(text, blanks);
    size_t length = strlen(text);
    while (length && strchr(blanks, text[length - 1])) length--;
    text[length] = '\0';
    return text;
}

/* The value of the first line `key=value` with this key, or NULL; inside `line`. */
static char *find_key(FILE *file, const char *key, char line[LINE_BYTES]) {
    for (int i = 0; i < LINES_MAX && fgets(line, LINE_BYTES, file); i++) {
        char *equals = strchr(line, '=');
        if (!equals || line[0] == '#' || line[0] == ';') continue;
        *equals = '\0';
        if (strcmp(trim(line), key) == 0) return trim(equals + 1);
    }
    return NULL;
}

/* The first candidate that is a file, or NULL. */
static char *resolve(const char *path, const char *name) {
    const int folder = (int)(path_name(path) - path);
    static const char *const steps[] = {"", "../"};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        char *candidate = name[0] == '/' ? text_copy_of(name) : text_format("%.*s%s%s", folder, path, steps[i], name);
        if (path_is_file(candidate)) return candidate;
        free(candidate);
    }
    return NULL;
}

bool data_file_names(const char *path, char **names) {
    char line[LINE_BYTES];
    FILE *file = path_is_folder(path) ? (errno = EISDIR, NULL) : fopen(path, "re");
    if (!file) {
        complain("%s cannot be read: %s", path, strerror(errno));
        return false;
    }
    const char *value = find_key(file, "names", line);
    fclose(file);
    *names = value && *value ? resolve(path, value) : NULL;
    if (!value || !*value)
        complain("%s has no line names=FILE", path);
    else if (!*names)
        complain("%s: names=%s is neither in its folder nor in the one above", path, value);
    return *names != NULL;
}
