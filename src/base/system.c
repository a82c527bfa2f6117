#define _POSIX_C_SOURCE 200809L

#include "base/system.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, NUMBER_BYTES = 32 };

/* A file that holds one number, or a word such as "max" for none. */
static uint64_t read_number(const char *path) {
    FILE *file = fopen(path, "re");
    char text[NUMBER_BYTES], *end;
    if (!file) return UINT64_MAX;
    const bool found = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    if (!found) return UINT64_MAX;
    const unsigned long long number = strtoull(text, &end, 10);
    return end == text ? UINT64_MAX : (uint64_t)number;
}

uint64_t system_group_memory(const char *root, const char *path, const char *name) {
    char folder[PATH_BYTES], file[2 * PATH_BYTES];
    uint64_t least = UINT64_MAX;
    snprintf(folder, sizeof folder, "%s", path);
    for (;;) {
        snprintf(file, sizeof file, "%s%s/%s", root, folder, name);
        const uint64_t limit = read_number(file);
        if (limit < least) least = limit;
        char *slash = strrchr(folder, '/');
        if (!slash) return least;
        *slash = 0; /* the group above; the last is the root itself */
    }
}

/* Lines are "NUMBER:CONTROLLERS:PATH": version 2 has number 0 and no controllers. */
static uint64_t group_memory(void) {
    char line[PATH_BYTES];
    FILE *file = fopen("/proc/self/cgroup", "re");
    uint64_t least = UINT64_MAX;
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        char *controllers = strchr(line, ':'), *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path) continue;
        *path++ = 0;
        uint64_t limit = UINT64_MAX;
        if (!controllers[1])
            limit = system_group_memory("/sys/fs/cgroup", path, "memory.max");
        else if (strstr(controllers + 1, "memory"))
            limit = system_group_memory("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes");
        if (limit < least) least = limit;
    }
    if (file) fclose(file);
    return least;
}

uint64_t system_memory(void) {
    const long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
    uint64_t machine = UINT64_MAX;
    if (pages > 0 && page_bytes > 0) machine = (uint64_t)pages * (uint64_t)page_bytes;
    const uint64_t group = group_memory();
    return group < machine ? group : machine;
}
