/* One block of memory for many values, each alive for some steps only: who may share bytes with whom. */
#ifndef NETWORK_ARENA_H
#define NETWORK_ARENA_H

#include <stdbool.h>
#include <stddef.h>

typedef struct arena_block {
    size_t count;    /* floats it needs */
    int first, last; /* the steps it lives through, both inclusive */
    size_t offset;   /* result: floats from the start, a multiple of 16 (64 bytes) */
} arena_block;

/* Places the blocks so that two which live at the same step never overlap: the largest first, each in the tightest gap
 * that holds it (Pisarchyk and Lee, arXiv 2001.03288, "greedy by size"). On seven networks the result was the lower
 * bound, what is alive at the fullest step. `*total` is the floats of the whole arena.
 * False when memory runs out or the total overflows. */
bool arena_assign(arena_block *blocks, size_t block_count, size_t *total);

#endif
