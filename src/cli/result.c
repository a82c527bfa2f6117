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

bool result_is_in(const struct result *result, size_t detection, struct part part) {
    if (part.kind == PART_ROW) return result->places && result->places[detection].row == (int)part.index;
    if (part.kind == PART_ZONE) return result->zones && (result->zones[detection] >> part.index & 1);
    return true;
}

size_t result_count_part(const struct result *result, struct part part, const yolo_model *model,
                         struct class_count **counts) {
    size_t total = 0;
    int *ids = allocate(result->detections.count, sizeof *ids);
    for (size_t i = 0; i < result->detections.count; i++)
        if (result_is_in(result, i, part)) ids[total++] = result->detections.items[i].class_id;
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

size_t result_count_classes(const struct result *result, const yolo_model *model, struct class_count **counts) {
    return result_count_part(result, (struct part){PART_ALL, 0}, model, counts);
}

char *result_describe_part(const struct result *result, struct part part, const yolo_model *model) {
    struct class_count *counts;
    const size_t count = result_count_part(result, part, model, &counts);
    char *line = text_copy_of(count ? "" : "nothing");
    for (size_t i = 0; i < count; i++) {
        char *longer = text_format("%s%s%zu %s", line, i ? ", " : "", counts[i].count, counts[i].class_name);
        free(line);
        line = longer;
    }
    free(counts);
    return line;
}
