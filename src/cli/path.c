#define _POSIX_C_SOURCE 200809L
#include "cli/path.h"

#include "cli/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *path_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *path_extension(const char *path) {
    const char *name = path_name(path), *dot = strrchr(name, '.');
    return dot && dot != name ? dot : name + strlen(name);
}

bool path_is_file(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
}

bool path_is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

bool path_is_same(const char *a, const char *b) {
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

char *path_clean(const char *path) {
    char *clean = allocate(strlen(path) + 1, 1);
    size_t length = 0;
    while (*path) {
        const size_t part = strcspn(path, "/");
        if (part == 2 && path[0] == '.' && path[1] == '.') {
            while (length && clean[--length] != '/')
                ;
        } else if (part > 1 || (part == 1 && path[0] != '.')) {
            if (length) clean[length++] = '/';
            memcpy(clean + length, path, part);
            length += part;
        }
        path += part;
        path += strspn(path, "/");
    }
    clean[length] = '\0';
    return clean;
}

char *path_join(const char *folder, const char *name) {
    const size_t length = strlen(folder);
    return text_format("%s%s%s", folder, length && folder[length - 1] == '/' ? "" : "/", name);
}

int path_make_parents(const char *path) {
    char *folder = text_copy_of(path);
    int error = 0;
    for (char *slash = strchr(folder + 1, '/'); slash && !error; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0777) != 0) error = errno;
        if (error && path_is_folder(folder))
            error = 0;
        else if (error == EEXIST)
            error = ENOTDIR; /* a file is in the way */
        *slash = '/';
    }
    free(folder);
    return error;
}
