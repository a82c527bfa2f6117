#include "detect/touching.h"

#include "base/memory.h"

#include <math.h>
#include <stdint.h>

enum {
    LEVELS = 32,         /* of the longer side: up to 1, 2, 4, ... pixels; the last has no limit */
    SMALLEST_CELLS = 64, /* buckets at least */
};

static const uint32_t NO_BOX = UINT32_MAX;
static const double FARTHEST_CELL = 1 << 30;

/* Where a box is filed. */
typedef struct place {
    int32_t x, y;                           /* the cell */
    uint32_t level;                         /* of the box */
    uint32_t next_in_bucket, next_in_level; /* the box filed there before, or NO_BOX */
} place;

struct touching {
    place *places;     /* [count] */
    uint32_t *buckets; /* [bucket_mask + 1] the last box filed there, or NO_BOX */
    size_t count, bucket_mask;
    uint32_t levels[LEVELS]; /* likewise */
    size_t level_sizes[LEVELS];
};

touching *touching_create(size_t capacity) {
    touching *t = memory_allocate_zeroed(1, sizeof *t);
    if (!t) return NULL;
    size_t bucket_count = SMALLEST_CELLS;
    while (bucket_count < capacity) bucket_count *= 2;
    t->bucket_mask = bucket_count - 1;
    t->places = memory_allocate(capacity, sizeof *t->places);
    t->buckets = memory_allocate(bucket_count, sizeof *t->buckets);
    if (!t->places || !t->buckets || capacity >= NO_BOX) {
        touching_free(t);
        return NULL;
    }
    for (size_t i = 0; i < bucket_count; i++) t->buckets[i] = NO_BOX;
    for (int i = 0; i < LEVELS; i++) t->levels[i] = NO_BOX;
    return t;
}

void touching_free(touching *t) {
    if (!t) return;
    memory_free(t->places);
    memory_free(t->buckets);
    memory_free(t);
}

/* The longest side that a box of the level has, and the side of its cells. */
static double side_of(int level) {
    return ldexp(1, level);
}

static int level_of(const edges *box) {
    double side = fmax(box->right - box->left, box->bottom - box->top);
    int level = 0;
    while (level < LEVELS - 1 && side > side_of(level)) level++;
    return level;
}

static int32_t cell_of(double position, double side) {
    return (int32_t)fmax(-FARTHEST_CELL, fmin(FARTHEST_CELL, floor(position / side)));
}

static uint32_t *bucket_of(const touching *t, uint32_t level, int32_t x, int32_t y) {
    uint64_t mixed = ((uint64_t)(uint32_t)x << 32 | (uint32_t)y) * 0x9E3779B97F4A7C15u + level * 0xC2B2AE3D27D4EB4Fu;
    mixed ^= mixed >> 29;
    return &t->buckets[(mixed * 0xBF58476D1CE4E5B9u >> 32) & t->bucket_mask];
}

void touching_add(touching *t, const edges *box) {
    int level = level_of(box);
    double side = side_of(level);
    uint32_t number = (uint32_t)t->count++;
    place *p = &t->places[number];
    *p = (place){.x = cell_of((box->left + box->right) / 2, side),
                 .y = cell_of((box->top + box->bottom) / 2, side),
                 .level = (uint32_t)level,
                 .next_in_level = t->levels[level]};
    uint32_t *bucket = bucket_of(t, p->level, p->x, p->y);
    p->next_in_bucket = *bucket;
    *bucket = number;
    t->levels[level] = number;
    t->level_sizes[level]++;
}

typedef struct search {
    const touching *t;
    touching_visit *visit;
    void *argument;
} search;

static bool visit_level(const search *s, int level) {
    for (uint32_t i = s->t->levels[level]; i != NO_BOX; i = s->t->places[i].next_in_level)
        if (s->visit(s->argument, i)) return true;
    return false;
}

static bool visit_cell(const search *s, int level, int32_t x, int32_t y) {
    for (uint32_t i = *bucket_of(s->t, (uint32_t)level, x, y); i != NO_BOX; i = s->t->places[i].next_in_bucket) {
        const place *p = &s->t->places[i];
        if (p->level == (uint32_t)level && p->x == x && p->y == y && s->visit(s->argument, i)) return true;
    }
    return false;
}

/* A box of this level that reaches `box` has its centre at most half of the level's side away from it; a little more
 * makes up for rounding. */
static bool search_level(const search *s, int level, const edges *box) {
    if (s->t->level_sizes[level] == 0) return false;
    double side = side_of(level), reach = side * 0.501;
    int32_t left = cell_of(box->left - reach, side), right = cell_of(box->right + reach, side);
    int32_t top = cell_of(box->top - reach, side), bottom = cell_of(box->bottom + reach, side);
    double cells = ((double)right - left + 1) * ((double)bottom - top + 1);
    if (level == LEVELS - 1 || cells >= (double)s->t->level_sizes[level]) return visit_level(s, level);
    for (int32_t y = top; y <= bottom; y++)
        for (int32_t x = left; x <= right; x++)
            if (visit_cell(s, level, x, y)) return true;
    return false;
}

bool touching_search(const touching *t, const edges *box, touching_visit *visit, void *argument) {
    const search s = {t, visit, argument};
    for (int level = 0; level < LEVELS; level++)
        if (search_level(&s, level, box)) return true;
    return false;
}
