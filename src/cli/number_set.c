#include "cli/number_set.h"

#include "cli/text.h"

#include <stdlib.h>

enum { CAPACITY_FIRST = 256 };

struct number_set number_set_make(void) {
    return (struct number_set){allocate(CAPACITY_FIRST, sizeof(uint64_t)), CAPACITY_FIRST, 0};
}

void number_set_free(struct number_set *set) {
    free(set->slots);
    *set = (struct number_set){0};
}

/* Where the number is, or would be. Neighbouring numbers are neighbours here, too: names are hashed before. */
static uint64_t *slot_of(uint64_t *slots, size_t capacity, uint64_t number) {
    size_t i = (size_t)(number ^ number >> 32) & (capacity - 1);
    while (slots[i] && slots[i] != number) i = (i + 1) & (capacity - 1);
    return &slots[i];
}

static void grow(struct number_set *set) {
    const size_t capacity = set->capacity * 2;
    uint64_t *slots = allocate(capacity, sizeof *slots);
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i]) *slot_of(slots, capacity, set->slots[i]) = set->slots[i];
    free(set->slots);
    set->slots = slots;
    set->capacity = capacity;
}

bool number_set_has(const struct number_set *set, uint64_t number) {
    return *slot_of(set->slots, set->capacity, number) != 0;
}

void number_set_add(struct number_set *set, uint64_t number) {
    if (++set->count * 2 > set->capacity) grow(set);
    *slot_of(set->slots, set->capacity, number) = number;
}
