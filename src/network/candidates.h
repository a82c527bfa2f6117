/* What heads find: boxes before the resize is undone and before suppression. */
#ifndef NETWORK_CANDIDATES_H
#define NETWORK_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct candidate {
    float x, y, width, height; /* centre and extents, relative to the network's input: 0..1 */
    float score;
    int class_id;
    uint32_t box; /* counts boxes in the order of head, cell and anchor: the rows of one box share it */
} candidate;

typedef struct candidates {
    candidate *items;
    size_t count, capacity;
    uint32_t box_count; /* boxes begun so far, of all heads */
    bool out_of_memory; /* rows were lost: the caller must report it */
} candidates;

/* Appends a row; on failure only out_of_memory changes. */
void candidates_add(candidates *found, const candidate *row);

void candidates_free(candidates *found);

#endif
