#include "cli/eval_match.h"

#include "cli/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* As numpy's linspace(.5, .95, 10) has them: rounded elsewhere, an overlap that is just enough would not be. */
double eval_iou_threshold(int index) {
    const double step = (0.95 - 0.5) / (EVAL_IOU_COUNT - 1);
    return index == EVAL_IOU_COUNT - 1 ? 0.95 : index * step + 0.5;
}

double eval_overlap(const struct eval_box *found, const struct eval_object *object) {
    const struct eval_box *other = &object->box;
    const double width = fmin(found->x + found->width, other->x + other->width) - fmax(found->x, other->x);
    const double height = fmin(found->y + found->height, other->y + other->height) - fmax(found->y, other->y);
    if (width <= 0 || height <= 0) return 0;
    const double shared = width * height, area = found->width * found->height;
    return shared / (object->is_crowd ? area : area + other->width * other->height - shared);
}

/* An object that a detection may take. */
struct candidate {
    size_t object; /* its place among the objects before the crowds */
    double overlap;
};

/* One class of one picture while it is matched. */
struct matching {
    const struct eval_object **objects; /* [count] the crowds last, else in their order */
    size_t count;
    uint16_t *taken; /* [count] at which thresholds */
    struct candidate *candidates;
};

static void order_objects(struct matching *m, const struct eval_object *objects) {
    size_t next = 0;
    for (int crowds = 0; crowds < 2; crowds++)
        for (size_t i = 0; i < m->count; i++)
            if (objects[i].is_crowd == (crowds == 1)) m->objects[next++] = &objects[i];
}

/* The objects that a detection overlaps enough for the lowest threshold. */
static size_t find_candidates(const struct matching *m, const struct eval_box *found) {
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++) {
        const double overlap = eval_overlap(found, m->objects[i]);
        if (overlap >= eval_iou_threshold(0)) m->candidates[count++] = (struct candidate){i, overlap};
    }
    return count;
}

/* The object that the detection gets at one threshold; NULL: none. */
static const struct candidate *choose(const struct matching *m, size_t candidate_count, int threshold) {
    const struct candidate *best = NULL;
    double least = fmin(eval_iou_threshold(threshold), 1 - 1e-10);
    for (size_t i = 0; i < candidate_count; i++) {
        const struct candidate *candidate = &m->candidates[i];
        const bool is_crowd = m->objects[candidate->object]->is_crowd;
        if (!is_crowd && (m->taken[candidate->object] >> threshold & 1)) continue;
        if (is_crowd && best && !m->objects[best->object]->is_crowd) break;
        if (candidate->overlap < least) continue;
        least = candidate->overlap;
        best = candidate;
    }
    return best;
}

static struct eval_match match_one(struct matching *m, const struct eval_box *found) {
    struct eval_match match = {0, 0};
    const size_t candidate_count = find_candidates(m, found);
    for (int threshold = 0; threshold < EVAL_IOU_COUNT && candidate_count; threshold++) {
        const struct candidate *chosen = choose(m, candidate_count, threshold);
        if (!chosen) continue;
        const uint16_t bit = (uint16_t)(1 << threshold);
        m->taken[chosen->object] |= bit;
        if (m->objects[chosen->object]->is_crowd)
            match.left_out |= bit;
        else
            match.right |= bit;
    }
    return match;
}

void eval_match(const struct eval_object *objects, size_t object_count, const struct eval_box *found,
                size_t found_count, struct eval_match *matches) {
    if (found_count) memset(matches, 0, found_count * sizeof *matches);
    if (!object_count || !found_count) return;
    struct matching m = {.objects = allocate(object_count, sizeof *m.objects),
                         .count = object_count,
                         .taken = allocate(object_count, sizeof *m.taken),
                         .candidates = allocate(object_count, sizeof *m.candidates)};
    order_objects(&m, objects);
    for (size_t i = 0; i < found_count; i++) matches[i] = match_one(&m, &found[i]);
    free(m.objects);
    free(m.taken);
    free(m.candidates);
}
