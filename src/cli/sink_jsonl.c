/* --jsonl: a line of JSON for each picture, sent as soon as it is known. A run that is killed leaves its lines in
 * FILE.part, where --resume finds them. */
#include "cli/json.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"

#include <stdlib.h>

struct lines {
    const struct session *session;
    struct output *output;
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
    *state = lines;
    return true;
}

static bool image(void *state, const struct result *result, yolo_image *pixels) {
    (void)pixels;
    struct lines *lines = state;
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

const struct sink_type sink_jsonl = {"jsonl", SINK_REPORTS | SINK_LINES, wanted, open, image, close};
