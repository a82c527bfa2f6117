/* What a run came to: counted while it goes on, told at its end. */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include "cli/result.h"

#include <stdbool.h>

struct session;

struct summary {
    const struct session *session;
    size_t pictures, failures, objects; /* of this run */
    size_t before;                      /* pictures that a run before has done */
    size_t skipped;                     /* files that are no pictures */
    size_t *class_counts;               /* [class_count] */
    double stage_ms[STAGE_COUNT];
    double begin; /* clock_ms */
};

void summary_open(struct summary *summary, const struct session *session);
void summary_add(struct summary *summary, const struct result *result);

/* Prints it: on stdout where that belongs to people, else on stderr where that is a terminal; nothing with --quiet, or
 * where there was one picture only. */
void summary_print(const struct summary *summary);

void summary_close(struct summary *summary);

#endif
