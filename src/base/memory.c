#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool size_multiply(size_t a, size_t b, size_t *result) {
    return !__builtin_mul_overflow(a, b, result);
}

bool size_add(size_t a, size_t b, size_t *result) {
    return !__builtin_add_overflow(a, b, result);
}

size_t size_product(size_t a, size_t b) {
    size_t product;
    return size_multiply(a, b, &product) ? product : SIZE_MAX;
}

size_t size_sum(size_t a, size_t b) {
    size_t sum;
    return size_add(a, b, &sum) ? sum : SIZE_MAX;
}

/* glibc's aligned_alloc leaves holes that it cannot use again: nine photos of 5 megapixels, one after another, took
 * 205 MB with it and take 33 MB with malloc. So memory is aligned here, and what malloc gave is kept just before it. */
enum { ROOM = 2 * MEMORY_ALIGNMENT };

void *memory_allocate(size_t count, size_t element_bytes) {
    size_t bytes;
    if (!size_multiply(count, element_bytes, &bytes) || bytes > PTRDIFF_MAX - ROOM) return NULL;
    char *whole = malloc(bytes + ROOM);
    if (!whole) return NULL;
    char *memory = whole + ROOM - (uintptr_t)whole % MEMORY_ALIGNMENT; /* ROOM is a multiple of the alignment */
    memcpy(memory - sizeof whole, &whole, sizeof whole);
    return memory;
}

void *memory_allocate_zeroed(size_t count, size_t element_bytes) {
    void *memory = memory_allocate(count, element_bytes);
    if (memory) memset(memory, 0, count * element_bytes);
    return memory;
}

void *memory_grow(void *items, size_t *capacity, size_t needed, size_t element_bytes) {
    if (needed <= *capacity) return items;
    size_t larger = *capacity < 8 ? 8 : *capacity;
    if (larger <= SIZE_MAX / 2) larger *= 2;
    if (larger < needed) larger = needed;
    void *moved = memory_allocate(larger, element_bytes);
    if (!moved) return NULL;
    if (*capacity) memcpy(moved, items, *capacity * element_bytes);
    memory_free(items);
    *capacity = larger;
    return moved;
}

void memory_free(void *memory) {
    if (!memory) return;
    char *whole;
    memcpy(&whole, (char *)memory - sizeof whole, sizeof whole);
    free(whole);
}
