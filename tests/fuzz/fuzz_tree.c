/* Trees of classes, as [region] and [softmax] read them from a file beside the cfg. */
#include "fuzz.h"
#include "layers/tree.h"
#include "network/cfg.h"
#include "network/layer.h"

#include <stdlib.h>
#include <string.h>

enum { MEMORY = 32 << 20, SHOWN_CLASSES = 4096 };

/* Whatever the tree, probabilities come out of it: of each group they sum up to one. */
static void use(const tree *t) {
    size_t count = (size_t)t->class_count;
    float *classes = calloc(count ? count : 1, sizeof *classes);
    fuzz_require(classes != NULL);
    tree_softmax(t, classes, 1);
    tree_multiply_down(t, classes);
    for (size_t i = 0; i < count; i++) fuzz_require(classes[i] >= 0 && classes[i] <= 1.0001f);
    free(classes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    char *path = fuzz_file("a.tree", bytes, count);
    cfg_section section = {.file = path, .name = "region", .line = 1};
    layer l = {.type = layer_type_find("region"), .section = &section};
    tree t = {0};
    yolo_error error = {0};
    fuzz_limit_memory(MEMORY);
    yolo_status status = tree_read(&l, path, &t, &error);
    fuzz_require(!status || *error.message);
    if (!status) {
        fuzz_require(t.class_count > 0 && t.group_count > 0 && t.group_count <= t.class_count);
        for (int i = 0; i < t.class_count; i++) fuzz_require(t.parent[i] >= -1 && t.parent[i] < i);
        if (t.class_count <= SHOWN_CLASSES) use(&t);
    }
    tree_free(&t);
    free(path);
    return 0;
}
