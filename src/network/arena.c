#include "network/arena.h"

#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>

enum { ALIGNMENT = 16 }; /* floats: 64 bytes */

/* Larger first; of equals the one that lives earlier, so the result does not depend on the sort. */
static int by_size(const void *left, const void *right) {
    const arena_block *a = *(const arena_block *const *)left, *b = *(const arena_block *const *)right;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    if (a->first != b->first) return a->first < b->first ? -1 : 1;
    return a < b ? -1 : a > b;
}

static bool alive_together(const arena_block *a, const arena_block *b) {
    return a->first <= b->last && b->first <= a->last;
}

/* Inserts `block` among `placed`, which are in order of their offsets, at the start of the tightest gap. */
static void place(arena_block *block, arena_block **placed, size_t placed_count) {
    size_t end = 0, best_gap = SIZE_MAX, best = SIZE_MAX;
    for (size_t i = 0; i < placed_count; i++) {
        const arena_block *other = placed[i];
        if (!alive_together(block, other)) continue;
        if (other->offset >= end && other->offset - end >= block->count && other->offset - end < best_gap) {
            best_gap = other->offset - end;
            best = end;
        }
        if (other->offset + other->count > end) end = other->offset + other->count;
    }
    block->offset = best == SIZE_MAX ? end : best;
    size_t at = placed_count;
    for (; at > 0 && placed[at - 1]->offset > block->offset; at--) placed[at] = placed[at - 1];
    placed[at] = block;
}

/* Rounds every count up; false where a count or the sum of all overflows: then no offset can. */
static bool round_up(arena_block *blocks, size_t block_count) {
    size_t sum = 0;
    for (size_t i = 0; i < block_count; i++) {
        size_t rounded;
        if (!size_add(blocks[i].count, ALIGNMENT - 1, &rounded)) return false;
        blocks[i].count = rounded / ALIGNMENT * ALIGNMENT;
        if (!size_add(sum, blocks[i].count, &sum)) return false;
    }
    return true;
}

bool arena_assign(arena_block *blocks, size_t block_count, size_t *total) {
    if (!round_up(blocks, block_count)) return false;
    arena_block **order = memory_allocate(2 * block_count, sizeof(arena_block *));
    if (!order) return false;
    for (size_t i = 0; i < block_count; i++) order[i] = &blocks[i];
    qsort(order, block_count, sizeof *order, by_size);
    *total = 0;
    for (size_t i = 0; i < block_count; i++) {
        place(order[i], order + block_count, i);
        if (order[i]->offset + order[i]->count > *total) *total = order[i]->offset + order[i]->count;
    }
    memory_free(order);
    return true;
}
