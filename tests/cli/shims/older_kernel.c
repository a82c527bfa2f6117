/* Stands before the program (LD_PRELOAD) as an older kernel: Landlock's version is at most $LANDLOCK_VERSION (0: there is
 * none) and rules that this version does not know are refused, as it would. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CREATE_RULESET = 444, ADD_RULE = 445, ASK_VERSION = 1, PATH_BENEATH = 1 };

typedef long system_call(long number, ...);

static uint64_t files_known(int version) {
    const int bits = version >= 5 ? 16 : version >= 3 ? 15 : version >= 2 ? 14 : 13;
    return (UINT64_C(1) << bits) - 1;
}

static int is_known(int version, const uint64_t *ruleset, size_t bytes) {
    const uint64_t files = ruleset[0], network = bytes > 8 ? ruleset[1] : 0, scopes = bytes > 16 ? ruleset[2] : 0;
    return files == files_known(version) && network == (version >= 4 ? 3u : 0u) && scopes == (version >= 6 ? 3u : 0u);
}

static long create(system_call *real, int version, const void *ruleset, size_t bytes, long flags) {
    errno = version ? EINVAL : ENOSYS;
    if (!version) return -1;
    if (flags == ASK_VERSION) return version;
    return is_known(version, ruleset, bytes) ? real(CREATE_RULESET, ruleset, bytes, flags) : -1;
}

long syscall(long number, ...) {
    const int version = atoi(getenv("LANDLOCK_VERSION"));
    va_list list;
    va_start(list, number);
    long a[6];
    for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
    va_end(list);
    system_call *real;
    *(void **)&real = dlsym(RTLD_NEXT, "syscall");
    if (number == CREATE_RULESET) return create(real, version, (const void *)a[0], (size_t)a[1], a[2]);
    if (number == ADD_RULE && a[1] == PATH_BENEATH) {
        uint64_t rights;
        memcpy(&rights, (const void *)a[2], sizeof rights);
        errno = EINVAL;
        if (rights & ~files_known(version)) return -1;
    }
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
