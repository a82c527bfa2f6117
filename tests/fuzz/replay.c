/* Runs a fuzz target without libFuzzer over files and folders of them, in their order:
 *
 *     fuzz/NAME [--mutations N] FILE|FOLDER...
 *
 * and with --mutations N over N changed copies of each, made by the target's own mutator where it has one. A file that
 * ends the process fails, and the others are run all the same. The last line printed is the sum, as tests/run adds it
 * up. */
#define _GNU_SOURCE /* program_invocation_short_name */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    FILE_SECONDS = 60, /* with its changed copies: sanitizers and emulators are slow */
    ROOM = 1 << 20,
    SHOWN_BYTES = 6000, /* of what a process said that ended early */
};

#pragma weak LLVMFuzzerCustomMutator

static struct {
    char **paths;
    size_t count, capacity;
    unsigned mutations;
} work;

/* Which file a child is at, seen by its parent. */
static size_t *current;

static void add_path(const char *path) {
    if (work.count == work.capacity) {
        work.capacity = work.capacity * 2 + 64;
        work.paths = realloc(work.paths, work.capacity * sizeof *work.paths);
        fuzz_require(work.paths != NULL);
    }
    fuzz_require((work.paths[work.count++] = strdup(path)) != NULL);
}

static int is_visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static void add_folder(const char *path) {
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        char *joined = NULL;
        fuzz_require(asprintf(&joined, "%s/%s", path, entries[i]->d_name) > 0);
        add_path(joined);
        free(joined);
        free(entries[i]);
    }
    if (count >= 0) free(entries);
}

static bool add_named(const char *path) {
    struct stat facts;
    if (stat(path, &facts)) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    if (S_ISDIR(facts.st_mode))
        add_folder(path);
    else
        add_path(path);
    return true;
}

/* ---- Mutation, where libFuzzer is not there to do it ------------------------------------------------------------ */

static fuzz_random noise;

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t room) {
    size_t at = fuzz_below(&noise, count + 1), length = 1 + fuzz_below(&noise, 8);
    switch (fuzz_below(&noise, 4)) {
    case 0: /* take some out */
        if (at + length > count) return count;
        memmove(bytes + at, bytes + at + length, count - at - length);
        return count - length;
    case 1: /* put some in */
        if (count + length > room) return count;
        memmove(bytes + at + length, bytes + at, count - at);
        for (size_t i = 0; i < length; i++) bytes[at + i] = (uint8_t)fuzz_bits(&noise);
        return count + length;
    case 2:
        if (at < count) bytes[at] ^= (uint8_t)(1u << fuzz_below(&noise, 8));
        return count;
    default:
        if (at < count) bytes[at] = (uint8_t)fuzz_bits(&noise);
        return count;
    }
}

/* Memory of the exact size, so that a sanitizer sees one byte too far. */
static void run(const uint8_t *bytes, size_t count) {
    uint8_t *copy = malloc(count ? count : 1);
    fuzz_require(copy != NULL);
    if (count) memcpy(copy, bytes, count);
    LLVMFuzzerTestOneInput(copy, count);
    free(copy);
}

static void run_changed(uint8_t *bytes, size_t count, unsigned index) {
    noise.state = index;
    if (LLVMFuzzerCustomMutator)
        count = LLVMFuzzerCustomMutator(bytes, count, ROOM, index);
    else
        for (unsigned i = 0; i <= index % 4; i++) count = LLVMFuzzerMutate(bytes, count, ROOM);
    run(bytes, count);
}

static void run_file(const char *path) {
    static uint8_t original[ROOM], changed[ROOM];
    FILE *file = fopen(path, "rb");
    fuzz_require(file != NULL);
    size_t count = fread(original, 1, ROOM, file);
    fclose(file);
    alarm(FILE_SECONDS);
    run(original, count);
    for (unsigned i = 0; i < work.mutations; i++) {
        memcpy(changed, original, count);
        run_changed(changed, count, i);
    }
}

/* ---- Processes -------------------------------------------------------------------------------------------------- */

/* Runs the files from `first` on, with all that is said on stderr sent to `log`. */
static pid_t begin(size_t first, FILE *log) {
    fflush(stdout);
    pid_t child = fork();
    fuzz_require(child >= 0);
    if (child) return child;
    dup2(fileno(log), STDERR_FILENO);
    for (*current = first; *current < work.count; ++*current) run_file(work.paths[*current]);
    exit(0); /* here leaks are found */
}

static void show_end(FILE *log) {
    char text[SHOWN_BYTES + 1];
    long size = fseek(log, 0, SEEK_END) ? 0 : ftell(log);
    fseek(log, size > SHOWN_BYTES ? size - SHOWN_BYTES : 0, SEEK_SET);
    size_t length = fread(text, 1, SHOWN_BYTES, log);
    text[length] = '\0';
    fputs(text, stdout);
}

/* Returns how many failed. */
static size_t run_all(void) {
    size_t failed = 0;
    for (size_t first = 0; first < work.count || first == 0; first = *current + 1) {
        int status = 0;
        FILE *log = tmpfile();
        fuzz_require(log != NULL);
        pid_t child = begin(first, log);
        fuzz_require(waitpid(child, &status, 0) == child);
        if (status) {
            failed++;
            show_end(log);
            printf("FAILED %s (%s %d)\n", *current < work.count ? work.paths[*current] : "at the end: a leak",
                   WIFSIGNALED(status) ? "signal" : "exit code",
                   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        }
        fclose(log);
    }
    return failed;
}

int main(int count, char **arguments) {
    int first = 1;
    if (count > 2 && strcmp(arguments[1], "--mutations") == 0) {
        work.mutations = (unsigned)strtoul(arguments[2], NULL, 10);
        first = 3;
    }
    for (int i = first; i < count; i++)
        if (!add_named(arguments[i])) return 2;
    current = mmap(NULL, sizeof *current, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    fuzz_require(current != MAP_FAILED);
    size_t failed = run_all(), passed = work.count > failed ? work.count - failed : 0;
    for (size_t i = 0; i < work.count; i++) free(work.paths[i]);
    free(work.paths);
    printf("%s: %zu passed, %zu failed\n", program_invocation_short_name, passed, failed);
    return failed > 0;
}
