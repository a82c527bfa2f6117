/* A list of pictures, as @FILE names it, in a folder with some pictures, folders and a link. Names that lead out of the
 * folder are left alone: what lies there is not the test's. */
#define _XOPEN_SOURCE 700
#include "cli/inputs.h"
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INPUTS_MAX_SEEN = 10000 };

static void fill(void) {
    static const char *const files[] = {"a.jpg", "img2.png", "img10.png", "b.txt", ".hidden.jpg", "[x].jpg"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) free(fuzz_file(files[i], "\xff\xd8\xff", 3));
    fuzz_require(mkdir("sub", 0777) == 0 && mkdir("@at", 0777) == 0);
    free(fuzz_file("sub/c.jpg", "\xff\xd8\xff", 3));
    fuzz_require(symlink(".", "sub/loop") == 0 || errno == EEXIST);
}

/* Goes into the folder, which is filled the first time. Returns the folder to go back to: the fuzzer's own files may
 * lie below it. */
static int enter(void) {
    static bool is_filled;
    int before = open(".", O_RDONLY | O_CLOEXEC);
    fuzz_require(before >= 0 && chdir(fuzz_folder()) == 0);
    if (!is_filled) fill();
    is_filled = true;
    return before;
}

static bool leads_out(const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (bytes[i] == '/' || (bytes[i] == '.' && i + 1 < count && bytes[i + 1] == '.')) return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    if (leads_out(bytes, count)) return 0;
    int before = enter();
    free(fuzz_file("list", bytes, count));
    char list[] = "@list", first[64];
    /* What comes before the first line's end is an argument of its own: a pattern, perhaps. */
    snprintf(first, sizeof first, "%.*s", (int)(count < sizeof first ? count : sizeof first - 1), (const char *)bytes);
    first[strcspn(first, "\n")] = '\0';
    char *arguments[] = {list, strcmp(first, "-") == 0 || strncmp(first, "@", 1) == 0 ? list : first};
    struct inputs_options options = {.arguments = arguments,
                                     .count = 2,
                                     .recursive = count & 1,
                                     .zero_separated = count & 2,
                                     .unnamed = count & 4,
                                     .stop_file = -1};
    struct inputs *inputs = inputs_open(&options);
    struct input input;
    size_t seen = 0;
    while (seen++ < INPUTS_MAX_SEEN && inputs_next(inputs, &input)) {
        inputs_name(inputs, &input);
        fuzz_require(input.path && (input.error || (input.name && *input.name != '/')));
    }
    inputs_close(inputs);
    fuzz_require(fchdir(before) == 0 && close(before) == 0);
    return 0;
}
