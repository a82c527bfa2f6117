/* Bounds the memory of all pictures that are decoded at a time: each alone may take what its limit of pixels allows, and
 * many threads with such pictures many times that. */
#ifndef CLI_MEMORY_GATE_H
#define CLI_MEMORY_GATE_H

#include <pthread.h>
#include <stdint.h>

struct memory_gate {
    pthread_mutex_t lock;
    pthread_cond_t freed;
    uint64_t used; /* bytes, of all holds */
};

/* What one thread holds; zeroed at first. */
struct memory_hold {
    struct memory_gate *gate;
    uint64_t bytes;
};

void memory_gate_open(struct memory_gate *gate);
void memory_gate_close(struct memory_gate *gate);

/* Holds so many bytes instead of what it held; waits until there is room beside the others, or there are none. It lets go
 * of its own before it waits, so that no two wait for one another. `hold` is a struct memory_hold. */
void memory_hold_take(void *hold, uint64_t bytes);
void memory_hold_release(struct memory_hold *hold);

#endif
