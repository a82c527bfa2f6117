#include "cli/result.h"

#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

const char *const stage_names[STAGE_COUNT] = {"read", "decode", "infer", "draw", "write"};

static int compare_ids(const void *a, const void *b) {
    const int one = *(const int *)a, other = *(const int *)b;
    return (one > other) - (one < other);
}

static struct class_count *find(struct class_count *counts, size_t count, const char *class_name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(counts[i].class_name, class_name) == 0) return &counts[i];
    return NULL;
}

size_t result_count_classes(const struct result *result, const yolo_model *model, struct class_count **counts) {
    const size_t total = result->detections.count;
    int *ids = allocate(total, sizeof *ids);
    for (size_t i = 0; i < total; i++) ids[i] = result->detections.items[i].class_id;
    if (total) qsort(ids, total, sizeof *ids, compare_ids);
    *counts = allocate(total, sizeof **counts);
    size_t count = 0;
    for (size_t i = 0, next; i < total; i = next) {
        for (next = i + 1; next < total && ids[next] == ids[i];) next++;
        const char *name = yolo_model_class_name(model, ids[i]);
        struct class_count *same = find(*counts, count, name);
        if (!same) {
            same = &(*counts)[count++];
            same->class_name = name;
        }
        same->count += next - i;
    }
    free(ids);
    return count;
}
