/* The classes that labels speak of, and which of the model's classes each of them is. */
#ifndef CLI_LABEL_CLASSES_H
#define CLI_LABEL_CLASSES_H

#include "cli/command.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

struct label_class {
    int64_t number; /* as the labels have it */
    char *name;
    int class_id;   /* of the model; -1: the model has none like it */
    size_t objects; /* that were left out for that reason */
};

struct label_classes {
    struct label_class *items; /* [count] by number */
    size_t count, capacity;
};

void label_classes_add(struct label_classes *classes, int64_t number, const char *name);

/* After all were added: false where two have the number *twice. */
bool label_classes_sort(struct label_classes *classes, int64_t *twice);

/* What YOLO labels speak of: --label-names, a file with a name a line or names with commas between them, else the
 * model's classes. False after a sentence on stderr. */
bool label_classes_read(struct label_classes *classes, const struct session *session);

/* Finds the model's class for each: by --map LABEL=CLASS, else by its name, which COCO and Darknet may spell
 * differently; without names by its number. EXIT_WRONG_USAGE, after a sentence on stderr, where --map is wrong or no
 * class is left. */
enum exit_code label_classes_match(struct label_classes *classes, const struct session *session);

/* NULL where the labels have none of that number. */
struct label_class *label_classes_find(const struct label_classes *classes, int64_t number);

void label_classes_free(struct label_classes *classes);

#endif
