/* --resume: which pictures an earlier run has reported already, read back from its JSON lines. */
#ifndef CLI_RESUME_H
#define CLI_RESUME_H

#include "cli/command.h"

#include <stdbool.h>
#include <stddef.h>

struct resume;

/* Reads the lines that PATH.part holds, or PATH where there is no PATH.part (which it is renamed to), and cuts off an
 * incomplete one at the end. Neither being there is a run from the beginning. EXIT_DONE, or another code after a
 * sentence on stderr, where *resume is NULL. */
enum exit_code resume_open(const char *jsonl_path, struct resume **resume);

/* Whether a picture of this path is among them; each line counts for one. NULL is allowed. */
bool resume_takes(struct resume *resume, const char *path);

/* Calls `each` with the path of every line, in their order; what was no UTF-8 is U+FFFD there. */
void resume_each(const struct resume *resume, void (*each)(void *argument, const char *path), void *argument);

size_t resume_count(const struct resume *resume); /* lines that were read */
bool resume_has_failures(const struct resume *resume);

/* Gives the file its name back, where a run cannot begin after all. NULL is allowed. */
void resume_put_back(const struct resume *resume);

void resume_close(struct resume *resume);

#endif
