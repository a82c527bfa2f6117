#include "layers/tree.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "layers/softmax.h"

#include <string.h>

enum {
    TREE_LINES_MAX = 1 << 20, /* yolo9000 has 9418 classes */
    TREE_BYTES_MAX = 64 << 20,
};

/* The file under way. */
typedef struct reading {
    tree *tree;
    const char *path;
    const char *at; /* the rest of the text */
    int line;
    yolo_error *error;
} reading;

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next line without the space around it, as [*begin, *end); false after the last. */
static bool next_line(reading *r, const char **begin, const char **end) {
    if (*r->at == 0) return false;
    r->line++;
    *begin = r->at;
    *end = r->at + strcspn(r->at, "\n");
    r->at = **end ? *end + 1 : *end;
    while (*begin < *end && is_space(**begin)) (*begin)++;
    while (*end > *begin && is_space((*end)[-1])) (*end)--;
    return true;
}

/* Room for as many classes as the text has lines. */
static yolo_status allocate(reading *r) {
    tree *t = r->tree;
    size_t lines = 1;
    for (const char *c = r->at; *c; c++) lines += *c == '\n';
    if (lines > TREE_LINES_MAX)
        return fail_at(r->error, YOLO_BAD_MODEL, r->path, 0, "a tree may have %d lines, not %zu", TREE_LINES_MAX,
                       lines);
    int **lists[] = {&t->parent, &t->group_of, &t->first_child, &t->group_offset, &t->group_size};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        *lists[i] = memory_allocate(lines, sizeof **lists[i]);
        if (!*lists[i]) return fail_at(r->error, YOLO_NO_MEMORY, r->path, 0, "not enough memory for the tree");
    }
    return YOLO_OK;
}

static void add_class(tree *t, int parent) {
    int index = t->class_count++;
    bool first_of_group = index == 0 || parent != t->parent[index - 1];
    if (first_of_group) {
        t->group_offset[t->group_count] = index;
        t->group_size[t->group_count] = 0;
        if (parent >= 0) t->first_child[parent] = t->group_count;
        t->group_count++;
    }
    t->parent[index] = parent;
    t->group_of[index] = t->group_count - 1;
    t->first_child[index] = -1;
    t->group_size[t->group_count - 1]++;
}

/* "NAME PARENT", where a missing parent is -1. A parent comes before its children, so that no class is its own. */
static yolo_status read_class(reading *r, const char *begin, const char *end) {
    tree *t = r->tree;
    long parent = -1;
    const char *number = begin, *rest;
    while (number < end && !is_space(*number)) number++;
    while (number < end && is_space(*number)) number++;
    if (number < end && !text_integer(number, &rest, &parent))
        return fail_at(r->error, YOLO_BAD_MODEL, r->path, r->line, "a parent must be a line's number or -1, not '%.*s'",
                       (int)(end - number), number);
    if (parent < -1 || parent >= t->class_count)
        return fail_at(r->error, YOLO_BAD_MODEL, r->path, r->line, "parent %ld is not a class of an earlier line",
                       parent);
    add_class(t, (int)parent);
    return YOLO_OK;
}

/* Blank lines may follow the last class only: a class is known by its line's number. */
static yolo_status read_classes(reading *r) {
    const char *begin, *end;
    int blank = 0;
    while (next_line(r, &begin, &end)) {
        if (begin == end) {
            blank = blank ? blank : r->line;
            continue;
        }
        if (blank) return fail_at(r->error, YOLO_BAD_MODEL, r->path, blank, "a class is missing");
        yolo_status status = read_class(r, begin, end);
        if (status) return status;
    }
    return r->tree->class_count ? YOLO_OK : fail_at(r->error, YOLO_BAD_MODEL, r->path, 0, "the tree has no classes");
}

/* Finds and reads the file; `*found` is its path, or NULL: memory_free. */
static yolo_status read_file(const layer *l, const char *path, char **found, uint8_t **bytes, yolo_error *error) {
    size_t count;
    *found = text_beside(l->section->file, path);
    if (!*found) return layer_fail_memory(l, error);
    yolo_status status = file_read(*found, TREE_BYTES_MAX, bytes, &count, error);
    if (status != YOLO_BAD_FILE) return status;
    memory_free(*found);
    *found = text_copy(path);
    if (!*found) return layer_fail_memory(l, error);
    status = file_read(path, TREE_BYTES_MAX, bytes, &count, error);
    if (status != YOLO_BAD_FILE) return status;
    return layer_fail(l, "tree", error, "tree %s cannot be read beside the cfg or from the current folder", path);
}

yolo_status tree_read(const layer *l, const char *path, tree *out, yolo_error *error) {
    char *found = NULL;
    uint8_t *bytes = NULL;
    *out = (tree){0};
    yolo_status status = read_file(l, path, &found, &bytes, error);
    if (!status && bytes) {
        reading r = {.tree = out, .path = found, .at = (const char *)bytes, .error = error};
        status = allocate(&r);
        if (!status) status = read_classes(&r);
    }
    memory_free(bytes);
    memory_free(found);
    if (status) tree_free(out);
    return status;
}

void tree_free(tree *t) {
    memory_free(t->parent);
    memory_free(t->group_of);
    memory_free(t->first_child);
    memory_free(t->group_offset);
    memory_free(t->group_size);
    *t = (tree){0};
}

void tree_softmax(const tree *t, float *values, float temperature) {
    for (int g = 0; g < t->group_count; g++)
        softmax(values + t->group_offset[g], (size_t)t->group_size[g], temperature);
}

void tree_multiply_down(const tree *t, float *values) {
    for (int c = 0; c < t->class_count; c++)
        if (t->parent[c] >= 0) values[c] *= values[t->parent[c]];
}
