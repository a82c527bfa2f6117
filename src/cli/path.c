#define _XOPEN_SOURCE 700
#include "cli/path.h"

#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

char *path_folder(const char *path) {
    const size_t length = (size_t)(path_name(path) - path);
    return length ? text_format("%.*s", (int)length, path) : text_copy_of(".");
}

/* The folder that `path` lies in, without links and dots: free() it. NULL where it is not there. */
static char *real_folder(const char *path) {
    char *folder = path_folder(path);
    char *real = path_real(folder);
    free(folder);
    return real;
}

/* `to` as seen from `from`, both absolute and clean: "../../x/", or "" where they are equal. free() it. */
static char *climb(const char *from, const char *to) {
    size_t shared = 0, i = 0, ups = 0;
    for (; from[i] && from[i] == to[i]; i++)
        if (from[i] == '/') shared = i + 1;
    if ((!from[i] || from[i] == '/') && (!to[i] || to[i] == '/')) shared = i + (from[i] || to[i]);
    const char *left = from + (shared < strlen(from) ? shared : strlen(from));
    const char *right = to + (shared < strlen(to) ? shared : strlen(to));
    for (const char *c = left; *c; c++) ups += *c == '/' || c == left;
    const size_t room = ups * 3 + strlen(right) + 2;
    char *way = allocate(room, 1);
    size_t at = 0;
    for (size_t n = 0; n < ups; n++) at += (size_t)snprintf(way + at, room - at, "../");
    snprintf(way + at, room - at, "%s%s", right, *right ? "/" : "");
    return way;
}

char *path_relative(const char *from, const char *path) {
    char *begin = real_folder(from), *end = real_folder(path);
    char *way = begin && end ? climb(begin, end) : NULL;
    char *relative = way ? text_format("%s%s", way, path_name(path)) : text_copy_of(path);
    free(begin);
    free(end);
    free(way);
    return relative;
}

/* Makes `folder` and all above it; its text is the same again afterwards. */
static int make_folders(char *folder) {
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
    return error;
}

int path_make_parents(const char *path) {
    const int length = (int)(path_name(path) - path);
    if (!length) return 0;
    char *folder = text_format("%.*s", length, path);
    const int error = path_is_folder(folder) ? 0 : make_folders(folder); /* most often it is there */
    free(folder);
    return error;
}

int path_open(const char *path, int flags) {
    int file;
    do file = open(path, flags, 0666);
    while (file < 0 && errno == EINTR);
    return file;
}

char *path_real(const char *path) {
    char *real = realpath(path, NULL);
    if (!real && errno == ENOMEM) out_of_memory();
    return real;
}

char *path_target(const char *path) {
    char *real = path_real(path);
    if (real) return real;
    char *folder = real_folder(path);
    char *target = folder ? path_join(folder, path_name(path)) : text_copy_of(path);
    free(folder);
    return target;
}
