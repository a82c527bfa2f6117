#include "cli/memory_gate.h"

/* The program promises to stay below 1.5 GB; a picture at the limit alone takes 1.4. */
static const uint64_t all_bytes = UINT64_C(1000000000);

void memory_gate_open(struct memory_gate *gate) {
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->freed, NULL);
    gate->used = 0;
}

void memory_gate_close(struct memory_gate *gate) {
    pthread_cond_destroy(&gate->freed);
    pthread_mutex_destroy(&gate->lock);
}

void memory_hold_take(void *argument, uint64_t bytes) {
    struct memory_hold *hold = argument;
    struct memory_gate *gate = hold->gate;
    memory_hold_release(hold);
    pthread_mutex_lock(&gate->lock);
    while (gate->used && (bytes > all_bytes || gate->used > all_bytes - bytes))
        pthread_cond_wait(&gate->freed, &gate->lock);
    gate->used += bytes;
    hold->bytes = bytes;
    pthread_mutex_unlock(&gate->lock);
}

void memory_hold_release(struct memory_hold *hold) {
    if (!hold->bytes) return;
    pthread_mutex_lock(&hold->gate->lock);
    hold->gate->used -= hold->bytes;
    hold->bytes = 0;
    pthread_cond_broadcast(&hold->gate->freed);
    pthread_mutex_unlock(&hold->gate->lock);
}
