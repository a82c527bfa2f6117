#include "network/candidates.h"

#include "base/memory.h"

void candidates_add(candidates *found, const candidate *row) {
    if (found->count == found->capacity) {
        candidate *grown = memory_grow(found->items, &found->capacity, found->count + 1, sizeof *grown);
        if (!grown) {
            found->out_of_memory = true;
            return;
        }
        found->items = grown;
    }
    found->items[found->count++] = *row;
}

void candidates_free(candidates *found) {
    memory_free(found->items);
    *found = (candidates){0};
}
