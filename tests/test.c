#define _GNU_SOURCE /* program_invocation_short_name, nftw */
#include "test.h"

#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SHOWN_FAILURES = 8 }; /* of a case */

typedef struct allocation {
    struct allocation *next;
    void *memory;
    size_t mapped_bytes; /* 0: from malloc */
} allocation;

static struct {
    const char *case_name;
    bool skipped;
    int failures;
    char note[256];
    allocation *allocations;
    char temp_folder[64];
} state;

/* ---- Memory of a case ------------------------------------------------------------------------------------------- */

static void *checked(void *memory) {
    if (!memory || memory == MAP_FAILED) {
        perror("test");
        exit(2);
    }
    return memory;
}

static void *remember(void *memory, size_t mapped_bytes) {
    allocation *entry = checked(malloc(sizeof *entry));
    *entry = (allocation){state.allocations, checked(memory), mapped_bytes};
    state.allocations = entry;
    return memory;
}

static void free_allocations(void) {
    while (state.allocations) {
        allocation *entry = state.allocations;
        state.allocations = entry->next;
        if (entry->mapped_bytes)
            munmap(entry->memory, entry->mapped_bytes);
        else
            free(entry->memory);
        free(entry);
    }
}

/* Whole pages for so many bytes, between two that are not to be touched; `*usable` is what they hold. */
static char *guarded_pages(size_t byte_count, size_t *usable) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    *usable = (byte_count + page - 1) / page * page;
    size_t mapped = *usable + 2 * page;
    char *memory = remember(mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), mapped);
    mprotect(memory, page, PROT_NONE);
    mprotect(memory + page + *usable, page, PROT_NONE);
    memset(memory + page, 0xff, *usable);
    return memory + page;
}

void *test_guarded(size_t byte_count) {
    size_t usable;
    char *memory = guarded_pages(byte_count, &usable);
    return memory + usable - byte_count;
}

void *test_guarded_before(size_t byte_count) {
    size_t usable;
    return guarded_pages(byte_count, &usable);
}

float *test_guarded_floats(size_t count) {
    return test_guarded(count * sizeof(float));
}

/* ---- Files ------------------------------------------------------------------------------------------------------ */

static char *join(const char *folder, const char *name) {
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = remember(malloc(size), 0);
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

const char *test_shared_path(const char *relative) {
    const char *folder = getenv("DETECT_SHARED");
    if (folder && *folder) return join(folder, relative);
    test_skip("DETECT_SHARED is not set");
    return NULL;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

static void remove_temp_folder(void) {
    nftw(state.temp_folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_temp_path(const char *name) {
    if (!*state.temp_folder) {
        strcpy(state.temp_folder, "/tmp/detect-test-XXXXXX");
        checked(mkdtemp(state.temp_folder));
        atexit(remove_temp_folder);
    }
    return join(state.temp_folder, name);
}

const char *test_temp_file(const char *name, const void *bytes, size_t byte_count) {
    const char *path = test_temp_path(name);
    FILE *file = checked(fopen(path, "wb"));
    if (fwrite(bytes, 1, byte_count, file) != byte_count || fclose(file)) checked(NULL);
    return path;
}

/* ---- Random numbers: splitmix64 --------------------------------------------------------------------------------- */

test_random test_random_start(uint64_t seed) {
    return (test_random){seed};
}

static uint64_t next_bits(test_random *random) {
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

int test_random_int(test_random *random, int low, int high) {
    uint64_t span = (uint64_t)((int64_t)high - low) + 1;
    return (int)(low + (int64_t)(next_bits(random) % span));
}

float test_random_float(test_random *random) {
    return (float)(next_bits(random) >> 40) * 0x1p-23f - 1.0f;
}

void test_random_floats(test_random *random, float *values, size_t count) {
    for (size_t i = 0; i < count; i++) values[i] = test_random_float(random);
}

/* ---- Checks ----------------------------------------------------------------------------------------------------- */

static bool report(bool holds, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool report(bool holds, const char *file, int line, const char *format, ...) {
    if (holds) return true;
    if (++state.failures > SHOWN_FAILURES) return false;
    printf("%s:%d: %s: %s%s", file, line, state.case_name, state.note, *state.note ? ": " : "");
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
    return false;
}

bool test_check(bool holds, const char *file, int line, const char *expression) {
    return report(holds, file, line, "%s does not hold", expression);
}

bool test_check_near(double found, double expected, double tolerance, const char *file, int line,
                     const char *expression) {
    bool holds = found == expected || fabs(found - expected) <= tolerance;
    return report(holds, file, line, "%s is %.9g, not %.9g within %.3g", expression, found, expected, tolerance);
}

bool test_check_int(long long found, long long expected, const char *file, int line, const char *expression) {
    return report(found == expected, file, line, "%s is %lld, not %lld", expression, found, expected);
}

static const char *shown(const char *text) {
    return text ? text : "(NULL)";
}

bool test_check_string(const char *found, const char *expected, const char *file, int line, const char *expression) {
    bool holds = found && expected ? strcmp(found, expected) == 0 : found == expected;
    return report(holds, file, line, "%s is \"%s\", not \"%s\"", expression, shown(found), shown(expected));
}

bool test_check_contains(const char *found, const char *expected, const char *file, int line, const char *expression) {
    bool holds = found && strstr(found, expected);
    return report(holds, file, line, "%s is \"%s\", without \"%s\"", expression, shown(found), expected);
}

static bool same_bits(float a, float b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

bool test_check_floats(const float *found, const float *expected, size_t count, double tolerance, const char *file,
                       int line, const char *expression) {
    size_t wrong = 0, first = 0;
    double worst = 0;
    for (size_t i = 0; i < count; i++) {
        double off = fabs((double)found[i] - (double)expected[i]);
        if (same_bits(found[i], expected[i]) || off <= tolerance) continue;
        first = wrong++ ? first : i;
        worst = off > worst ? off : worst;
    }
    return report(wrong == 0, file, line, "%s[%zu] is %.9g, not %.9g (%zu of %zu wrong, the worst by %.3g)", expression,
                  first, wrong ? (double)found[first] : 0.0, wrong ? (double)expected[first] : 0.0, wrong, count,
                  worst);
}

void test_note(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(state.note, sizeof state.note, format, arguments);
    va_end(arguments);
}

void test_skip(const char *reason) {
    if (!state.skipped) printf("skipped %s: %s\n", state.case_name, reason);
    state.skipped = true;
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

int test_run(const test_case *cases, size_t count) {
    int passed = 0, failed = 0, skipped = 0;
    for (size_t i = 0; i < count; i++) {
        state.case_name = cases[i].name;
        state.skipped = false;
        state.failures = 0;
        state.note[0] = '\0';
        cases[i].run();
        free_allocations();
        if (state.failures > SHOWN_FAILURES) printf("%s: %d more\n", state.case_name, state.failures - SHOWN_FAILURES);
        if (state.failures)
            failed++;
        else if (state.skipped)
            skipped++;
        else
            passed++;
    }
    printf("%s: %d passed, %d failed, %d skipped\n", program_invocation_short_name, passed, failed, skipped);
    return failed > 0;
}
