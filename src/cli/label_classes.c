#include "cli/label_classes.h"

#include "cli/class_filter.h"
#include "cli/coco.h"
#include "cli/file_bytes.h"
#include "cli/message.h"
#include "cli/name_table.h"
#include "cli/path.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    BY_NAME = -1,
    NAMES_MAX = 1 << 20, /* as many as a network may have classes */
};

static void add(struct label_classes *classes, int64_t number, char *name, int class_id) {
    if (classes->count == classes->capacity) {
        classes->capacity = classes->capacity * 2 + 64;
        classes->items = reallocate(classes->items, classes->capacity, sizeof *classes->items);
    }
    classes->items[classes->count++] = (struct label_class){number, name, class_id, 0};
}

void label_classes_add(struct label_classes *classes, int64_t number, const char *name) {
    add(classes, number, text_copy_of(name), BY_NAME);
}

void label_classes_free(struct label_classes *classes) {
    for (size_t i = 0; i < classes->count; i++) free(classes->items[i].name);
    free(classes->items);
    *classes = (struct label_classes){0};
}

/* ---- Names for YOLO's numbers ----------------------------------------------------------------------------------- */

/* Adds what lies between separators, without blanks around it. False, after a sentence, where that is too much. */
static bool add_names(struct label_classes *classes, const char *text, const char *separators) {
    while (*text) {
        if (classes->count == NAMES_MAX) {
            complain("--label-names: there can be at most %d names", NAMES_MAX);
            return false;
        }
        const size_t bytes = strcspn(text, separators);
        const char *begin = text + strspn(text, " \t\r"), *end = text + bytes;
        while (end > begin && strchr(" \t\r", end[-1])) end--;
        if (begin > end) begin = end;
        add(classes, (int64_t)classes->count, text_format("%.*s", (int)(end - begin), begin), BY_NAME);
        text += bytes;
        if (*text) text++;
    }
    return true;
}

static bool read_file(struct label_classes *classes, const char *path) {
    struct file_bytes file = {0};
    char *problem = file_bytes_read(&file, path);
    bool well = !problem;
    if (problem) {
        complain("--label-names: %s", problem);
    } else {
        char *text = text_format("%.*s", (int)file.count, (const char *)file.bytes);
        well = add_names(classes, strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? text + 3 : text, "\n");
        free(text);
    }
    free(problem);
    file_bytes_free(&file);
    return well;
}

bool label_classes_read(struct label_classes *classes, const struct session *session) {
    const char *names = session->settings->label_names;
    if (!names) {
        for (int id = 0; id < session->info.class_count; id++)
            add(classes, id, text_copy_of(yolo_model_class_name(session->model, id)), id);
        return true;
    }
    if (path_is_file(names)) return read_file(classes, names);
    return add_names(classes, names, ",");
}

/* ---- Matching --------------------------------------------------------------------------------------------------- */

/* The model's classes by the ways in which two names may be one, the surest first: as they are, by COCO's and Darknet's
 * spellings, without regard to case. */
enum { AS_IT_IS, BY_SPELLING, BY_LETTERS, WAY_COUNT };

/* NULL where there is no such way for the name: free() it. */
static char *spell(const char *name, int way) {
    const char *official = way == BY_SPELLING ? coco_official_name(name) : name;
    char *spelled = official ? text_copy_of(official) : NULL;
    if (way == BY_LETTERS) text_make_lower(spelled);
    return spelled;
}

static struct name_table *index_classes(const struct session *session, int way) {
    struct name_table *table = name_table_open();
    for (int id = 0; id < session->info.class_count; id++) {
        char *name = spell(yolo_model_class_name(session->model, id), way);
        if (name) name_table_add(table, name, (size_t)id);
        free(name);
    }
    return table;
}

/* Of those that are known by their names alone, the ones found by this way. */
static void find_classes(struct label_classes *classes, const struct session *session, int way) {
    struct name_table *table = index_classes(session, way);
    for (size_t i = 0; i < classes->count; i++) {
        size_t id;
        char *name = classes->items[i].class_id == BY_NAME ? spell(classes->items[i].name, way) : NULL;
        if (name && name_table_find(table, name, &id)) classes->items[i].class_id = (int)id;
        free(name);
    }
    name_table_close(table);
}

/* The model's class that CLASS in LABEL=CLASS means; -1 after a sentence. */
static int class_of_map(const struct session *session, const char *name) {
    const size_t count = (size_t)session->info.class_count;
    bool *chosen = allocate(count, sizeof *chosen);
    int id = -1;
    if (class_choose_list(session, "--map", name, chosen))
        for (id = 0; !chosen[id];) id++;
    free(chosen);
    return id;
}

static bool is_meant(const struct label_class *item, const char *label, size_t bytes) {
    char *name = text_format("%.*s", (int)bytes, label), *number = text_format("%lld", (long long)item->number);
    const bool is = strcmp(name, "*") == 0 || strcmp(item->name, name) == 0 || strcmp(number, name) == 0;
    free(name);
    free(number);
    return is;
}

/* One LABEL=CLASS; a later one counts. */
static bool map(struct label_classes *classes, const struct session *session, const char *assignment) {
    const char *equals = strrchr(assignment, '=');
    if (!equals || equals == assignment || !equals[1]) {
        complain("--map must be a class of the labels and one of the model, such as shelf=gap, not '%s'", assignment);
        return false;
    }
    const int id = class_of_map(session, equals + 1);
    bool found = false;
    if (id < 0) return false;
    for (size_t i = 0; i < classes->count; i++) {
        if (!is_meant(&classes->items[i], assignment, (size_t)(equals - assignment))) continue;
        classes->items[i].class_id = id;
        found = true;
    }
    if (!found)
        complain("--map %s: the labels have no class '%.*s'", assignment, (int)(equals - assignment), assignment);
    return found;
}

/* "'milk', 'bread', ...": free() it. */
static char *list_names(const struct label_classes *classes) {
    enum { SHOWN = 5 };
    char *list = text_copy_of("");
    for (size_t i = 0; i < classes->count && i <= SHOWN; i++) {
        char *longer = i == SHOWN ? text_format("%s, ...", list)
                                  : text_format("%s%s'%.60s'", list, i ? ", " : "", classes->items[i].name);
        free(list);
        list = longer;
    }
    return list;
}

enum exit_code label_classes_match(struct label_classes *classes, const struct session *session) {
    const struct texts *maps = &session->settings->maps;
    bool any = false;
    for (int way = 0; way < WAY_COUNT; way++) find_classes(classes, session, way);
    for (size_t i = 0; i < maps->count; i++)
        if (!map(classes, session, maps->items[i])) return EXIT_WRONG_USAGE;
    for (size_t i = 0; i < classes->count; i++) any |= classes->items[i].class_id >= 0;
    if (any) return EXIT_DONE;
    char *names = list_names(classes);
    complain("none of the labels' classes is one of the model's: they are %s; --map LABEL=CLASS says which is which",
             *names ? names : "none");
    free(names);
    return EXIT_WRONG_USAGE;
}

static int compare_numbers(const void *a, const void *b) {
    const struct label_class *one = a, *other = b;
    return one->number < other->number ? -1 : one->number > other->number;
}

bool label_classes_sort(struct label_classes *classes, int64_t *twice) {
    if (classes->count) qsort(classes->items, classes->count, sizeof *classes->items, compare_numbers);
    for (size_t i = 1; i < classes->count; i++)
        if (classes->items[i - 1].number == classes->items[i].number) {
            *twice = classes->items[i].number;
            return false;
        }
    return true;
}

struct label_class *label_classes_find(const struct label_classes *classes, int64_t number) {
    if (number >= 0 && (uint64_t)number < classes->count && classes->items[number].number == number)
        return &classes->items[number];
    const struct label_class wanted = {.number = number};
    return classes->count ? bsearch(&wanted, classes->items, classes->count, sizeof wanted, compare_numbers) : NULL;
}
