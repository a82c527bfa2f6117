#include "detect/nms.h"

#include "base/memory.h"
#include "detect/neighbours.h"
#include "detect/overlap.h"

#include <stdlib.h>

/* The order of results: score, then class, then head, cell and anchor. Negative where `a` comes first. */
static int compare(const candidate *a, const candidate *b) {
    if (a->score != b->score) return a->score > b->score ? -1 : 1;
    if (a->class_id != b->class_id) return a->class_id < b->class_id ? -1 : 1;
    return a->box < b->box ? -1 : a->box > b->box;
}

static int compare_rows(const void *a, const void *b) {
    return compare(a, b);
}

static int compare_classes_first(const void *a, const void *b) {
    const candidate *left = a, *right = b;
    if (left->class_id != right->class_id) return left->class_id < right->class_id ? -1 : 1;
    return compare(left, right);
}

/* ---- Hard suppression ------------------------------------------------------------------------------------------- */

typedef struct rivals {
    const detect_rules *rules;
    const candidate *kept; /* numbered as among the neighbours */
    const candidate *row;
} rivals;

static bool suppresses(void *argument, size_t number) {
    const rivals *r = argument;
    const candidate *better = &r->kept[number];
    double value = overlap_iou(better, r->row);
    if (!(value > r->rules->iou)) return false; /* DIoU is less still */
    if (r->rules->nms == YOLO_NMS_GREEDY) value = overlap_diou(better, r->row, value, 0.6);
    if (r->rules->nms == YOLO_NMS_DIOU) value = overlap_diou(better, r->row, value, r->rules->beta);
    return value > r->rules->iou;
}

/* Rows [count], best first, that can suppress one another: moves those that stay to `kept` (which may be where they
 * are) and returns their number. */
static size_t suppress_hard(const detect_rules *rules, neighbours *near, const candidate *rows, size_t count,
                            candidate *kept) {
    size_t kept_count = 0;
    neighbours_clear(near);
    for (size_t i = 0; i < count; i++) {
        const candidate row = rows[i];
        rivals r = {rules, kept, &row};
        if (neighbours_search(near, &row, 0, suppresses, &r)) continue;
        neighbours_add(near, &row);
        kept[kept_count++] = row;
    }
    return kept_count;
}

/* ---- Soft suppression ------------------------------------------------------------------------------------------- */

static const uint32_t KEPT = UINT32_MAX;

/* The textbook takes the best row and lowers all others that overlap it, again and again. As scores only fall, a row
 * needs its own decay only when it comes to the top of a heap: the rows kept since it was looked at last are applied
 * then, in the order in which they were kept, so that the products are the same in every bit. */
typedef struct soft {
    const detect_rules *rules;
    candidate *rows;      /* of one group */
    uint32_t *heap;       /* [heap_count] rows, the best at the top */
    uint32_t *applied;    /* of each row: how many of the kept ones its score knows of; KEPT: it is one */
    uint32_t *kept;       /* rows, numbered as among the neighbours */
    uint32_t *overlapped; /* [overlapped_count] numbers of kept rows that lower the top */
    size_t heap_count, kept_count, overlapped_count;
} soft;

static bool better(const soft *s, size_t a, size_t b) {
    return compare(&s->rows[s->heap[a]], &s->rows[s->heap[b]]) < 0;
}

/* Restores the heap's order after the top became worse. */
static void sink(soft *s) {
    size_t at = 0;
    for (;;) {
        size_t best = at, left = 2 * at + 1, right = left + 1;
        if (left < s->heap_count && better(s, left, best)) best = left;
        if (right < s->heap_count && better(s, right, best)) best = right;
        if (best == at) return;
        uint32_t moved = s->heap[at];
        s->heap[at] = s->heap[best];
        s->heap[best] = moved;
        at = best;
    }
}

static void pop(soft *s) {
    s->heap[0] = s->heap[--s->heap_count];
    sink(s);
}

static bool note_overlap(void *argument, size_t number) {
    soft *s = argument;
    double iou = overlap_iou(&s->rows[s->kept[number]], &s->rows[s->heap[0]]);
    if (iou > s->rules->iou) s->overlapped[s->overlapped_count++] = (uint32_t)number;
    return false;
}

static int compare_numbers(const void *a, const void *b) {
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* Lowers the top by the rows kept since it was looked at last. */
static void decay_top(soft *s, const neighbours *near) {
    candidate *top = &s->rows[s->heap[0]];
    s->overlapped_count = 0;
    neighbours_search(near, top, s->applied[s->heap[0]], note_overlap, s);
    s->applied[s->heap[0]] = (uint32_t)s->kept_count;
    qsort(s->overlapped, s->overlapped_count, sizeof *s->overlapped, compare_numbers);
    for (size_t i = 0; i < s->overlapped_count; i++) {
        const candidate *rival = &s->rows[s->kept[s->overlapped[i]]];
        top->score = (float)(top->score * (1 - overlap_iou(rival, top)));
    }
}

static void keep_top(soft *s, neighbours *near) {
    uint32_t top = s->heap[0];
    neighbours_add(near, &s->rows[top]);
    s->kept[s->kept_count++] = top;
    s->applied[top] = KEPT;
    pop(s);
}

static size_t suppress_soft(soft *s, neighbours *near, candidate *rows, size_t count, candidate *kept) {
    s->rows = rows;
    s->heap_count = count;
    s->kept_count = 0;
    for (size_t i = 0; i < count; i++) {
        s->heap[i] = (uint32_t)i; /* best first is a heap */
        s->applied[i] = 0;
    }
    neighbours_clear(near);
    while (s->heap_count > 0) {
        const candidate *top = &rows[s->heap[0]];
        decay_top(s, near);
        if (s->overlapped_count == 0)
            keep_top(s, near);
        else if (top->score > detect_threshold(s->rules, top->class_id))
            sink(s);
        else
            pop(s);
    }
    size_t kept_count = 0;
    for (size_t i = 0; i < count; i++)
        if (s->applied[i] == KEPT) kept[kept_count++] = rows[i];
    return kept_count;
}

/* ---- Groups ----------------------------------------------------------------------------------------------------- */

/* What suppression needs besides the rows. */
typedef struct workspace {
    neighbours *near;
    soft soft;
} workspace;

static void free_workspace(workspace *w) {
    neighbours_free(w->near);
    memory_free(w->soft.heap);
    memory_free(w->soft.applied);
    memory_free(w->soft.kept);
    memory_free(w->soft.overlapped);
}

static bool allocate_workspace(const detect_rules *rules, size_t count, workspace *w) {
    *w = (workspace){.near = neighbours_create(rules->iou, count), .soft = {.rules = rules}};
    if (!w->near) return false;
    if (rules->nms != YOLO_NMS_SOFT) return true;
    w->soft.heap = memory_allocate(count, sizeof(uint32_t));
    w->soft.applied = memory_allocate(count, sizeof(uint32_t));
    w->soft.kept = memory_allocate(count, sizeof(uint32_t));
    w->soft.overlapped = memory_allocate(count, sizeof(uint32_t));
    return w->soft.heap && w->soft.applied && w->soft.kept && w->soft.overlapped;
}

/* How many rows from the first on can suppress one another: all, or those of one class. */
static size_t group_length(const detect_rules *rules, const candidate *rows, size_t count) {
    size_t length = 1;
    while (length < count && (rules->agnostic || rows[length].class_id == rows[0].class_id)) length++;
    return length;
}

/* Group by group; survivors close up to the front. */
static size_t suppress_groups(const detect_rules *rules, workspace *w, candidate *rows, size_t count) {
    size_t kept = 0;
    for (size_t begin = 0, length; begin < count; begin += length) {
        candidate *group = rows + begin;
        length = group_length(rules, group, count - begin);
        kept += w->soft.heap ? suppress_soft(&w->soft, w->near, group, length, rows + kept)
                             : suppress_hard(rules, w->near, group, length, rows + kept);
    }
    return kept;
}

yolo_status nms_suppress(const detect_rules *rules, candidate *rows, size_t *count, yolo_error *error) {
    if (*count < 2) return YOLO_OK;
    if (rules->nms != YOLO_NMS_NONE && rules->iou < 1) { /* no IoU is above 1 */
        workspace w = {0};
        bool fits = *count < UINT32_MAX && allocate_workspace(rules, *count, &w);
        if (fits) {
            qsort(rows, *count, sizeof *rows, rules->agnostic ? compare_rows : compare_classes_first);
            *count = suppress_groups(rules, &w, rows, *count);
        }
        free_workspace(&w);
        if (!fits) return fail(error, YOLO_NO_MEMORY, "not enough memory for NMS of %zu candidates", *count);
    }
    qsort(rows, *count, sizeof *rows, compare_rows);
    return YOLO_OK;
}
