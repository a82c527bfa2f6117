/* JSON lines of an earlier run, read by --resume: what it says it has read must be what it gives back. */
#include "cli/resume.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct list {
    char **paths;
    size_t count;
} list;

static void add(void *argument, const char *path) {
    list *l = argument;
    l->paths = realloc(l->paths, (l->count + 1) * sizeof *l->paths);
    fuzz_require(l->paths && (l->paths[l->count++] = strdup(path)));
}

static void use(struct resume *resume) {
    list l = {0};
    resume_each(resume, add, &l);
    fuzz_require(l.count == resume_count(resume));
    fuzz_require(!resume_takes(resume, "a path that nobody writes"));
    for (size_t i = 0; i < l.count; i++) {
        resume_takes(resume, l.paths[i]); /* false where it held no UTF-8, or a zero byte */
        free(l.paths[i]);
    }
    free(l.paths);
    (void)resume_has_failures(resume);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    char *path = fuzz_path("a.jsonl"), *part = fuzz_path("a.jsonl.part");
    free(fuzz_file(count && bytes[0] == '\n' ? "a.jsonl" : "a.jsonl.part", bytes, count));
    struct resume *resume = NULL;
    fuzz_require((resume_open(path, &resume) == EXIT_DONE) == (resume != NULL));
    if (resume) use(resume);
    resume_close(resume);
    remove(path);
    remove(part);
    free(part);
    free(path);
    return 0;
}
