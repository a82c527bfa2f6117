/* Takes all pictures of a run from the inputs through the pool to the sinks, and ends it in order, whatever ends it. */
#ifndef CLI_PIPELINE_H
#define CLI_PIPELINE_H

#include "cli/command.h"

struct session;

/* Works on all the settings' operands. EXIT_DONE, or EXIT_SOME_FAILED after a sentence for each that failed, or
 * EXIT_WRONG_USAGE, or the code of the signal that ended it. */
enum exit_code pipeline_run(struct session *session);

#endif
