/* COCO's JSON with images, annotations and categories. Pictures are known by file_name, in whatever folder they lie. */
#include "cli/coco_file.h"
#include "cli/message.h"
#include "cli/name_table.h"
#include "cli/path.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"
#include "cli/truth.h"

#include <stdlib.h>
#include <string.h>

struct dataset {
    const char *path;
    struct coco_file file;
    bool *used;                    /* [image_count] */
    char **clean_names;            /* [image_count] file_name without "." and ".." */
    size_t *alike;                 /* [image_count] 1 + the next image with the same last part; 0: none */
    struct name_table *names;      /* clean name to image */
    struct name_table *last_parts; /* its name without folders to image; the first of those that are alike */
    struct truth_object *objects;  /* [capacity] of the picture asked for last */
    size_t capacity;
};

static bool wanted(const struct session *session) {
    return session->settings->true_coco;
}

static size_t picture_count(const void *state) {
    return ((const struct dataset *)state)->file.image_count;
}

static void close(void *state) {
    struct dataset *set = state;
    if (!set) return;
    for (size_t i = 0; set->clean_names && i < set->file.image_count; i++) free(set->clean_names[i]);
    free(set->clean_names);
    free(set->alike);
    coco_file_free(&set->file);
    name_table_close(set->names);
    name_table_close(set->last_parts);
    free(set->used);
    free(set->objects);
    free(set);
}

/* False, after a sentence, where two images have one name. */
static bool index_names(struct dataset *set) {
    set->names = name_table_open();
    set->last_parts = name_table_open();
    set->clean_names = allocate(set->file.image_count, sizeof *set->clean_names);
    set->alike = allocate(set->file.image_count, sizeof *set->alike);
    for (size_t i = 0; i < set->file.image_count; i++) {
        char *name = set->clean_names[i] = path_clean(set->file.names + set->file.images[i].name);
        if (!name_table_add(set->names, name, i)) {
            complain("%s: two images have the file_name %s", set->path, name);
            return false;
        }
        size_t first = i;
        if (name_table_add(set->last_parts, path_name(name), i)) continue;
        name_table_find(set->last_parts, path_name(name), &first);
        set->alike[i] = set->alike[first];
        set->alike[first] = i + 1;
    }
    return true;
}

static void warn_of_strays(const struct dataset *set, const struct settings *settings) {
    const struct coco_file *file = &set->file;
    if (settings->quiet) return;
    if (file->without_image)
        complain("warning: %s: %zu annotations of images that it does not list are left out", set->path,
                 file->without_image);
    if (file->without_category)
        complain("warning: %s: %zu annotations of categories that it does not list are left out", set->path,
                 file->without_category);
}

static enum exit_code open(const struct session *session, struct label_classes *classes, void **state) {
    const struct settings *settings = session->settings;
    struct dataset *set = allocate(1, sizeof *set);
    *state = set;
    set->path = settings->true_coco;
    if (settings->label_names) {
        complain("--label-names is for YOLO's labels: the file of --coco names its categories itself");
        return EXIT_WRONG_USAGE;
    }
    if (!coco_file_read(&set->file, set->path, classes) || !index_names(set)) return EXIT_WRONG_USAGE;
    set->used = allocate(set->file.image_count, sizeof *set->used);
    warn_of_strays(set, settings);
    return EXIT_DONE;
}

/* Whether `longer` ends with the whole parts of `path`. */
static bool ends_with(const char *longer, const char *path) {
    const size_t bytes = strlen(path), room = strlen(longer);
    return bytes <= room && strcmp(longer + room - bytes, path) == 0 &&
           (bytes == room || longer[room - bytes - 1] == '/');
}

enum { NO_IMAGE, ONE_IMAGE, SEVERAL_IMAGES };

/* The images whose names end with the whole path: how many, and one of them. */
static int find_longer(const struct dataset *set, const char *path, size_t *index) {
    size_t first;
    int found = NO_IMAGE;
    if (!name_table_find(set->last_parts, path_name(path), &first)) return NO_IMAGE;
    for (size_t next = first + 1; next; next = set->alike[next - 1]) {
        if (!ends_with(set->clean_names[next - 1], path)) continue;
        if (found) return SEVERAL_IMAGES;
        *index = next - 1;
        found = ONE_IMAGE;
    }
    return found;
}

/* The image whose file_name is the path or the end of it, the longest first; else the one whose file_name ends with the
 * whole path. */
static int find_index(const struct dataset *set, const char *path, size_t *index) {
    for (const char *part = path; part; part = strchr(part, '/')) {
        part += *part == '/';
        if (name_table_find(set->names, part, index)) return ONE_IMAGE;
    }
    return find_longer(set, path, index);
}

/* NULL: none, or, after a sentence, several. */
static const struct coco_image *find_image(const struct dataset *set, const char *path, enum truth_state *state) {
    size_t index = 0;
    char *clean = path_clean(path);
    const int found = find_index(set, clean, &index);
    free(clean);
    if (found == ONE_IMAGE) return &set->file.images[index];
    *state = found == NO_IMAGE ? TRUTH_MISSING : TRUTH_BAD;
    if (found == SEVERAL_IMAGES)
        complain("%s: several images of %s end with this path: name it by more of its folders", path, set->path);
    return NULL;
}

/* Boxes are in pixels of what the file says the picture is. */
static bool size_fits(const struct dataset *set, const struct coco_image *image, const struct result *result) {
    if (!image->width || !image->height || (image->width == result->width && image->height == result->height))
        return true;
    complain("%s is %dx%d, but %s says %lldx%lld%s", result->path, result->width, result->height, set->path,
             (long long)image->width, (long long)image->height,
             image->width == result->height && image->height == result->width
                 ? "; --no-orientation leaves pictures as they are stored"
                 : "");
    return false;
}

static enum truth_state find(void *state, const struct label_classes *classes, const struct result *result,
                             struct truth_picture *picture) {
    struct dataset *set = state;
    enum truth_state none = TRUTH_MISSING;
    const struct coco_image *image = find_image(set, result->path, &none);
    picture->wanted = set->path;
    if (!image) return none;
    if (!size_fits(set, image, result)) return TRUTH_BAD;
    if (image->count > set->capacity) {
        set->capacity = image->count * 2;
        set->objects = reallocate(set->objects, set->capacity, sizeof *set->objects);
    }
    for (size_t i = 0; i < image->count; i++) {
        const struct coco_annotation *annotation = &set->file.annotations[image->first + i];
        set->objects[i] = (struct truth_object){annotation->object, label_classes_find(classes, annotation->category)};
    }
    bool *used = &set->used[image - set->file.images];
    picture->is_shared = *used;
    *used = true;
    picture->objects = set->objects;
    picture->count = image->count;
    return TRUTH_KNOWN;
}

const struct truth_type truth_coco = {wanted, open, find, picture_count, close};
