#include "cli/output_places.h"

#include "cli/message.h"
#include "cli/path.h"
#include "cli/picture_files.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

size_t output_places(const struct settings *settings, struct output_place places[OUTPUT_PLACES_MAX]) {
    const struct output_place all[] = {{"--json", settings->json},
                                       {"--jsonl", settings->jsonl},
                                       {"--csv", settings->csv},
                                       {"--counts", settings->counts},
                                       {"--row-counts", settings->row_counts},
                                       {"--zone-counts", settings->zone_counts},
                                       {"--report", settings->report},
                                       {"--coco", settings->coco},
                                       {"--coco-dataset", settings->coco_dataset},
                                       {"--curve", settings->curve}};
    size_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].path) places[count++] = all[i];
    return count;
}

static bool is_stdout(const char *path) {
    return strcmp(path, "-") == 0;
}

/* Whether both are one file, by whatever way they lead to it, there or not yet. */
static bool lead_to_one(const char *a, const char *b) {
    if (is_stdout(a) || is_stdout(b)) return is_stdout(a) && is_stdout(b);
    char *one = path_target(a), *other = path_target(b);
    const bool are = strcmp(one, other) == 0;
    free(one);
    free(other);
    return are;
}

static bool differ(const struct output_place *places, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (lead_to_one(places[i].path, places[j].path)) {
                complain("%s and %s cannot both write to %s", places[i].option, places[j].option,
                         is_stdout(places[j].path) ? "stdout" : places[j].path);
                return false;
            }
    return true;
}

/* A photo can come from a folder or a list: its name tells. The curve is a picture itself. */
static bool replaces_picture(const struct output_place *place) {
    return picture_format_of_extension(path_extension(place->path)) != YOLO_FORMAT_UNKNOWN &&
           path_is_file(place->path) && strcmp(place->option, "--curve") != 0;
}

bool output_places_spare(const struct settings *settings, const char *path) {
    struct output_place places[OUTPUT_PLACES_MAX];
    const size_t count = output_places(settings, places);
    for (size_t i = 0; i < count && path; i++)
        if (!is_stdout(places[i].path) && lead_to_one(places[i].path, path)) {
            complain("%s would replace %s, which is read", places[i].option, path);
            return false;
        }
    return true;
}

/* "@list" is read as a list where no file is called so. */
static bool spare_operands(const struct settings *settings) {
    for (size_t i = 0; i < settings->operand_count; i++) {
        const char *operand = settings->operands[i];
        const bool is_list = operand[0] == '@' && !path_is_file(operand);
        if (!output_places_spare(settings, operand + is_list)) return false;
    }
    return true;
}

static bool spare_files(const struct settings *settings) {
    const char *const files[] = {settings->cfg,  settings->weights,   settings->names,     settings->data,
                                 settings->font, settings->zone_file, settings->true_coco, settings->label_names};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (!output_places_spare(settings, files[i])) return false;
    return true;
}

bool output_places_fit(const struct settings *settings) {
    struct output_place places[OUTPUT_PLACES_MAX];
    const size_t count = output_places(settings, places);
    for (size_t i = 0; i < count; i++)
        if (replaces_picture(&places[i])) {
            complain("%s would replace the picture %s", places[i].option, places[i].path);
            return false;
        }
    return differ(places, count) && spare_operands(settings) && spare_files(settings);
}
