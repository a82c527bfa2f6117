/* COCO's instances file, read as it comes: of what it holds only images, boxes and categories are kept. */
#ifndef CLI_COCO_FILE_H
#define CLI_COCO_FILE_H

#include "cli/eval_match.h"
#include "cli/label_classes.h"

struct coco_image {
    int64_t id;
    size_t name;           /* of its file_name in `names` */
    int64_t width, height; /* 0: not said */
    size_t first, count;   /* of its annotations */
};

struct coco_annotation {
    int64_t image, category;
    struct eval_object object;
};

struct coco_file {
    struct coco_image *images; /* [image_count] by id */
    size_t image_count, image_capacity;
    struct coco_annotation *annotations; /* [annotation_count] by image, else as in the file */
    size_t annotation_count, annotation_capacity;
    char *names; /* each with its zero byte */
    size_t name_bytes, name_capacity;
    size_t without_image, without_category; /* annotations that were left out */
};

/* Adds the categories to `classes`. False after a sentence on stderr; coco_file_free in any case. */
bool coco_file_read(struct coco_file *file, const char *path, struct label_classes *classes);
void coco_file_free(struct coco_file *file);

#endif
