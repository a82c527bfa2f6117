/* The only place that starts threads: a range split into contiguous parts, one a thread. */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H

#include <stddef.h>

/* Works on [begin, end). `thread` is 0 <= thread < threads and belongs to nobody else meanwhile: it chooses scratch. */
typedef void parallel_body(void *argument, size_t begin, size_t end, int thread);

/* Splits [0, count) evenly over at most `threads` threads, at least `grain` elements each (so that little work is not
 * spread thin), and returns when all is done. What is computed must not depend on the split. */
void parallel_for(int threads, size_t count, size_t grain, parallel_body *body, void *argument);

/* The number of cores that this process may use, at least 1; 1 in a build without OpenMP. */
int parallel_core_count(void);

#endif
