/* What is really in the pictures: YOLO's label files (--labels, or beside the pictures), or COCO's JSON (--coco). A kind
 * is a row of the table in truth.c. */
#ifndef CLI_TRUTH_H
#define CLI_TRUTH_H

#include "cli/command.h"
#include "cli/eval_match.h"
#include "cli/label_classes.h"
#include "cli/result.h"

struct session;

struct truth_object {
    struct eval_object object;
    struct label_class *label;
};

/* What is known of one picture. */
enum truth_state {
    TRUTH_KNOWN,
    TRUTH_MISSING, /* no labels: the picture is not measured */
    TRUTH_BAD,     /* labels that cannot be read; a sentence went to stderr */
};

struct truth_picture {
    struct truth_object *objects; /* [count], valid until the next picture */
    size_t count;
    bool is_shared;     /* its labels have served for an earlier picture, too */
    const char *wanted; /* where labels were looked for: for messages */
};

struct truth;

struct truth_type {
    bool (*wanted)(const struct session *session);
    /* Adds the labels' classes and sets *state: EXIT_DONE, or another code after a sentence on stderr; close() in any
     * case, where *state may be NULL. */
    enum exit_code (*open)(const struct session *session, struct label_classes *classes, void **state);
    /* After the classes were matched. */
    enum truth_state (*find)(void *state, const struct label_classes *classes, const struct result *result,
                             struct truth_picture *picture);
    size_t (*picture_count)(const void *state); /* that the labels know; 0: that cannot be told */
    void (*close)(void *state);
};

extern const struct truth_type truth_files, truth_coco;

/* Opens the labels that the session's settings name. EXIT_DONE, or another code after a sentence on stderr. */
enum exit_code truth_open(const struct session *session, struct truth **truth);

/* The labels of the picture that `result` is of. */
enum truth_state truth_find(struct truth *truth, const struct result *result, struct truth_picture *picture);

struct label_classes *truth_classes(struct truth *truth);
size_t truth_picture_count(const struct truth *truth);
void truth_close(struct truth *truth); /* NULL is allowed */

#endif
