/* Whether a pass is worth sharing with other threads, learned from how the last passes went.
 *
 * A thread that has taken a part of a loop and then loses its core to another program keeps the caller waiting for
 * milliseconds, hundreds of loops a pass. So where the cores are wanted by others two threads can be three times slower
 * than one. When a shared pass has waited much, one is run alone; if that is faster, some more are, and then sharing is
 * tried again: after 8 passes, 16, and so on. Results are the same either way. */
#ifndef BASE_SHARING_H
#define BASE_SHARING_H

#include <stdbool.h>

enum { SHARING_FEWEST_ALONE = 8, SHARING_MOST_ALONE = 64 };

/* Zeroed: nothing is known, and passes are shared. */
typedef struct sharing {
    enum { SHARING_PAYS, SHARING_IN_DOUBT, SHARING_COSTS } state;
    double shared_seconds, alone_seconds; /* of the last such pass */
    int patience;                         /* shared passes before a wait raises doubts again */
    int alone_left, alone_next;           /* passes until sharing is tried again; how many the next time */
} sharing;

/* Whether the next pass should be shared. */
bool sharing_wanted(const sharing *s);

/* How a pass went, shared as sharing_wanted said: `waited` of its `seconds` for members that did not run. */
void sharing_learn(sharing *s, double seconds, double waited);

#endif
