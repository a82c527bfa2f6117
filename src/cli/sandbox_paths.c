/* What a run may still open, derived from its settings: the only place that knows. */
#define _POSIX_C_SOURCE 200809L
#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/output_places.h"
#include "cli/path.h"
#include "cli/sandbox.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"
#include "cli/truth_files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What the C library and the threads' library look at while they run: how many cores there are, and how much memory may
 * be promised. */
static const char *const system_files[] = {"/proc/sys/vm/overcommit_memory", "/sys/devices/system/cpu"};

/* Takes the path over. */
static void add(struct sandbox_paths *paths, enum sandbox_right right, char *path) {
    if (paths->count == paths->capacity) {
        paths->capacity = paths->capacity * 2 + 32;
        paths->items = reallocate(paths->items, paths->capacity, sizeof *paths->items);
    }
    paths->items[paths->count++] = (struct sandbox_path){right, path};
}

static void add_folder(struct sandbox_paths *paths, const char *folder) {
    if (folder) add(paths, SANDBOX_FILL, text_copy_of(folder));
}

/* A file is written under another name beside it and renamed; what is no regular file is written as it is. */
static void add_file(struct sandbox_paths *paths, const char *path) {
    struct stat status;
    if (!path || strcmp(path, "-") == 0) return;
    char *file = output_file_of(path, false);
    if (stat(file, &status) != 0 || S_ISREG(status.st_mode)) {
        const int length = (int)(path_name(file) - file);
        add(paths, SANDBOX_REPLACE, length ? text_format("%.*s", length, file) : text_copy_of("."));
    }
    free(file);
}

static void add_outputs(struct sandbox_paths *paths, const struct settings *settings, const char *pictures) {
    const char *const folders[] = {pictures, settings->crops, settings->yolo, settings->voc, settings->labelme};
    struct output_place files[OUTPUT_PLACES_MAX];
    const size_t file_count = output_places(settings, files);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) add_folder(paths, folders[i]);
    for (size_t i = 0; i < file_count; i++) add_file(paths, files[i].path);
    if (!settings->jsonl || strcmp(settings->jsonl, "-") == 0) return;
    add(paths, SANDBOX_CUT, output_file_of(settings->jsonl, true));
    if (settings->resume) add(paths, SANDBOX_READ, output_file_of(settings->jsonl, true));
}

struct reader {
    struct sandbox_paths *paths;
    const char *last; /* the path before: lists name many files of one folder */
    bool has_labels;  /* those of detect eval are looked for beside the pictures */
};

static void add_label_files(void *argument, const char *path) {
    add(argument, SANDBOX_READ, text_copy_of(path));
}

static void add_input(void *argument, const char *path) {
    struct reader *reader = argument;
    if (reader->last && strcmp(reader->last, path) == 0) return;
    if (reader->has_labels) truth_files_beside(path, add_label_files, reader->paths);
    add(reader->paths, SANDBOX_READ, text_copy_of(path));
    reader->last = reader->paths->items[reader->paths->count - 1].path;
}

static void add_inputs(struct sandbox_paths *paths, const struct session *session) {
    const struct settings *settings = session->settings;
    const struct inputs_options options = {
        .arguments = settings->operands, .count = settings->operand_count, .zero_separated = settings->zero_separated};
    struct reader reader = {paths, NULL, session->evaluation && !settings->labels && !settings->true_coco};
    paths->reads_all = !inputs_roots(&options, add_input, &reader);
    if (paths->reads_all) add(paths, SANDBOX_READ, text_copy_of("/"));
    if (session->evaluation && settings->labels) add(paths, SANDBOX_READ, text_copy_of(settings->labels));
}

struct sandbox_paths sandbox_paths_of(const struct session *session, const char *pictures) {
    struct sandbox_paths paths = {0};
    for (size_t i = 0; i < sizeof system_files / sizeof *system_files; i++)
        add(&paths, SANDBOX_READ, text_copy_of(system_files[i]));
    add_inputs(&paths, session);
    add_outputs(&paths, session->settings, pictures);
#ifdef COVERAGE_FOLDER
    /* A build that counts what runs writes that down when it ends. */
    add(&paths, SANDBOX_READ, text_copy_of(COVERAGE_FOLDER));
    add(&paths, SANDBOX_FILL, text_copy_of(COVERAGE_FOLDER));
#endif
    return paths;
}

void sandbox_paths_free(struct sandbox_paths *paths) {
    for (size_t i = 0; i < paths->count; i++) free(paths->items[i].path);
    free(paths->items);
    *paths = (struct sandbox_paths){0};
}
