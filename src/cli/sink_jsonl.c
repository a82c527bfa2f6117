/* --jsonl: a line of JSON for each picture, sent as soon as it is known. A run that is killed leaves its lines in
 * FILE.part, where --resume finds them. */
#include "cli/json.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

struct lines {
    const struct session *session;
    struct output *output;
    bool is_kept; /* in a file, which --resume reads */
};

static bool wanted(const struct session *session) {
    return session->settings->jsonl;
}

static bool open(const struct session *session, void **state) {
    struct output *output = output_open_lines(session->settings->jsonl, session->settings->resume);
    if (!output) return false;
    struct lines *lines = allocate(1, sizeof *lines);
    lines->session = session;
    lines->output = output;
    lines->is_kept = strcmp(session->settings->jsonl, "-") != 0;
    *state = lines;
    return true;
}

/* A picture that lacks a file has no line there: --resume works on it again. */
static bool image(void *state, const struct result *result, yolo_image *pixels) {
    (void)pixels;
    struct lines *lines = state;
    if (lines->is_kept && *result->lacks_file) return true;
    json_result(lines->output, lines->session, result);
    output_text(lines->output, "\n");
    return output_flush(lines->output);
}

static bool close(void *state) {
    struct lines *lines = state;
    const bool well = output_close(lines->output, true);
    free(lines);
    return well;
}

const struct sink_type sink_jsonl = {"jsonl", SINK_REPORTS, wanted, open, image, close};
