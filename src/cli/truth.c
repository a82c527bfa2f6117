#include "cli/truth.h"

#include "cli/message.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <stdlib.h>

/* The first that is wanted serves. */
static const struct truth_type *const types[] = {&truth_coco, &truth_files};

struct truth {
    const struct truth_type *type;
    void *state;
    struct label_classes classes;
};

enum exit_code truth_open(const struct session *session, struct truth **truth) {
    enum { LAST = sizeof types / sizeof *types - 1 };
    size_t type = 0;
    if (session->settings->labels && session->settings->true_coco) {
        complain("--labels and --coco both say what is in the pictures: leave one of them out");
        return EXIT_WRONG_USAGE;
    }
    while (type < LAST && !types[type]->wanted(session)) type++;
    struct truth *opened = allocate(1, sizeof *opened);
    opened->type = types[type];
    enum exit_code code = opened->type->open(session, &opened->classes, &opened->state);
    if (code == EXIT_DONE) code = label_classes_match(&opened->classes, session);
    if (code == EXIT_DONE)
        *truth = opened;
    else
        truth_close(opened);
    return code;
}

enum truth_state truth_find(struct truth *truth, const struct result *result, struct truth_picture *picture) {
    *picture = (struct truth_picture){0};
    return truth->type->find(truth->state, &truth->classes, result, picture);
}

struct label_classes *truth_classes(struct truth *truth) {
    return &truth->classes;
}

size_t truth_picture_count(const struct truth *truth) {
    return truth->type->picture_count(truth->state);
}

void truth_close(struct truth *truth) {
    if (!truth) return;
    truth->type->close(truth->state);
    label_classes_free(&truth->classes);
    free(truth);
}
