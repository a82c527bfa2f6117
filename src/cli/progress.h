/* How far a run has come: a bar on stderr where that is a terminal, else a line every ten seconds. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stddef.h>

struct progress;
struct inputs_options;

/* NULL, which all functions take, for one that says nothing. */
struct progress *progress_open(const struct inputs_options *inputs);

/* Takes the bar away, so that something else can be printed. */
void progress_hide(struct progress *progress);

/* `done` pictures, of which a run before had done `before`; draws when it is time to. */
void progress_show(struct progress *progress, size_t done, size_t before, size_t failures);

void progress_close(struct progress *progress);

#endif
