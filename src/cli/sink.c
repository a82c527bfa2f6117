#include "cli/sink.h"

#include "cli/message.h"
#include "cli/output_places.h"
#include "cli/path.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

/* JSON lines come last: --resume passes over what has a line, so its files must be there by then. */
static const struct sink_type *const types[] = {
    &sink_crops,  &sink_report,     &sink_annotated,   &sink_text,  &sink_json, &sink_csv,
    &sink_counts, &sink_row_counts, &sink_zone_counts, &sink_coco,  &sink_yolo, &sink_coco_dataset,
    &sink_voc,    &sink_labelme,    &sink_eval,        &sink_jsonl,
};

enum { TYPE_COUNT = sizeof types / sizeof *types };

struct sinks {
    bool is_open[TYPE_COUNT];
    void *states[TYPE_COUNT];
};

struct sinks *sinks_open(const struct session *session) {
    struct sinks *sinks = allocate(1, sizeof *sinks);
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (!types[i]->wanted(session)) continue;
        if (!types[i]->open(session, &sinks->states[i])) {
            sinks_close(sinks);
            return NULL;
        }
        sinks->is_open[i] = true;
    }
    return sinks;
}

static bool hand_out(const struct sinks *sinks, enum sink_stage stage, const struct result *result, yolo_image *image) {
    bool well = true;
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (!sinks->is_open[i] || !(types[i]->stages & stage)) continue;
        if (types[i]->image(sinks->states[i], result, image)) continue;
        well = false;
        if (types[i]->stages & SINK_NAMES) *result->lacks_file = true;
    }
    return well;
}

bool sinks_render(const struct sinks *sinks, const struct result *result, yolo_image *image) {
    return hand_out(sinks, SINK_RENDERS, result, image);
}

bool sinks_report(const struct sinks *sinks, const struct result *result) {
    return hand_out(sinks, SINK_REPORTS, result, NULL);
}

bool sinks_any(const struct sinks *sinks, unsigned stages) {
    for (size_t i = 0; i < TYPE_COUNT; i++)
        if (sinks->is_open[i] && (types[i]->stages & stages)) return true;
    return false;
}

bool sinks_close(struct sinks *sinks) {
    bool well = true;
    for (size_t i = 0; i < TYPE_COUNT; i++)
        if (sinks->is_open[i]) well &= types[i]->close(sinks->states[i]);
    free(sinks);
    return well;
}

bool sinks_own_stdout(const struct settings *settings) {
    struct output_place places[OUTPUT_PLACES_MAX];
    for (size_t i = output_places(settings, places); i-- > 0;)
        if (strcmp(places[i].path, "-") == 0) return true;
    return false;
}

/* --resume continues what is written line by line; a document cannot be continued. */
static bool resume_fits(const struct settings *settings) {
    if (!settings->resume) return true;
    if (!settings->jsonl || strcmp(settings->jsonl, "-") == 0) {
        complain("--resume continues a run from its file of JSON lines: name it with --jsonl FILE");
        return false;
    }
    struct output_place files[OUTPUT_PLACES_MAX];
    const size_t count = output_places(settings, files);
    for (size_t i = 0; i < count; i++)
        if (strcmp(files[i].option, "--jsonl") != 0) {
            complain("%s cannot be continued by --resume, and would hold the rest of the run only: leave it out and "
                     "make it of the JSON lines",
                     files[i].option);
            return false;
        }
    return true;
}

/* Folders may be shared by outputs that name their files differently; annotated pictures and crops do not. */
static bool folders_fit(const struct settings *settings) {
    if (!settings->crops || settings->no_image) return true;
    char *crops = path_clean(settings->crops), *output = path_clean(settings->output);
    const bool differ = strcmp(crops, output) != 0;
    free(crops);
    free(output);
    if (!differ) complain("--output and --crops cannot both write to the folder %s", settings->crops);
    return differ;
}

bool sinks_settings_fit(const struct settings *settings) {
    if (!resume_fits(settings) || !folders_fit(settings)) return false;
    if (settings->yolo_scores && !settings->yolo) complain("--yolo-scores needs --yolo DIR");
    return settings->yolo || !settings->yolo_scores;
}

bool sinks_fit_model(const struct session *session) {
    const struct settings *settings = session->settings;
    const struct output_place boxes[] = {
        {"--counts", settings->counts}, {"--coco", settings->coco}, {"--coco-dataset", settings->coco_dataset},
        {"--yolo", settings->yolo},     {"--voc", settings->voc},   {"--labelme", settings->labelme},
        {"--crops", settings->crops}};
    if (session->info.task == YOLO_TASK_DETECT) return true;
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++)
        if (boxes[i].path) {
            complain("%s needs a network that finds objects, but %s classifies whole pictures", boxes[i].option,
                     session->files.cfg);
            return false;
        }
    return true;
}
