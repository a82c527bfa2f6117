/* --curve: precision over recall, a line a class, as SVG or PNG. */
#ifndef CLI_CURVE_H
#define CLI_CURVE_H

#include "cli/output.h"

struct evaluation;
struct session;

/* Whether the name says which of the two. */
bool curve_name_fits(const char *path);

/* Writes the picture as the name says. False after a sentence on stderr. */
bool curve_draw(struct output *output, const char *path, const struct session *session,
                const struct evaluation *evaluation);

#endif
