/* Hierarchies of classes, Darknet's .tree files: a class a line, its name and the line of its parent (-1: none).
 * Neighbouring lines with the same parent are a group: the classes between which one softmax chooses. */
#ifndef LAYERS_TREE_H
#define LAYERS_TREE_H

#include "network/layer.h"

typedef struct tree {
    int class_count;
    int *parent;      /* [class_count] a class before this one, or -1 */
    int *group_of;    /* [class_count] */
    int *first_child; /* [class_count] the group that divides a class further, or -1 for a leaf */
    int group_count;
    int *group_offset; /* [group_count] the group's first class; its classes follow one another */
    int *group_size;   /* [group_count] */
} tree;

/* Reads a file; `path` is looked for in the folder of the layer's cfg first, then from the current folder.
 * YOLO_BAD_FILE, YOLO_BAD_MODEL (naming the file's line), YOLO_NO_MEMORY. */
yolo_status tree_read(const layer *l, const char *path, tree *out, yolo_error *error);

/* Harmless on a zeroed or freed one. */
void tree_free(tree *t);

/* Softmax of each group's values / temperature, in place. */
void tree_softmax(const tree *t, float *values /* [class_count] */, float temperature);

/* Probabilities of a class given its parent to absolute ones, in place. */
void tree_multiply_down(const tree *t, float *values /* [class_count] */);

#endif
