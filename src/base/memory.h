/* Every allocation of the library: counted in elements with the overflow checked, aligned for vectors. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

enum { MEMORY_ALIGNMENT = 64 }; /* a cache line, and the widest vector */

/* Uninitialised memory for `count` elements of `element_bytes`; NULL when it cannot be had or the product overflows.
 * Never returns NULL for a count of zero. Freed with memory_free. */
void *memory_allocate(size_t count, size_t element_bytes);

/* The same, zeroed. */
void *memory_allocate_zeroed(size_t count, size_t element_bytes);

/* Makes room for at least `needed` elements, at least doubling, and updates `*capacity`: returns the place of `items`
 * from now on, the first `*capacity` elements kept; NULL, and nothing changed, when memory runs out. */
void *memory_grow(void *items, size_t *capacity, size_t needed, size_t element_bytes);

void memory_free(void *memory); /* NULL is allowed */

/* a * b and a + b into *result; false when they overflow. */
bool size_multiply(size_t a, size_t b, size_t *result);
bool size_add(size_t a, size_t b, size_t *result);

/* The same, SIZE_MAX where they overflow: for sums that are only compared with a limit. */
size_t size_product(size_t a, size_t b);
size_t size_sum(size_t a, size_t b);

#endif
