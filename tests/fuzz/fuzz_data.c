/* Darknet's .data files, with a file beside them that one may name. */
#include "cli/data_file.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    char *path = fuzz_file("a.data", bytes, count), *beside = fuzz_file("a.names", "a\n", 2), *names = NULL;
    bool found = data_file_names(path, &names);
    fuzz_require(found == (names != NULL));
    free(names);
    free(beside);
    free(path);
    return 0;
}
