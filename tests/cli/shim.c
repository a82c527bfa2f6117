/* A library that is preloaded into the program and spoils what it asks of the system. Compiled by tests/cli/injected.py.
 *
 *   SHIM=CALL:NTH:ERRNO[+],...   the NTH call fails with ERRNO, with + all after it, too; NTH 0: every other one.
 *                                ERRNO 0: read finds the end of the file, write writes nothing
 *   SHIM_SHORT=BYTES             read and write move at most so many
 *   SHIM_CLOCK=1                 the clock jumps back and forth by hours
 *   SHIM_COUNTS=FILE             how often each was called, written at the end
 *
 * Calls count from the program's first act on, which is to open /dev/null; not those on stderr, where sentences go.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum call { MALLOC, OPEN, FOPEN, READ, WRITE, CLOSE, RENAME, MKDIR, POLL, OPENDIR, PTHREAD_CREATE, CALL_COUNT };

static const char *const names[CALL_COUNT] = {"malloc", "open",  "fopen", "read",    "write",         "close",
                                              "rename", "mkdir", "poll",  "opendir", "pthread_create"};

static struct rule {
    bool is_set, goes_on;
    unsigned long nth;
    int error;
} rules[CALL_COUNT];

static atomic_ulong counts[CALL_COUNT];
static atomic_bool started;
static atomic_ulong clock_calls;
static size_t most_bytes;
static bool clock_jumps;

static void read_rule(const char *text) {
    for (int i = 0; i < CALL_COUNT; i++) {
        size_t length = strlen(names[i]);
        if (strncmp(text, names[i], length) != 0 || text[length] != ':') continue;
        char *end;
        rules[i].is_set = true;
        rules[i].nth = strtoul(text + length + 1, &end, 10);
        rules[i].error = (int)strtol(end + 1, &end, 10);
        rules[i].goes_on = *end == '+';
        return;
    }
    _exit(99);
}

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("SHIM");
    for (; text && *text; text += *text == ',') {
        read_rule(text);
        text += strcspn(text, ",");
    }
    if (getenv("SHIM_SHORT")) most_bytes = strtoul(getenv("SHIM_SHORT"), NULL, 10);
    clock_jumps = getenv("SHIM_CLOCK");
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("SHIM_COUNTS");
    atomic_store(&started, false);
    FILE *file = path ? fopen(path, "w") : NULL;
    for (int i = 0; file && i < CALL_COUNT; i++) fprintf(file, "%s %lu\n", names[i], atomic_load(&counts[i]));
    if (file) fclose(file);
}

/* Whether this call is to fail: errno is set. */
static bool spoils(enum call call) {
    if (!atomic_load(&started)) return false;
    const unsigned long number = atomic_fetch_add(&counts[call], 1) + 1;
    const struct rule *rule = &rules[call];
    if (!rule->is_set) return false;
    const bool is_meant =
        rule->nth == 0 ? number % 2 == 1 : number == rule->nth || (rule->goes_on && number > rule->nth);
    if (is_meant) errno = rule->error;
    return is_meant;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* ---- Memory: the C library's own names, because dlsym allocates ------------------------------------------------- */

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

void *malloc(size_t bytes) {
    return spoils(MALLOC) ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes) {
    return spoils(MALLOC) ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes) {
    return spoils(MALLOC) ? NULL : __libc_realloc(memory, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
    return spoils(MALLOC) ? NULL : __libc_memalign(alignment, bytes);
}

int posix_memalign(void **memory, size_t alignment, size_t bytes) {
    if (spoils(MALLOC)) return ENOMEM;
    *memory = __libc_memalign(alignment, bytes);
    return *memory ? 0 : ENOMEM;
}

/* ---- Files ------------------------------------------------------------------------------------------------------ */

static int open_any(const char *path, int flags, mode_t mode) {
    if (strcmp(path, "/dev/null") == 0) atomic_store(&started, true);
    return spoils(OPEN) ? -1 : openat(AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_any(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_any(path, flags, mode);
}

int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags) {
    return open_any(path, flags, 0);
}

FILE *fopen(const char *path, const char *mode) {
    return spoils(FOPEN) ? NULL : NEXT(fopen)(path, mode);
}

FILE *fopen64(const char *path, const char *mode) {
    return spoils(FOPEN) ? NULL : NEXT(fopen64)(path, mode);
}

ssize_t read(int file, void *bytes, size_t count) {
    if (spoils(READ)) return errno ? -1 : 0;
    return NEXT(read)(file, bytes, most_bytes && count > most_bytes ? most_bytes : count);
}

ssize_t __read_chk(int file, void *bytes, size_t count, size_t room);
ssize_t __read_chk(int file, void *bytes, size_t count, size_t room) {
    if (count > room) abort();
    return read(file, bytes, count);
}

ssize_t write(int file, const void *bytes, size_t count) {
    if (file != STDERR_FILENO && spoils(WRITE)) return errno ? -1 : 0;
    return NEXT(write)(file, bytes, most_bytes && count > most_bytes ? most_bytes : count);
}

int close(int file) {
    const bool fails = spoils(CLOSE);
    const int error = errno, result = NEXT(close)(file); /* an interrupted one is closed all the same */
    if (fails) errno = error;
    return fails ? -1 : result;
}

int rename(const char *from, const char *to) {
    return spoils(RENAME) ? -1 : NEXT(rename)(from, to);
}

int mkdir(const char *path, mode_t mode) {
    return spoils(MKDIR) ? -1 : NEXT(mkdir)(path, mode);
}

int poll(struct pollfd *files, nfds_t count, int timeout) {
    return spoils(POLL) ? -1 : NEXT(poll)(files, count, timeout);
}

int __poll_chk(struct pollfd *files, nfds_t count, int timeout, size_t room);
int __poll_chk(struct pollfd *files, nfds_t count, int timeout, size_t room) {
    (void)room;
    return poll(files, count, timeout);
}

typedef struct __dirstream folder;
folder *opendir(const char *path);
folder *opendir(const char *path) {
    return spoils(OPENDIR) ? NULL : NEXT(opendir)(path);
}

/* ---- Threads and time ------------------------------------------------------------------------------------------- */

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
    return spoils(PTHREAD_CREATE) ? errno : NEXT(pthread_create)(thread, attributes, run, argument);
}

int clock_gettime(clockid_t id, struct timespec *time) {
    const int result = NEXT(clock_gettime)(id, time);
    if (clock_jumps && atomic_load(&started)) time->tv_sec += atomic_fetch_add(&clock_calls, 1) % 3 * 3600 - 3600;
    return result;
}
