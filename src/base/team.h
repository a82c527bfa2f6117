/* The only place that starts threads: a team that works on one range after another.
 *
 * A network is a hundred short loops a picture. Starting and joining threads for each costs as much as a small loop,
 * and where other programs use the cores, too, waiting for a thread that is not running costs more than all of them.
 * So a team starts once for many loops. Its members wait for the next loop awake for some microseconds, then asleep;
 * each loop is cut into parts that members take as they come, and nobody waits for one that has not come.
 *
 * What is done once, such as packing weights, is an OpenMP region (team_run). At its end all members must be there, which
 * takes milliseconds where other programs use the cores; so a context has a team of its own for all its pictures
 * (team_create), and those are POSIX threads: a region cannot outlast the call that opens it.
 */
#ifndef BASE_TEAM_H
#define BASE_TEAM_H

#include <stddef.h>

typedef struct team team;

/* A team of at most `threads`, the caller included; in a build without OpenMP, or where no more threads are to be had, it
 * is the caller alone. Members sleep while nobody calls. For one calling thread at a time. NULL where memory runs out. */
team *team_create(int threads);

void team_free(team *t); /* NULL is allowed */

/* Runs body(argument, team) on the calling thread, with a team that ends with it. Where no more threads are to be had the
 * caller does all the work. */
void team_run(int threads, void (*body)(void *argument, team *t), void *argument);

/* The most members a loop can have, the caller included. */
int team_threads(const team *t);

/* Works on [begin, end). `thread` is 0 <= thread < team_threads and belongs to nobody else meanwhile: it chooses
 * scratch. Must not call team_for. */
typedef void team_body(void *argument, size_t begin, size_t end, int thread);

/* Splits [0, count) evenly into as many parts as the team has members, of at least `grain` elements each (so that
 * little work is not spread thin), and returns when all is done. Called by the team's own caller. What
 * is computed must not depend on the split. */
void team_for(team *t, size_t count, size_t grain, team_body *body, void *argument);

/* How many of `threads` there can be, the caller included: at least 1. It tries, because where a thread cannot be had
 * OpenMP ends the process. In a build without OpenMP `threads`. */
int team_startable(int threads);

/* The number of cores that this process may use, at least 1; 1 in a build without OpenMP. */
int team_core_count(void);

#endif
