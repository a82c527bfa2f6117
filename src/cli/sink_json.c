/* --json: one document for the whole run. */
#include "cli/json.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"

#include <stdlib.h>

struct document {
    const struct session *session;
    struct output *output;
    bool has_image;
};

static bool wanted(const struct session *session) {
    return session->settings->json;
}

static bool open(const struct session *session, void **state) {
    struct output *output = output_open(session->settings->json);
    if (!output) return false;
    struct document *document = allocate(1, sizeof *document);
    document->session = session;
    document->output = output;
    output_text(output, "{\"schema\":\"detect/1\",\"model\":");
    json_model(output, session);
    output_text(output, ",\"images\":[");
    *state = document;
    return true;
}

static bool image(void *state, const struct result *result, yolo_image *pixels) {
    (void)pixels;
    struct document *document = state;
    output_text(document->output, document->has_image ? ",\n" : "\n");
    document->has_image = true;
    json_result(document->output, document->session, result);
    return output_flush(document->output);
}

static bool close(void *state) {
    struct document *document = state;
    output_text(document->output, "\n]}\n");
    const bool well = output_close(document->output, true);
    free(document);
    return well;
}

const struct sink_type sink_json = {"json", SINK_REPORTS, wanted, open, image, close};
