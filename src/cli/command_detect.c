/* detect IMAGE...: what is in the pictures; detect classify IMAGE...: the same for a network without boxes. */
#include "cli/class_style.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/pipeline.h"
#include "cli/place.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"

static enum exit_code run(const struct settings *settings, bool classifier_only) {
    if (!sinks_settings_fit(settings)) return EXIT_WRONG_USAGE;
    struct session session;
    enum exit_code code = session_open(settings, SESSION_NEEDS_WEIGHTS, &session);
    if (code == EXIT_DONE && classifier_only && session.info.task != YOLO_TASK_CLASSIFY) {
        complain("%s finds objects and does not classify whole pictures: use 'detect' without 'classify'",
                 session.files.cfg);
        code = EXIT_WRONG_USAGE;
    }
    if (code == EXIT_DONE && !sinks_fit_model(&session)) code = EXIT_WRONG_USAGE;
    if (code == EXIT_DONE) code = class_style_read(&session);
    if (code == EXIT_DONE) code = place_open(&session);
    if (code == EXIT_DONE) code = pipeline_run(&session);
    session_close(&session);
    return code;
}

enum exit_code command_detect(const struct settings *settings) {
    return run(settings, false);
}

enum exit_code command_classify(const struct settings *settings) {
    return run(settings, true);
}
