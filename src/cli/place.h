/* --rows and --zone: where in the picture each object is. */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include "cli/command.h"
#include "cli/result.h"

struct session;
struct settings;

/* Whether what the settings say of tiles makes sense together; if not, a sentence went to stderr. */
bool place_tiles_fit(const struct settings *settings);

/* Reads what the settings say of rows and zones into the session. EXIT_WRONG_USAGE, after a sentence on stderr, for
 * what makes no sense. */
enum exit_code place_open(struct session *session);

/* What is found out of one picture after the other. */
struct placing {
    yolo_place *places; /* [capacity] */
    uint64_t *zones;    /* [capacity] */
    bool *stands;       /* [capacity] */
    size_t capacity;
};

/* Fills result->places and ->zones, as far as they are asked for. False when memory runs out: then `error` is filled. */
bool place_find(struct placing *placing, const struct session *session, struct result *result, yolo_error *error);
void place_free(struct placing *placing);

#endif
