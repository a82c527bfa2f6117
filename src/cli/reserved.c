#include "cli/reserved.h"

#include "cli/message.h"
#include "cli/model_files.h"
#include "cli/output_places.h"
#include "cli/path.h"
#include "cli/result.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

struct reserved_file {
    char *target;       /* without links */
    const char *option; /* that writes to it; NULL: it is read */
};

struct reserved {
    struct reserved_file *files;
    size_t count;
};

static void add(struct reserved *reserved, const char *path, const char *option) {
    if (!path || strcmp(path, "-") == 0) return;
    reserved->files = reallocate(reserved->files, reserved->count + 1, sizeof *reserved->files);
    reserved->files[reserved->count++] = (struct reserved_file){path_target(path), option};
}

static void add_read(struct reserved *reserved, const struct settings *settings, const struct model_files *files) {
    const char *const read[] = {files->cfg,     files->weights,      files->names,        settings->data,
                                settings->font, settings->zone_file, settings->true_coco, settings->label_names};
    for (size_t i = 0; i < sizeof read / sizeof *read; i++) add(reserved, read[i], NULL);
    for (size_t i = 0; i < settings->operand_count; i++) /* lists; pictures are too many to keep */
        if (settings->operands[i][0] == '@' && !path_is_file(settings->operands[i]))
            add(reserved, settings->operands[i] + 1, NULL);
}

struct reserved *reserved_open(const struct settings *settings, const struct model_files *files) {
    struct reserved *reserved = allocate(1, sizeof *reserved);
    struct output_place places[OUTPUT_PLACES_MAX];
    const size_t count = output_places(settings, places);
    for (size_t i = 0; i < count; i++) add(reserved, places[i].path, places[i].option);
    add_read(reserved, settings, files);
    return reserved;
}

void reserved_close(struct reserved *reserved) {
    if (!reserved) return;
    for (size_t i = 0; i < reserved->count; i++) free(reserved->files[i].target);
    free(reserved->files);
    free(reserved);
}

static bool leads_to(const char *path, const char *target) {
    if (strcmp(path_name(path), path_name(target)) != 0) return false; /* nearly always, and quickly known */
    char *other = path_target(path);
    const bool does = strcmp(other, target) == 0;
    free(other);
    return does;
}

bool reserved_spares(const struct reserved *reserved, const char *path) {
    for (size_t i = 0; i < reserved->count; i++) {
        const struct reserved_file *file = &reserved->files[i];
        if (!leads_to(path, file->target)) continue;
        if (file->option)
            complain("%s cannot be written: it is the file of %s", path, file->option);
        else
            complain("%s cannot be written: this run reads it", path);
        return false;
    }
    return true;
}

static bool lie_in_one_folder(const char *a, const char *b) {
    char *one = path_folder(a), *other = path_folder(b);
    const bool do_lie = path_is_same(one, other);
    free(one);
    free(other);
    return do_lie;
}

bool reserved_spares_pictures(const struct reserved *reserved, const char *path, const struct result *result,
                              const char *option) {
    if (path_is_file(path) && lie_in_one_folder(path, result->path)) {
        complain("%s would be replaced by what is made of %s: choose another folder with %s", path, result->path,
                 option);
        return false;
    }
    return reserved_spares(reserved, path);
}
