/* Class names: one a line. */
#include "fuzz.h"
#include "network/names.h"

#include <stdlib.h>
#include <string.h>

enum { CLASSES = 8, MEMORY = 32 << 20 };

static void hear(void *argument, const char *sentence) {
    (void)argument;
    fuzz_require(*sentence);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    char *path = fuzz_file("a.names", bytes, count);
    class_names names;
    const cfg_warnings warnings = {false, hear, NULL};
    yolo_error error = {0};
    fuzz_limit_memory(MEMORY);
    yolo_status status = names_read(path, CLASSES, &warnings, &names, &error);
    fuzz_require(!status || *error.message);
    for (int i = 0; i < CLASSES && !status; i++) fuzz_require(names.items[i] && !strchr(names.items[i], '\n'));
    names_free(&names);
    free(path);
    return 0;
}
