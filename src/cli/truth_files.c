/* YOLO's label files: a text file a picture, a line an object: class, centre and size in parts of the picture. */
#include "cli/truth_files.h"
#include "cli/file_bytes.h"
#include "cli/message.h"
#include "cli/name_table.h"
#include "cli/path.h"
#include "cli/picture_files.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"
#include "cli/truth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct files {
    const char *folder; /* --labels; NULL: beside the pictures */
    struct name_table *used;
    size_t used_count;
    char *path; /* of the picture's labels */
    struct file_bytes bytes;
    struct truth_object *objects; /* [capacity] */
    size_t count, capacity;
};

static bool wanted(const struct session *session) {
    (void)session;
    return true;
}

static enum exit_code open(const struct session *session, struct label_classes *classes, void **state) {
    const char *folder = session->settings->labels;
    if (folder && !path_is_folder(folder)) {
        complain("--labels: there is no folder %s", folder);
        return EXIT_WRONG_USAGE;
    }
    if (!label_classes_read(classes, session)) return EXIT_WRONG_USAGE;
    struct files *files = allocate(1, sizeof *files);
    files->folder = folder;
    files->used = name_table_open();
    *state = files;
    return EXIT_DONE;
}

static size_t picture_count(const void *state) {
    (void)state;
    return 0;
}

static void close(void *state) {
    struct files *files = state;
    if (!files) return;
    name_table_close(files->used);
    free(files->path);
    file_bytes_free(&files->bytes);
    free(files->objects);
    free(files);
}

/* ---- Where they are --------------------------------------------------------------------------------------------- */

/* The picture's path with .txt for its extension: free() it. */
static char *text_name(const char *path) {
    const char *extension = path_extension(path);
    const bool is_known = picture_format_of_extension(extension) != YOLO_FORMAT_UNKNOWN;
    return text_format("%.*s.txt", is_known ? (int)(extension - path) : (int)strlen(path), path);
}

/* Where `name` or, after it, the part of it behind a slash is a file in the folder; `name` itself where none is. */
static char *find_part(const char *folder, const char *name) {
    for (const char *part = name; part; part = strchr(part, '/')) {
        part += *part == '/';
        char *path = path_join(folder, part);
        if (path_is_file(path)) return path;
        free(path);
    }
    return path_join(folder, name);
}

/* In the folder as the picture lies in the tree of the inputs. A list names pictures from anywhere, so that there is no
 * such tree: then as it lies in the last folders of its path. */
static char *find_in_folder(const char *folder, const struct result *result) {
    char *clean = path_clean(result->path), *name = text_name(result->name);
    char *path = strcmp(clean, result->name) == 0 ? find_part(folder, name) : path_join(folder, name);
    free(clean);
    free(name);
    return path;
}

/* .../images/sub has its labels in .../labels/sub: the last folder called so counts. NULL: none is. */
static char *sibling_of(const char *path) {
    static const char from[] = "images/", to[] = "labels/";
    const char *last = NULL;
    for (const char *found = path; (found = strstr(found, from)); found++)
        if (found == path || found[-1] == '/') last = found;
    return last ? text_format("%.*s%s%s", (int)(last - path), path, to, last + sizeof from - 1) : NULL;
}

static char *path_in_sibling(const char *picture) {
    char *sibling = sibling_of(picture), *path = sibling ? text_name(sibling) : NULL;
    free(sibling);
    return path;
}

/* The pictures in a folder have their labels in it, or in its sibling. */
void truth_files_beside(const char *path, void (*each)(void *argument, const char *path), void *argument) {
    char *folder = path_is_folder(path) ? path_join(path, "") : NULL, *beside = folder ? NULL : text_name(path);
    char *sibling = folder ? sibling_of(folder) : path_in_sibling(path);
    if (beside) each(argument, beside);
    if (sibling) each(argument, sibling);
    free(folder);
    free(beside);
    free(sibling);
}

/* Beside the picture or in the sibling; one that is not there, where there is none. False, after a sentence, where both
 * have labels. */
static bool find_beside(const char *picture, char **path) {
    char *beside = text_name(picture), *sibling = path_in_sibling(picture);
    const bool is_beside = path_is_file(beside), is_sibling = sibling && path_is_file(sibling);
    const bool well = !is_beside || !is_sibling;
    if (!well) complain("%s has labels in %s and in %s: --labels DIR says which count", picture, sibling, beside);
    const bool takes_sibling = is_sibling || (sibling && !is_beside);
    *path = takes_sibling ? sibling : beside;
    free(takes_sibling ? beside : sibling);
    return well;
}

/* ---- What they say ---------------------------------------------------------------------------------------------- */

enum { COLUMNS = 5, OBJECTS_MAX = 1000000 };
static const char *const column_names[COLUMNS] = {"class", "x", "y", "width", "height"};

/* How far boxes may reach beyond the picture: they are rounded, and some are drawn a little too large. */
static const double slack = 0.05;

/* The numbers of a line; moves past them. Their count, or -1 at what is no number. */
static int read_numbers(char **text, double numbers[COLUMNS]) {
    int count = 0;
    for (;;) {
        *text += strspn(*text, " \t\r");
        const size_t length = strcspn(*text, " \t\r");
        if (!length) return count;
        char *end;
        const double number = strtod(*text, &end);
        if (end != *text + length || strspn(*text, "0123456789+-.eE") != length) return -1;
        if (count < COLUMNS) numbers[count] = number;
        count++;
        *text = end;
    }
}

/* NULL, or why the numbers are no box: free() it. */
static char *check_numbers(const double numbers[COLUMNS], const struct label_classes *classes) {
    if (numbers[0] != floor(numbers[0]) || numbers[0] < 0 || numbers[0] >= (double)classes->count)
        return text_format("class %g is none of the %zu that the labels may have, 0 to %zu", numbers[0], classes->count,
                           classes->count - 1);
    for (int i = 1; i < COLUMNS; i++)
        if (!(numbers[i] >= -slack && numbers[i] <= 1 + slack))
            return text_format("%s %g is no part of the picture, from 0 to 1", column_names[i], numbers[i]);
    for (int i = 3; i < COLUMNS; i++)
        if (numbers[i] <= 0) return text_format("%s %g is not above 0", column_names[i], numbers[i]);
    return NULL;
}

static void add(struct files *files, const struct label_classes *classes, const double numbers[COLUMNS],
                const struct result *result) {
    if (files->count == files->capacity) {
        files->capacity = files->capacity * 2 + 64;
        files->objects = reallocate(files->objects, files->capacity, sizeof *files->objects);
    }
    const double width = result->width, height = result->height;
    const struct eval_box box = {(numbers[1] - numbers[3] / 2) * width, (numbers[2] - numbers[4] / 2) * height,
                                 numbers[3] * width, numbers[4] * height};
    files->objects[files->count++] =
        (struct truth_object){{box, false}, label_classes_find(classes, (int64_t)numbers[0])};
}

/* NULL, or what is wrong with the line: free() it. */
static char *read_line(struct files *files, const struct label_classes *classes, char *line,
                       const struct result *result) {
    double numbers[COLUMNS];
    char *rest = line;
    const int count = read_numbers(&rest, numbers);
    if (count == 0) return NULL;
    if (count < 0) return text_format("'%.*s' is no number", (int)strcspn(rest, " \t\r"), rest);
    if (count != COLUMNS) return text_format("%d numbers, not class x y width height", count);
    if (files->count == OBJECTS_MAX) return text_format("more than %d objects", OBJECTS_MAX);
    char *problem = check_numbers(numbers, classes);
    if (!problem) add(files, classes, numbers, result);
    return problem;
}

/* False, after a sentence, at the first line that is none. */
static bool read_lines(struct files *files, const struct label_classes *classes, const struct result *result) {
    char *text = (char *)files->bytes.bytes, *const end = text + files->bytes.count;
    if (files->bytes.count >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3;
    for (size_t number = 1; text < end; number++) {
        char *line = text;
        text = memchr(line, '\n', (size_t)(end - line));
        if (!text) text = end; /* there is room for a byte behind what was read */
        *text++ = '\0';
        char *problem = read_line(files, classes, line, result);
        if (!problem && strlen(line) + 1 < (size_t)(text - line)) problem = text_copy_of("a zero byte");
        if (!problem) continue;
        complain("%s, line %zu: %s; %s is left out", files->path, number, problem, result->path);
        free(problem);
        return false;
    }
    return true;
}

static enum truth_state find(void *state, const struct label_classes *classes, const struct result *result,
                             struct truth_picture *picture) {
    struct files *files = state;
    free(files->path);
    files->path = NULL;
    if (files->folder)
        files->path = find_in_folder(files->folder, result);
    else if (!find_beside(result->path, &files->path))
        return TRUTH_BAD;
    picture->wanted = files->path;
    if (!path_is_file(files->path)) return TRUTH_MISSING;
    char *problem = file_bytes_read(&files->bytes, files->path);
    files->count = 0;
    if (problem) complain("%s", problem);
    const bool well = !problem && read_lines(files, classes, result);
    free(problem);
    file_bytes_trim(&files->bytes);
    if (!well) return TRUTH_BAD;
    picture->is_shared = !name_table_add(files->used, files->path, files->used_count++);
    picture->objects = files->objects;
    picture->count = files->count;
    return TRUTH_KNOWN;
}

const struct truth_type truth_files = {wanted, open, find, picture_count, close};
