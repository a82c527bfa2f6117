/* --color and --hide: what classes look like where they are drawn. */
#ifndef CLI_CLASS_STYLE_H
#define CLI_CLASS_STYLE_H

#include "cli/command.h"

struct session;

/* Fills session->colors and session->hidden. EXIT_WRONG_USAGE, after a sentence on stderr, for a class the model does
 * not have. */
enum exit_code class_style_read(struct session *session);

#endif
