#include "cli/sink.h"

#include "cli/message.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

static const struct sink_type *const types[] = {&sink_annotated, &sink_text, &sink_json, &sink_jsonl, &sink_csv};

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
    for (size_t i = 0; i < TYPE_COUNT; i++)
        if (sinks->is_open[i] && types[i]->stage == stage) well &= types[i]->image(sinks->states[i], result, image);
    return well;
}

bool sinks_render(const struct sinks *sinks, const struct result *result, yolo_image *image) {
    return hand_out(sinks, SINK_RENDERS, result, image);
}

bool sinks_report(const struct sinks *sinks, const struct result *result) {
    return hand_out(sinks, SINK_REPORTS, result, NULL);
}

bool sinks_render_any(const struct sinks *sinks) {
    for (size_t i = 0; i < TYPE_COUNT; i++)
        if (sinks->is_open[i] && types[i]->stage == SINK_RENDERS) return true;
    return false;
}

bool sinks_close(struct sinks *sinks) {
    bool well = true;
    for (size_t i = 0; i < TYPE_COUNT; i++)
        if (sinks->is_open[i]) well &= types[i]->close(sinks->states[i]);
    free(sinks);
    return well;
}

/* The options that name a file to report to. */
struct report {
    const char *option, *path;
};

static size_t list_reports(const struct settings *settings, struct report reports[3]) {
    const struct report all[] = {{"--json", settings->json}, {"--jsonl", settings->jsonl}, {"--csv", settings->csv}};
    size_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].path) reports[count++] = all[i];
    return count;
}

bool sinks_own_stdout(const struct settings *settings) {
    struct report reports[3];
    for (size_t i = list_reports(settings, reports); i-- > 0;)
        if (strcmp(reports[i].path, "-") == 0) return true;
    return false;
}

/* --resume continues what is written line by line; a document cannot be continued. */
static bool resume_fits(const struct settings *settings, const struct report *reports, size_t count) {
    if (!settings->resume) return true;
    if (!settings->jsonl || strcmp(settings->jsonl, "-") == 0) {
        complain("--resume continues a run from its file of JSON lines: name it with --jsonl FILE");
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (strcmp(reports[i].option, "--jsonl") != 0) {
            complain("%s cannot be continued by --resume, and would hold the rest of the run only: leave it out and "
                     "make it of the JSON lines",
                     reports[i].option);
            return false;
        }
    return true;
}

bool sinks_settings_fit(const struct settings *settings) {
    struct report reports[3];
    const size_t count = list_reports(settings, reports);
    if (!resume_fits(settings, reports, count)) return false;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (strcmp(reports[i].path, reports[j].path) == 0) {
                complain("%s and %s cannot both write to %s", reports[i].option, reports[j].option,
                         strcmp(reports[i].path, "-") == 0 ? "stdout" : reports[i].path);
                return false;
            }
    return true;
}
