/* A set of numbers that only grows. */
#ifndef CLI_NUMBER_SET_H
#define CLI_NUMBER_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct number_set {
    uint64_t *slots; /* [capacity], 0: free; a power of two of them, at most half in use */
    size_t capacity, count;
};

struct number_set number_set_make(void);
void number_set_free(struct number_set *set);

/* No number may be 0. */
bool number_set_has(const struct number_set *set, uint64_t number);
void number_set_add(struct number_set *set, uint64_t number);

#endif
