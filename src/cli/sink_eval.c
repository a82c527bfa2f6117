/* detect eval: every result is compared with its labels. */
#include "cli/evaluation.h"
#include "cli/session.h"
#include "cli/sink.h"

static bool wanted(const struct session *session) {
    return session->evaluation;
}

static bool open(const struct session *session, void **state) {
    *state = session->evaluation;
    return true;
}

static bool image(void *state, const struct result *result, yolo_image *pixels) {
    (void)pixels;
    evaluation_add(state, result); /* what goes wrong there concerns the picture alone */
    return true;
}

static bool close(void *state) {
    (void)state; /* it is the command's */
    return true;
}

const struct sink_type sink_eval = {"eval", SINK_REPORTS, wanted, open, image, close};
