/* How many pictures there are, found out beside the run that works on them: a thread walks the inputs ahead. */
#ifndef CLI_TOTAL_H
#define CLI_TOTAL_H

#include <stddef.h>

struct total;
struct inputs_options;

/* Begins to count, unless the inputs can be read only once. */
struct total *total_open(const struct inputs_options *inputs);

size_t total_get(const struct total *total); /* 0 while it is not known */
void total_close(struct total *total);       /* NULL is allowed */

#endif
