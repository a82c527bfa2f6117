/* Class names: one a line. */
#include "base/memory.h"
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
    char **names = calloc(CLASSES, sizeof *names);
    fuzz_require(names != NULL);
    char *kept[CLASSES];
    const cfg_warnings warnings = {false, hear, NULL};
    yolo_error error = {0};
    fuzz_limit_memory(MEMORY);
    yolo_status status = names_read(path, names, CLASSES, &warnings, &error);
    fuzz_require(!status || *error.message);
    memcpy(kept, names, sizeof kept);
    for (int i = 0; i < CLASSES && !status; i++) fuzz_require(kept[i] && !strchr(kept[i], '\n'));
    for (int i = 0; i < CLASSES; i++) memory_free(kept[i]);
    free(names);
    free(path);
    return 0;
}
