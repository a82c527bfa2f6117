/* Threads that work on pictures side by side, each on its own from the file to the annotated picture, and a report of
 * each in the order of the inputs. One image: the caller's thread and a context whose layers use all threads. Many: one
 * thread with a context of its own for each core. */
#ifndef CLI_POOL_H
#define CLI_POOL_H

#include "cli/job.h"

struct pool;

/* Is given every job in the order of the inputs, one at a time, on any thread. False: go on with no other. */
typedef bool pool_report(void *argument, const struct job *job);

/* `alone` is the worker for pictures that come one at a time. */
struct pool *pool_open(const struct run *run, struct worker *alone, size_t threads, pool_report *report,
                       void *argument);

/* The slot of the next picture, to be filled by job_begin; waits while too many are under way. NULL when no more are
 * wanted. */
struct job *pool_next(struct pool *pool);

/* Has the picture in that slot worked on. With `is_last_now` there is nothing known to come after it: where nothing else
 * is under way that is done at once, by all threads together. */
void pool_add(struct pool *pool, bool is_last_now);

/* Waits until all are reported. */
void pool_close(struct pool *pool);

#endif
