/* A model that is loaded and a context that runs it, as the settings say: what most commands begin with. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/command.h"
#include "cli/model_files.h"
#include "yolo.h"

struct settings;
struct evaluation;

enum session_need {
    SESSION_NEEDS_WEIGHTS = 1 << 0,
    SESSION_NEEDS_LAYERS = 1 << 1, /* every layer's output stays readable */
};

struct reserved;
struct zones;

struct session {
    const struct settings *settings;
    struct evaluation *evaluation; /* of detect eval, where all results go; else NULL */
    struct model_files files;
    struct reserved *reserved; /* files that nothing made of pictures may replace */
    yolo_model *model;
    yolo_model_info info;
    yolo_context *context;
    yolo_context_info context_info;
    uint32_t *colors;    /* [class_count] 0xRRGGBB, what classes are drawn in: class_style_read */
    bool *hidden;        /* [class_count] not drawn */
    bool *in_rows;       /* [class_count] forms rows; NULL: without --rows */
    struct zones *zones; /* NULL: none */
};

/* EXIT_DONE, or another code after a sentence on stderr; session_close in any case. `needs` is a set of
 * enum session_need. */
enum exit_code session_open(const struct settings *settings, unsigned needs, struct session *session);
void session_close(struct session *session);

/* One more context of the session's model, for one thread. NULL, after a sentence on stderr, where it cannot be had. */
yolo_context *session_new_context(const struct session *session);

/* How many of those there is room for beside the session's own, as far as --max-memory goes. */
size_t session_context_room(const struct session *session);

/* The resize and the NMS that are used, never AUTO: what the user says, else what the network wants. */
yolo_resize session_resize(const struct session *session);
yolo_nms session_nms(const struct session *session);

/* Whether --kernels names a set that this processor can run; if not, a sentence went to stderr. A wrong one is wrong
 * usage, not a broken model. */
bool session_kernels_are_usable(const char *name);

/* How the user wants pictures read, and objects found. */
yolo_image_options session_image_options(const struct settings *settings);
yolo_detect_options session_detect_options(const struct session *session);
yolo_tile_options session_tile_options(const struct settings *settings);

#endif
