#include "cli/total.h"

#include "cli/inputs.h"
#include "cli/text.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct total {
    struct inputs_options inputs;
    pthread_t thread;
    bool has_thread;
    atomic_bool stop;
    atomic_size_t count; /* 0 until it is final */
};

static void *count(void *argument) {
    struct total *total = argument;
    struct inputs *inputs = inputs_open(&total->inputs);
    struct input input;
    size_t found = 0;
    while (!atomic_load(&total->stop) && inputs_next(inputs, &input)) found++;
    inputs_close(inputs);
    if (!atomic_load(&total->stop)) atomic_store(&total->count, found);
    return NULL;
}

struct total *total_open(const struct inputs_options *inputs) {
    struct total *total = allocate(1, sizeof *total);
    total->inputs = *inputs;
    total->inputs.unnamed = true;
    if (inputs_are_repeatable(inputs->arguments, inputs->count))
        total->has_thread = pthread_create(&total->thread, NULL, count, total) == 0;
    return total;
}

size_t total_get(const struct total *total) {
    return atomic_load(&total->count);
}

void total_close(struct total *total) {
    if (!total) return;
    atomic_store(&total->stop, true);
    if (total->has_thread) pthread_join(total->thread, NULL);
    free(total);
}
