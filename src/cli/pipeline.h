/* Takes pictures through the stages: load, infer, render, report. */
#ifndef CLI_PIPELINE_H
#define CLI_PIPELINE_H

#include "cli/command.h"

struct session;

/* Works on all the settings' operands. EXIT_DONE, or EXIT_SOME_FAILED after a sentence for each that failed, or
 * EXIT_WRONG_USAGE. */
enum exit_code pipeline_run(struct session *session);

#endif
