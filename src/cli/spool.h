/* Text that belongs behind what is still to come, kept in a file without a name meanwhile: memory does not grow with
 * the pictures. */
#ifndef CLI_SPOOL_H
#define CLI_SPOOL_H

#include "cli/output.h"

struct spool;

/* NULL, after a sentence on stderr, where there is no room for it. */
struct spool *spool_open(void);

/* Where text is put: for the functions that write to an output, up to spool_pour. */
struct output *spool_output(struct spool *spool);

/* Appends all of it to `output`. False, after a sentence on stderr, where it could not be kept or read back. */
bool spool_pour(struct spool *spool, struct output *output);

void spool_close(struct spool *spool); /* NULL is allowed */

#endif
