#include "detect/neighbours.h"

#include "base/memory.h"

#include <math.h>

enum {
    FEW = 32,          /* so few boxes are looked at one by one, in less time than the cells take */
    MOST_LEVELS = 320, /* of width, and of height */
};

static const uint32_t NO_BOX = UINT32_MAX;
static const double SMALLEST = 0x1p-20, LARGEST = 0x1p20; /* between these, sizes have levels of their own */
static const double FARTHEST_CELL = 1 << 30;
static const double SLACK = 1e-9; /* far above the rounding of a double, far below what matters */

/* Where a box is filed. */
typedef struct place {
    uint32_t level;
    int32_t x, y;                           /* the cell */
    uint32_t bucket;                        /* of the cell; others may share it */
    uint32_t next_in_bucket, next_in_level; /* the box filed there before, or NO_BOX */
} place;

struct neighbours {
    double iou;
    double cell;                    /* the side of a cell, of the level's size */
    double factor_log;              /* of the factor from one level's sizes to the next's */
    int level_count;                /* of width, and of height */
    double limits[MOST_LEVELS + 1]; /* sizes of level i are limits[i]..limits[i + 1] */
    size_t count, bucket_mask;
    place *places;         /* [capacity] */
    uint32_t *buckets;     /* [bucket_mask + 1] the last box filed there, or NO_BOX */
    uint32_t *levels;      /* [level_count][level_count] likewise */
    uint32_t *level_sizes; /* [level_count][level_count] how many */
};

/* Levels as far apart as two boxes' sizes may be, within reason: a low threshold would put boxes of very different
 * sizes into one cell, a high one would make levels without number. The outermost have no outer limit. */
static void set_levels(neighbours *n) {
    double factor = n->iou > 0.9 ? 1 / 0.9 : n->iou < 0.25 ? 4 : 1 / n->iou;
    n->factor_log = log(factor);
    n->cell = 1 - n->iou > 1.0 / 32 ? 1 - n->iou : 1.0 / 32;
    n->level_count = (int)ceil(log(LARGEST / SMALLEST) / n->factor_log);
    for (int i = 0; i <= n->level_count; i++) n->limits[i] = SMALLEST * pow(factor, i);
    n->limits[0] = 0;
    n->limits[n->level_count] = 1e39; /* above any float */
}

static size_t power_of_two_above(size_t count) {
    size_t power = 64;
    while (power < count) power *= 2;
    return power;
}

neighbours *neighbours_create(float iou, size_t capacity) {
    neighbours *n = memory_allocate_zeroed(1, sizeof *n);
    if (!n) return NULL;
    n->iou = iou;
    set_levels(n);
    size_t bucket_count = power_of_two_above(capacity), level_count = (size_t)(n->level_count * n->level_count);
    n->bucket_mask = bucket_count - 1;
    n->places = memory_allocate(capacity, sizeof *n->places);
    n->buckets = memory_allocate(bucket_count, sizeof *n->buckets);
    n->levels = memory_allocate(level_count, sizeof *n->levels);
    n->level_sizes = memory_allocate_zeroed(level_count, sizeof *n->level_sizes);
    if (!n->places || !n->buckets || !n->levels || !n->level_sizes) {
        neighbours_free(n);
        return NULL;
    }
    for (size_t i = 0; i < bucket_count; i++) n->buckets[i] = NO_BOX;
    for (size_t i = 0; i < level_count; i++) n->levels[i] = NO_BOX;
    return n;
}

void neighbours_free(neighbours *n) {
    if (!n) return;
    memory_free(n->places);
    memory_free(n->buckets);
    memory_free(n->levels);
    memory_free(n->level_sizes);
    memory_free(n);
}

/* Only what was used: there may be thousands of classes with a few boxes each. */
void neighbours_clear(neighbours *n) {
    for (size_t i = 0; i < n->count; i++) {
        n->buckets[n->places[i].bucket] = NO_BOX;
        n->levels[n->places[i].level] = NO_BOX;
        n->level_sizes[n->places[i].level] = 0;
    }
    n->count = 0;
}

static int level_of(const neighbours *n, double size) {
    double level = size > SMALLEST ? log(size / SMALLEST) / n->factor_log : 0;
    return level < n->level_count - 1 ? (int)level : n->level_count - 1;
}

/* Cells far away are one, so that numbers fit; the order of cells is kept, so that ranges hold. */
static int32_t cell_of(double position, double side) {
    double cell = floor(position / side);
    if (cell > FARTHEST_CELL) return (int32_t)FARTHEST_CELL;
    return cell < -FARTHEST_CELL ? -(int32_t)FARTHEST_CELL : (int32_t)cell;
}

static uint32_t bucket_of(const neighbours *n, uint32_t level, int32_t x, int32_t y) {
    uint64_t key = ((uint64_t)(uint32_t)x << 32 | (uint32_t)y) + (uint64_t)level * 0x9e3779b97f4a7c15u;
    key = (key ^ key >> 32) * 0xd6e8feb86659fd93u; /* multiply and fold: any good mixing of 64 bits serves */
    key = (key ^ key >> 32) * 0xd6e8feb86659fd93u;
    return (uint32_t)((key ^ key >> 32) & n->bucket_mask);
}

static double cell_side(const neighbours *n, int level) {
    return n->limits[level + 1] * n->cell;
}

void neighbours_add(neighbours *n, const candidate *box) {
    uint32_t number = (uint32_t)n->count++;
    place *p = &n->places[number];
    int wide = level_of(n, box->width), high = level_of(n, box->height);
    p->level = (uint32_t)(wide * n->level_count + high);
    p->x = cell_of(box->x, cell_side(n, wide));
    p->y = cell_of(box->y, cell_side(n, high));
    p->bucket = bucket_of(n, p->level, p->x, p->y);
    p->next_in_bucket = n->buckets[p->bucket];
    p->next_in_level = n->levels[p->level];
    n->buckets[p->bucket] = number;
    n->levels[p->level] = number;
    n->level_sizes[p->level]++;
}

typedef struct search {
    const neighbours *n;
    const candidate *box;
    size_t since;
    neighbours_visit *visit;
    void *argument;
} search;

/* A span of cells, or of levels. */
typedef struct span {
    int32_t first, last;
} span;

/* Newer boxes come first in a chain, so the first old one ends it. */
static bool visit_cell(const search *s, uint32_t level, int32_t x, int32_t y) {
    uint32_t i = s->n->buckets[bucket_of(s->n, level, x, y)];
    while (i != NO_BOX && i >= s->since) {
        const place *p = &s->n->places[i];
        bool here = p->level == level && p->x == x && p->y == y;
        if (here && s->visit(s->argument, i)) return true;
        i = p->next_in_bucket;
    }
    return false;
}

static bool visit_level(const search *s, uint32_t level) {
    for (uint32_t i = s->n->levels[level]; i != NO_BOX && i >= s->since; i = s->n->places[i].next_in_level)
        if (s->visit(s->argument, i)) return true;
    return false;
}

/* Cells in which a box of this level must have its centre. Boxes of sizes a and b whose centres are d apart have
 * (a + b) / 2 - d in common, which must be above t * max(a, b): d < (a + b) / 2 - t * max(a, b). This grows with a up
 * to b, then grows or falls: its largest value is at a = b, if this level has it, or at an end. */
static span reach(const neighbours *n, int level, double position, double size) {
    double low = n->limits[level], high = n->limits[level + 1];
    double same = size < low ? low : size > high ? high : size;
    double at_same = (same + size) / 2 - n->iou * (same > size ? same : size);
    double at_high = (high + size) / 2 - n->iou * (high > size ? high : size);
    double side = cell_side(n, level);
    double radius = (at_same > at_high ? at_same : at_high) + side / 1024;
    return (span){cell_of(position - radius, side), cell_of(position + radius, side)};
}

/* The largest ratio, smaller to larger, of this size to one of the level. */
static double best_ratio(const neighbours *n, int level, double size) {
    double low = n->limits[level], high = n->limits[level + 1];
    return (size < low ? size / low : size > high ? high / size : 1) * (1 + SLACK);
}

/* With ratios v and w of widths and heights the IoU is at most v * w where one box can contain the other, and at most
 * 1 / (1/v + 1/w - 1) where they cross, which is more. */
static bool sizes_can_match(const neighbours *n, int wide, int high, const candidate *box) {
    double v = best_ratio(n, wide, box->width), w = best_ratio(n, high, box->height);
    return 1 / (1 / v + 1 / w - 1) > n->iou;
}

static bool search_level(const search *s, int wide, int high) {
    const neighbours *n = s->n;
    uint32_t level = (uint32_t)(wide * n->level_count + high);
    if (n->level_sizes[level] == 0 || !sizes_can_match(n, wide, high, s->box)) return false;
    span x = reach(n, wide, s->box->x, s->box->width), y = reach(n, high, s->box->y, s->box->height);
    if (x.first > x.last || y.first > y.last) return false;
    double cells = ((double)x.last - x.first + 1) * ((double)y.last - y.first + 1);
    if (cells >= n->level_sizes[level]) return visit_level(s, level);
    for (int32_t i = y.first; i <= y.last; i++)
        for (int32_t k = x.first; k <= x.last; k++)
            if (visit_cell(s, level, k, i)) return true;
    return false;
}

static span levels_near(const neighbours *n, double size) {
    return (span){level_of(n, size * n->iou * (1 - SLACK)),
                  n->iou > 0 ? level_of(n, size / n->iou * (1 + SLACK)) : n->level_count - 1};
}

static bool search_all(const search *s) {
    for (size_t i = s->n->count; i > s->since; i--)
        if (s->visit(s->argument, i - 1)) return true;
    return false;
}

bool neighbours_search(const neighbours *n, const candidate *box, size_t since, neighbours_visit *visit,
                       void *argument) {
    const search s = {n, box, since, visit, argument};
    if (!(box->width > 0 && box->height > 0)) return false;
    if (n->count <= since + FEW) return search_all(&s);
    span wide = levels_near(n, box->width), high = levels_near(n, box->height);
    for (int w = wide.first; w <= wide.last; w++)
        for (int h = high.first; h <= high.last; h++)
            if (search_level(&s, w, h)) return true;
    return false;
}
