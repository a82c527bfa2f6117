#include "cli/class_filter.h"

#include "cli/message.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

/* Sets `chosen` [class_count] for the classes called `name`; false where there are none. */
static bool choose_by_name(const struct session *session, const char *name, bool *chosen,
                           bool equal(const char *, const char *)) {
    bool found = false;
    for (int id = 0; id < session->info.class_count; id++)
        if (equal(yolo_model_class_name(session->model, id), name)) chosen[id] = found = true;
    return found;
}

static bool is_equal(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}

static bool choose_by_number(const struct session *session, const char *text, bool *chosen) {
    char *end;
    if (!*text || *text < '0' || *text > '9') return false;
    const unsigned long id = strtoul(text, &end, 10);
    if (*end || id >= (unsigned long)session->info.class_count) return false;
    chosen[id] = true;
    return true;
}

static void complain_unknown(const struct session *session, const char *option, const char *name) {
    const size_t count = (size_t)session->info.class_count;
    const char **names = allocate(count, sizeof *names);
    for (size_t id = 0; id < count; id++) names[id] = yolo_model_class_name(session->model, (int)id);
    const char *nearest = text_nearest(name, names, count);
    if (nearest)
        complain("%s: the model has no class '%s'; did you mean '%s'?", option, name, nearest);
    else
        complain("%s: the model has no class '%s'; it has %zu, numbered from 0", option, name, count);
    free(names);
}

static bool choose(const struct session *session, const char *name, bool *chosen) {
    return choose_by_name(session, name, chosen, is_equal) || choose_by_number(session, name, chosen) ||
           choose_by_name(session, name, chosen, text_equal_ignoring_case);
}

/* Reads "dog, 3,truck"; the whole may also be one name with a comma in it. */
bool class_choose_list(const struct session *session, const char *option, const char *list, bool *chosen) {
    if (choose_by_name(session, list, chosen, is_equal)) return true;
    char *copy = text_copy_of(list), *rest = copy;
    bool known = true;
    while (known && rest) {
        char *name = rest + strspn(rest, " ");
        rest = strchr(name, ',');
        if (rest) *rest++ = '\0';
        for (size_t length = strlen(name); length && name[length - 1] == ' ';) name[--length] = '\0';
        known = choose(session, name, chosen);
        if (!known) complain_unknown(session, option, name);
    }
    free(copy);
    return known;
}

bool class_choose_assigned(const struct session *session, const char *option, const char *assignment, bool *chosen) {
    char *name = text_format("%.*s", (int)(strrchr(assignment, '=') - assignment), assignment);
    const bool known = choose(session, name, chosen);
    if (!known) complain_unknown(session, option, name);
    free(name);
    return known;
}

bool *class_filter_wanted(const struct session *session) {
    const struct settings *settings = session->settings;
    const size_t count = (size_t)session->info.class_count;
    bool *wanted = allocate(count, sizeof *wanted), *skipped = allocate(count, sizeof *skipped);
    const bool known =
        (!settings->classes || class_choose_list(session, "--classes", settings->classes, wanted)) &&
        (!settings->skip_classes || class_choose_list(session, "--skip-classes", settings->skip_classes, skipped));
    for (size_t id = 0; id < count; id++) wanted[id] = (wanted[id] || !settings->classes) && !skipped[id];
    free(skipped);
    if (known) return wanted;
    free(wanted);
    return NULL;
}

/* The settings' threshold for all, then what single classes have of their own: the last one given counts. */
static bool fill(const struct session *session, float *thresholds) {
    const struct level *level = &session->settings->threshold;
    const size_t count = (size_t)session->info.class_count;
    bool known = true;
    for (size_t id = 0; id < count; id++) thresholds[id] = (float)level->value;
    for (size_t i = 0; i < level->of_classes.count && known; i++) {
        bool *chosen = allocate(count, sizeof *chosen);
        const char *text = level->of_classes.items[i];
        known = class_choose_assigned(session, "--threshold", text, chosen);
        const float threshold = strtof(strrchr(text, '=') + 1, NULL);
        for (size_t id = 0; id < count; id++)
            if (chosen[id]) thresholds[id] = threshold;
        free(chosen);
    }
    return known;
}

enum exit_code class_filter_thresholds(const struct session *session, float **thresholds) {
    const struct settings *settings = session->settings;
    const size_t count = (size_t)session->info.class_count;
    *thresholds = NULL;
    /* The library's threshold is below 1; no score is above 1, so such a one hides all. */
    if (!settings->classes && !settings->skip_classes && !settings->threshold.of_classes.count &&
        (float)settings->threshold.value < 1)
        return EXIT_DONE;
    bool *wanted = class_filter_wanted(session);
    float *filled = allocate(count, sizeof *filled);
    const bool known = wanted && fill(session, filled);
    for (size_t id = 0; id < count && known; id++)
        if (!wanted[id] || filled[id] >= 1) filled[id] = CLASS_HIDDEN;
    free(wanted);
    if (known)
        *thresholds = filled;
    else
        free(filled);
    return known ? EXIT_DONE : EXIT_WRONG_USAGE;
}
