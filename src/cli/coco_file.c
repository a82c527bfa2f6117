#include "cli/coco_file.h"

#include "cli/json_reader.h"
#include "cli/message.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

/* Twenty times as many as the largest sets have. */
enum { CATEGORIES_MAX = 100000, IMAGES_MAX = 2000000, ANNOTATIONS_MAX = 10000000, SIDE_MAX = 1000000000 };

/* Makes room for one more of [count] in an array. */
static void *grown(void *items, size_t count, size_t *capacity, size_t item_bytes) {
    if (count < *capacity) return items;
    *capacity = *capacity * 2 + 256;
    return reallocate(items, *capacity, item_bytes);
}

static size_t keep_name(struct coco_file *file, const char *name) {
    const size_t bytes = strlen(name) + 1, place = file->name_bytes;
    if (bytes > file->name_capacity - place) {
        file->name_capacity = file->name_capacity * 2 + bytes + 4096;
        file->names = reallocate(file->names, file->name_capacity, 1);
    }
    memcpy(file->names + place, name, bytes);
    file->name_bytes += bytes;
    return place;
}

static int64_t read_side(struct json_reader *reader) {
    const int64_t side = json_read_integer(reader);
    if (side < 0 || side > SIDE_MAX) json_fail(reader, "%lld is no size of a picture", (long long)side);
    return side;
}

static void read_image(struct json_reader *reader, struct coco_file *file) {
    struct coco_image image = {0};
    bool has_id = false, has_name = false;
    const char *key;
    json_begin_object(reader);
    while ((key = json_next_key(reader))) {
        if (strcmp(key, "id") == 0) {
            image.id = json_read_integer(reader);
            has_id = true;
        } else if (strcmp(key, "file_name") == 0) {
            image.name = keep_name(file, json_read_text(reader));
            has_name = true;
        } else if (strcmp(key, "width") == 0) {
            image.width = read_side(reader);
        } else if (strcmp(key, "height") == 0) {
            image.height = read_side(reader);
        } else {
            json_skip(reader);
        }
    }
    if (!has_id || !has_name) json_fail(reader, "an image without %s", has_id ? "file_name" : "id");
    if (file->image_count == IMAGES_MAX) json_fail(reader, "more than %d images", IMAGES_MAX);
    if (json_failed(reader)) return;
    file->images = grown(file->images, file->image_count, &file->image_capacity, sizeof *file->images);
    file->images[file->image_count++] = image;
}

static struct eval_box read_box(struct json_reader *reader) {
    double sides[4] = {0};
    int count = 0;
    json_begin_array(reader);
    while (json_next_item(reader)) {
        const double side = json_read_number(reader);
        if (count < 4) sides[count] = side;
        count++;
    }
    if (count != 4) json_fail(reader, "a bbox of %d numbers, not [x, y, width, height]", count);
    if (sides[2] < 0 || sides[3] < 0) json_fail(reader, "a bbox of size %gx%g", sides[2], sides[3]);
    return (struct eval_box){sides[0], sides[1], sides[2], sides[3]};
}

static void read_annotation(struct json_reader *reader, struct coco_file *file) {
    struct coco_annotation annotation = {0};
    bool has_image = false, has_category = false, has_box = false;
    const char *key;
    json_begin_object(reader);
    while ((key = json_next_key(reader))) {
        if (strcmp(key, "image_id") == 0) {
            annotation.image = json_read_integer(reader);
            has_image = true;
        } else if (strcmp(key, "category_id") == 0) {
            annotation.category = json_read_integer(reader);
            has_category = true;
        } else if (strcmp(key, "bbox") == 0) {
            annotation.object.box = read_box(reader);
            has_box = true;
        } else if (strcmp(key, "iscrowd") == 0) {
            annotation.object.is_crowd = json_read_flag(reader);
        } else {
            json_skip(reader);
        }
    }
    if (!has_image || !has_category || !has_box)
        json_fail(reader, "an annotation without %s", !has_image ? "image_id" : !has_category ? "category_id" : "bbox");
    if (file->annotation_count == ANNOTATIONS_MAX) json_fail(reader, "more than %d annotations", ANNOTATIONS_MAX);
    if (json_failed(reader)) return;
    file->annotations =
        grown(file->annotations, file->annotation_count, &file->annotation_capacity, sizeof *file->annotations);
    file->annotations[file->annotation_count++] = annotation;
}

static void read_category(struct json_reader *reader, struct label_classes *classes) {
    int64_t id = 0;
    char *name = NULL;
    bool has_id = false;
    const char *key;
    json_begin_object(reader);
    while ((key = json_next_key(reader))) {
        if (strcmp(key, "id") == 0) {
            id = json_read_integer(reader);
            has_id = true;
        } else if (strcmp(key, "name") == 0) {
            free(name);
            name = text_copy_of(json_read_text(reader));
        } else {
            json_skip(reader);
        }
    }
    if (!has_id || !name) json_fail(reader, "a category without %s", has_id ? "name" : "id");
    if (classes->count == CATEGORIES_MAX) json_fail(reader, "more than %d categories", CATEGORIES_MAX);
    if (!json_failed(reader)) label_classes_add(classes, id, name);
    free(name);
}

static void read_list(struct json_reader *reader, const char *key, struct coco_file *file,
                      struct label_classes *classes) {
    const bool images = strcmp(key, "images") == 0, annotations = strcmp(key, "annotations") == 0;
    const bool categories = strcmp(key, "categories") == 0;
    if (!images && !annotations && !categories) {
        json_skip(reader);
        return;
    }
    json_begin_array(reader);
    while (json_next_item(reader)) {
        if (images)
            read_image(reader, file);
        else if (annotations)
            read_annotation(reader, file);
        else
            read_category(reader, classes);
    }
}

static bool read_document(struct coco_file *file, const char *path, struct label_classes *classes) {
    struct json_reader *reader = json_reader_open(path);
    const char *key;
    if (!reader) return false;
    if (json_peek(reader) == JSON_ARRAY)
        json_fail(reader, "a list, such as COCO's results are, and no set with images, annotations and categories");
    json_begin_object(reader);
    while ((key = json_next_key(reader))) read_list(reader, key, file, classes);
    if (json_end(reader) && !file->image_count) json_fail(reader, "there are no images in it");
    if (!json_failed(reader) && !classes->count) json_fail(reader, "there are no categories in it");
    return json_reader_close(reader);
}

/* ---- Order ------------------------------------------------------------------------------------------------------ */

static int compare_images(const void *a, const void *b) {
    const struct coco_image *one = a, *other = b;
    return one->id < other->id ? -1 : one->id > other->id;
}

/* False, after a sentence, where two have one number. */
static bool sort_images(struct coco_file *file, const char *path) {
    qsort(file->images, file->image_count, sizeof *file->images, compare_images);
    for (size_t i = 1; i < file->image_count; i++)
        if (file->images[i - 1].id == file->images[i].id) {
            complain("%s: two images have the id %lld", path, (long long)file->images[i].id);
            return false;
        }
    return true;
}

static struct coco_image *image_of(const struct coco_file *file, int64_t id) {
    const struct coco_image wanted = {.id = id};
    return bsearch(&wanted, file->images, file->image_count, sizeof wanted, compare_images);
}

/* Drops annotations of images or categories that the file does not list. */
static void drop_strays(struct coco_file *file, const struct label_classes *classes) {
    size_t kept = 0;
    for (size_t i = 0; i < file->annotation_count; i++) {
        const struct coco_annotation *annotation = &file->annotations[i];
        if (!image_of(file, annotation->image))
            file->without_image++;
        else if (!label_classes_find(classes, annotation->category))
            file->without_category++;
        else
            file->annotations[kept++] = *annotation;
    }
    file->annotation_count = kept;
}

/* Puts each image's annotations side by side, in their order. */
static void sort_annotations(struct coco_file *file) {
    struct coco_annotation *sorted = allocate(file->annotation_count, sizeof *sorted);
    for (size_t i = 0; i < file->annotation_count; i++) image_of(file, file->annotations[i].image)->count++;
    size_t place = 0;
    for (size_t i = 0; i < file->image_count; i++) {
        file->images[i].first = place;
        place += file->images[i].count;
        file->images[i].count = 0;
    }
    for (size_t i = 0; i < file->annotation_count; i++) {
        struct coco_image *image = image_of(file, file->annotations[i].image);
        sorted[image->first + image->count++] = file->annotations[i];
    }
    free(file->annotations);
    file->annotations = sorted;
}

bool coco_file_read(struct coco_file *file, const char *path, struct label_classes *classes) {
    int64_t twice;
    if (!read_document(file, path, classes) || !sort_images(file, path)) return false;
    if (!label_classes_sort(classes, &twice)) {
        complain("%s: two categories have the id %lld", path, (long long)twice);
        return false;
    }
    drop_strays(file, classes);
    sort_annotations(file);
    return true;
}

void coco_file_free(struct coco_file *file) {
    free(file->images);
    free(file->annotations);
    free(file->names);
    *file = (struct coco_file){0};
}
