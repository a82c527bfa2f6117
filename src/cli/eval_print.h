/* What an evaluation came to, for people and for programs. */
#ifndef CLI_EVAL_PRINT_H
#define CLI_EVAL_PRINT_H

#include "cli/output.h"

struct evaluation;
struct session;

void eval_print_text(struct output *output, const struct session *session, const struct evaluation *evaluation);
void eval_print_json(struct output *output, const struct session *session, const struct evaluation *evaluation);

#endif
