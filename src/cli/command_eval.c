/* detect eval: how well a network finds what is in pictures whose objects are known. */
#include "cli/command.h"
#include "cli/curve.h"
#include "cli/eval_print.h"
#include "cli/evaluation.h"
#include "cli/message.h"
#include "cli/pipeline.h"
#include "cli/place.h"
#include "cli/sandbox.h"
#include "cli/session.h"
#include "cli/settings.h"

#include <stdlib.h>
#include <string.h>

/* Where the results go: opened before the first picture, so that a wrong path is known by then. */
struct results {
    struct output *text, *json, *curve; /* NULL: not wanted */
};

static bool results_open(struct results *results, const struct settings *settings) {
    const bool stdout_is_json = settings->json && strcmp(settings->json, "-") == 0;
    const bool wants_text = !settings->quiet && !stdout_is_json;
    if (settings->json) results->json = output_open(settings->json);
    if (settings->curve) results->curve = output_open(settings->curve);
    if (wants_text) results->text = output_open("-");
    return (results->json || !settings->json) && (results->curve || !settings->curve) && (results->text || !wants_text);
}

/* Those that are written already are NULL. */
static void results_drop(struct results *results) {
    output_close(results->text, false);
    output_close(results->json, false);
    output_close(results->curve, false);
}

static bool print(struct output **output, const struct session *session, const struct evaluation *evaluation,
                  void printed(struct output *, const struct session *, const struct evaluation *)) {
    struct output *open = *output;
    if (!open) return true;
    *output = NULL;
    printed(open, session, evaluation);
    return output_close(open, true);
}

static bool results_print(struct results *results, const struct session *session, const struct evaluation *evaluation) {
    bool well = print(&results->text, session, evaluation, eval_print_text);
    well &= print(&results->json, session, evaluation, eval_print_json);
    struct output *curve = results->curve;
    results->curve = NULL;
    if (!curve) return well;
    const bool drawn = curve_draw(curve, session->settings->curve, session, evaluation);
    return output_close(curve, drawn) && drawn && well;
}

/* All that scores takes part; the evaluation knows what the user's threshold is. */
static enum exit_code run_pictures(struct session *session, struct evaluation *evaluation) {
    const struct settings *const asked = session->settings;
    struct settings settings = *asked;
    settings.threshold = (struct level){.value = evaluation_lowest_threshold(evaluation)};
    settings.no_image = true;
    settings.json = NULL;
    settings.sandbox = false; /* it is entered */
    session->settings = &settings;
    const enum exit_code code = pipeline_run(session);
    session->settings = asked;
    return code;
}

static enum exit_code evaluate(struct session *session, struct evaluation *evaluation) {
    struct results results = {0};
    enum exit_code code = EXIT_SOME_FAILED;
    session->evaluation = evaluation;
    if (results_open(&results, session->settings) && sandbox_enter(session, NULL)) {
        code = run_pictures(session, evaluation);
        const bool well = evaluation_finish(evaluation) && results_print(&results, session, evaluation);
        if (code == EXIT_DONE && (!well || evaluation_pictures(evaluation).failed)) code = EXIT_SOME_FAILED;
    }
    results_drop(&results);
    return code;
}

enum exit_code command_eval(const struct settings *settings) {
    if (settings->curve && !curve_name_fits(settings->curve)) {
        complain("--curve must be a file called .png or .svg, not '%s'", settings->curve);
        return EXIT_WRONG_USAGE;
    }
    if (!place_tiles_fit(settings)) return EXIT_WRONG_USAGE;
    struct session session;
    struct evaluation *evaluation = NULL;
    enum exit_code code = session_open(settings, SESSION_NEEDS_WEIGHTS, &session);
    if (code == EXIT_DONE && session.info.task != YOLO_TASK_DETECT) {
        complain("%s classifies whole pictures: only networks that find objects can be measured so", session.files.cfg);
        code = EXIT_WRONG_USAGE;
    }
    if (code == EXIT_DONE) code = evaluation_open(&session, &evaluation);
    if (code == EXIT_DONE) code = evaluate(&session, evaluation);
    evaluation_close(evaluation);
    session_close(&session);
    return code;
}
