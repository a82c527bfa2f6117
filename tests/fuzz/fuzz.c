#define _GNU_SOURCE /* nftw, mkdtemp */
#include "fuzz.h"

#include <ftw.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void fuzz_check(bool holds, const char *file, int line, const char *expression) {
    if (holds) return;
    fprintf(stderr, "%s:%d: %s does not hold\n", file, line, expression);
    abort();
}

/* ---- Numbers: FNV-1a and splitmix64 ----------------------------------------------------------------------------- */

uint64_t fuzz_hash(const uint8_t *bytes, size_t count) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < count; i++) hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash;
}

uint64_t fuzz_bits(fuzz_random *random) {
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

size_t fuzz_below(fuzz_random *random, size_t limit) {
    return (size_t)(fuzz_bits(random) % limit);
}

float fuzz_float(fuzz_random *random) {
    return (float)(fuzz_bits(random) >> 40) * 0x1p-23f - 1.0f;
}

/* ---- Files ------------------------------------------------------------------------------------------------------ */

static struct {
    char path[64];
    pid_t owner;
} folder;

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

static void remove_folder(void) {
    if (folder.owner == getpid()) nftw(folder.path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *fuzz_folder(void) {
    if (folder.owner == getpid()) return folder.path;
    /* Files are written for every run: in memory where that can be had. */
    strcpy(folder.path, access("/dev/shm", W_OK) == 0 ? "/dev/shm/fuzz-XXXXXX" : "/tmp/fuzz-XXXXXX");
    fuzz_require(mkdtemp(folder.path) != NULL);
    folder.owner = getpid();
    atexit(remove_folder);
    return folder.path;
}

char *fuzz_path(const char *name) {
    const char *begin = fuzz_folder();
    size_t size = strlen(begin) + strlen(name) + 2;
    char *path = malloc(size);
    fuzz_require(path != NULL);
    snprintf(path, size, "%s/%s", begin, name);
    return path;
}

char *fuzz_file(const char *name, const void *bytes, size_t count) {
    char *path = fuzz_path(name);
    FILE *file = fopen(path, "wb");
    fuzz_require(file != NULL);
    fuzz_require(fwrite(bytes, 1, count, file) == count);
    fuzz_require(fclose(file) == 0);
    return path;
}

/* ---- Memory: the linker sends the library's calls here (--wrap) ------------------------------------------------- */

enum { ALLOCATION_BYTES = 128 }; /* what an allocation takes besides: a million small ones take their time, too */

static _Atomic size_t bytes_left = SIZE_MAX;

void fuzz_limit_memory(size_t bytes) {
    bytes_left = bytes;
}

static bool take(size_t count, size_t element_bytes) {
    size_t bytes, left = bytes_left;
    if (left == SIZE_MAX) return true;
    if (__builtin_mul_overflow(count, element_bytes, &bytes)) return false;
    do
        if (left < ALLOCATION_BYTES || bytes > left - ALLOCATION_BYTES) return false;
    while (!atomic_compare_exchange_weak(&bytes_left, &left, left - bytes - ALLOCATION_BYTES));
    return true;
}

void *__real_memory_allocate(size_t count, size_t element_bytes);
void *__real_memory_allocate_zeroed(size_t count, size_t element_bytes);
void *__real_memory_grow(void *items, size_t *capacity, size_t needed, size_t element_bytes);
void *__wrap_memory_allocate(size_t count, size_t element_bytes);
void *__wrap_memory_allocate_zeroed(size_t count, size_t element_bytes);
void *__wrap_memory_grow(void *items, size_t *capacity, size_t needed, size_t element_bytes);

void *__wrap_memory_allocate(size_t count, size_t element_bytes) {
    return take(count, element_bytes) ? __real_memory_allocate(count, element_bytes) : NULL;
}

void *__wrap_memory_allocate_zeroed(size_t count, size_t element_bytes) {
    return take(count, element_bytes) ? __real_memory_allocate_zeroed(count, element_bytes) : NULL;
}

void *__wrap_memory_grow(void *items, size_t *capacity, size_t needed, size_t element_bytes) {
    if (needed > *capacity && !take(needed, element_bytes)) return NULL;
    return __real_memory_grow(items, capacity, needed, element_bytes);
}
