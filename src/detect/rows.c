/* A row is a line of lower edges: what stands on a board may be of any height. Boards may be tilted, and meet in a
 * vanishing point far beside the picture, as they do when it is taken at an angle: the slope is a linear function of the
 * height in the picture, and is fitted to what neighbours show. Along that slope all lower edges are moved to the
 * picture's middle; those closer than a third of a box's height are one level. Levels most of whose boxes stand exactly
 * on boxes of their own width are stacked, and belong to the row below; a few boxes that lie among those of a larger
 * level (their feet are hidden) belong to that, and so does a single small box close to one. */
#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

enum {
    MOST_LOOKED_AT = 256, /* boxes near one in some order: no shelf has so many, and strange input takes no longer */
    FIT_ROUNDS = 6,
    FEWEST_FOR_PERSPECTIVE = 10, /* pairs of neighbours */
};

static const double level_tolerance = 0.35;  /* of the smaller box's height */
static const double steepest = 0.6;          /* slope: 31 degrees */
static const double most_perspective = 0.35; /* how much the scale may change from the middle to an edge */

typedef struct rows_box {
    double left, top, right, bottom;
    bool stands; /* it forms rows; another joins the row that its lower edge is nearest to */
    int row;     /* found: from 0 at the top; -1 where there is none */
} rows_box;

/* A box that stands. */
typedef struct item {
    const rows_box *box;
    double x;              /* of its centre, from the middle of all */
    double height;         /* of its lower edge at the middle of all, along the slope */
    double size;           /* its height as it would be there */
    double tolerance_size; /* the same, but not too small beside the others: flat boxes are not seen more exactly */
    size_t level;          /* the number of another item of its level, or its own */
    size_t index;          /* of its box */
} item;

/* The line through a point (x, y), where x counts from the middle, crosses the middle at the height
 * (y - (slope - change * centre) * x) / (1 + change * x), where its slope is slope + change * (height - centre). */
typedef struct field {
    double slope, change, centre;
} field;

static double scale_at(const field *f, double x) {
    return fmax(0.1, 1 + f->change * x); /* what stands apart from all rows may be anywhere */
}

static double height_in_middle(const field *f, double x, double y) {
    return (y - (f->slope - f->change * f->centre) * x) / scale_at(f, x);
}

/* ---- The slope -------------------------------------------------------------------------------------------------- */

/* Neighbours on a board. */
typedef struct pair {
    double x, y; /* of the middle between their lower edges */
    double slope, weight;
    bool is_used;
} pair;

static double smaller(double a, double b) {
    return a < b ? a : b;
}

static double common(double begin, double end, double other_begin, double other_end) {
    return smaller(end, other_end) - fmax(begin, other_begin);
}

static int compare_x(const void *left, const void *right) {
    const item *a = left, *b = right;
    if (a->x != b->x) return a->x < b->x ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

static int compare_heights(const void *left, const void *right) {
    const item *a = left, *b = right;
    if (a->height != b->height) return a->height < b->height ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

static int compare_numbers(const void *left, const void *right) {
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* Whether `b`, further right, stands beside `a`, with at most one missing between them. */
static bool are_neighbours(const rows_box *a, const rows_box *b) {
    double width = smaller(a->right - a->left, b->right - b->left), gap = b->left - a->right;
    double height = smaller(a->bottom - a->top, b->bottom - b->top);
    return gap > -0.4 * width && gap < 1.5 * width && common(a->top, a->bottom, b->top, b->bottom) > 0.5 * height;
}

/* Items by x: the next neighbour of each to the right. */
static size_t find_pairs(const item *items, size_t count, pair *pairs) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        size_t end = i + 1 + MOST_LOOKED_AT < count ? i + 1 + MOST_LOOKED_AT : count;
        for (size_t k = i + 1; k < end; k++) {
            const rows_box *a = items[i].box, *b = items[k].box;
            double distance = items[k].x - items[i].x;
            if (!(distance > 0) || !are_neighbours(a, b)) continue;
            pairs[found++] = (pair){.x = (items[i].x + items[k].x) / 2,
                                    .y = (a->bottom + b->bottom) / 2,
                                    .slope = (b->bottom - a->bottom) / distance,
                                    .weight = distance};
            break;
        }
    }
    return found;
}

static double median(double *values, size_t count) {
    qsort(values, count, sizeof *values, compare_numbers);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static double residual(const field *f, const pair *p) {
    double there = f->slope + f->change * (height_in_middle(f, p->x, p->y) - f->centre);
    /* The slope of the line is the same all along it. */
    return p->slope - there;
}

/* Leaves out pairs that do not fit; `scratch` [count]. */
static void choose_pairs(const field *f, pair *pairs, size_t count, double *scratch) {
    for (size_t i = 0; i < count; i++) scratch[i] = fabs(residual(f, &pairs[i]));
    double most = fmax(0.02, 2.5 * median(scratch, count));
    for (size_t i = 0; i < count; i++) pairs[i].is_used = fabs(residual(f, &pairs[i])) <= most;
}

/* The line through the slopes of all pairs over their heights, by least squares. */
static void fit_line(field *f, const pair *pairs, size_t count, bool with_change, double half_width) {
    double weights = 0, y = 0, slope = 0, yy = 0, ys = 0;
    for (size_t i = 0; i < count; i++) {
        if (!pairs[i].is_used) continue;
        weights += pairs[i].weight;
        y += pairs[i].weight * height_in_middle(f, pairs[i].x, pairs[i].y);
        slope += pairs[i].weight * pairs[i].slope;
    }
    if (!(weights > 0)) return;
    field fitted = {slope / weights, 0, y / weights};
    for (size_t i = 0; i < count; i++) {
        if (!pairs[i].is_used) continue;
        double dy = height_in_middle(f, pairs[i].x, pairs[i].y) - fitted.centre;
        yy += pairs[i].weight * dy * dy;
        ys += pairs[i].weight * dy * (pairs[i].slope - fitted.slope);
    }
    double most = most_perspective / fmax(half_width, 1);
    if (with_change && yy > 0) fitted.change = fmax(-most, fmin(most, ys / yy));
    fitted.slope = fmax(-steepest, fmin(steepest, fitted.slope));
    *f = fitted;
}

static field fit_field(pair *pairs, size_t count, double half_width, double *scratch) {
    field f = {0};
    if (count == 0) return f;
    for (size_t i = 0; i < count; i++) scratch[i] = pairs[i].slope;
    f.slope = fmax(-steepest, fmin(steepest, median(scratch, count)));
    for (int round = 0; round < FIT_ROUNDS; round++) {
        choose_pairs(&f, pairs, count, scratch);
        fit_line(&f, pairs, count, round > 0 && count >= FEWEST_FOR_PERSPECTIVE, half_width);
    }
    return f;
}

/* ---- Levels ----------------------------------------------------------------------------------------------------- */

static size_t level_of(item *items, size_t i) {
    while (items[i].level != i) {
        items[i].level = items[items[i].level].level;
        i = items[i].level;
    }
    return i;
}

static void unite(item *items, size_t a, size_t b) {
    a = level_of(items, a);
    b = level_of(items, b);
    items[a > b ? a : b].level = a < b ? a : b;
}

/* Items by height. */
static void find_levels(item *items, size_t count) {
    for (size_t i = 0; i < count; i++) items[i].level = i;
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count && k <= i + MOST_LOOKED_AT; k++) {
            double distance = items[k].height - items[i].height;
            if (distance > level_tolerance * items[i].tolerance_size) break;
            if (distance <= level_tolerance * items[k].tolerance_size) unite(items, i, k);
        }
}

/* Whether `upper` stands on `lower`: where that ends it begins, and they are of one width. */
static bool stands_on(const field *f, const item *upper, const item *lower) {
    const rows_box *u = upper->box, *l = lower->box;
    double both = common(u->left, u->right, l->left, l->right);
    double either = fmax(u->right, l->right) - smaller(u->left, l->left);
    if (!(both > 0.7 * either)) return false;
    double slope = f->slope + f->change * (upper->height - f->centre);
    double gap = l->top + slope * (upper->x - lower->x) - u->bottom, size = smaller(upper->size, lower->size);
    return gap < 0.1 * size && gap > -0.25 * size;
}

/* Whether `stray` stands among boxes such as `other`: beside it, and hardly higher or lower. */
static bool stands_beside(const field *f, const item *stray, const item *other) {
    const rows_box *a = stray->box, *b = other->box;
    double gap = fmax(a->left, b->left) - smaller(a->right, b->right);
    double slope = f->slope + f->change * (stray->height - f->centre), shift = slope * (stray->x - other->x);
    return gap < fmax(a->right - a->left, b->right - b->left) &&
           common(a->top, a->bottom, b->top + shift, b->bottom + shift) > 0.6 * (a->bottom - a->top);
}

/* A reason for a level to be part of another: an item of either, and how many they hold. */
typedef bool reason(const field *f, const item *one, const item *other, size_t size, size_t other_size);

static bool is_stacked(const field *f, const item *one, const item *other, size_t size, size_t other_size) {
    (void)size, (void)other_size;
    return other->height > one->height && stands_on(f, one, other);
}

/* The foot of what stands behind something is hidden. */
static bool is_stray(const field *f, const item *one, const item *other, size_t size, size_t other_size) {
    return (size == 1 ? 2 : size * 4) <= other_size && stands_beside(f, one, other);
}

/* A single small thing close to a row is a mistake of the network, or lies before it. */
static bool is_speck(const field *f, const item *one, const item *other, size_t size, size_t other_size) {
    (void)f;
    return size == 1 && other_size >= 5 && one->size < 0.6 * other->size &&
           fabs(one->height - other->height) < 0.6 * other->size;
}

/* What is known of the levels while they are judged. */
typedef struct levels {
    size_t *of, *sizes; /* [count] of each item its level, of each level its items */
    size_t *joining;    /* [count] of each level: items that have a reason to be of another */
    ptrdiff_t *partner; /* [count] of each level: an item of the other; -1 */
} levels;

static void free_levels(levels *l) {
    memory_free(l->of);
    memory_free(l->sizes);
    memory_free(l->joining);
    memory_free(l->partner);
}

static bool allocate_levels(levels *l, size_t count) {
    *l = (levels){.of = memory_allocate(count, sizeof(size_t)),
                  .sizes = memory_allocate_zeroed(count, sizeof(size_t)),
                  .joining = memory_allocate_zeroed(count, sizeof(size_t)),
                  .partner = memory_allocate(count, sizeof(ptrdiff_t))};
    return l->of && l->sizes && l->joining && l->partner;
}

/* The item of another level that is a reason, the nearest in height; -1 where there is none. */
static ptrdiff_t find_partner(const field *f, const item *items, size_t count, size_t i, const levels *l, reason *why) {
    size_t begin = i > MOST_LOOKED_AT ? i - MOST_LOOKED_AT : 0;
    double nearest = INFINITY;
    ptrdiff_t partner = -1;
    for (size_t k = begin; k < count && k <= i + MOST_LOOKED_AT; k++) {
        size_t level = l->of[i], other = l->of[k];
        double distance = fabs(items[k].height - items[i].height);
        if (level == other || distance >= nearest) continue;
        if (!why(f, &items[i], &items[k], l->sizes[level], l->sizes[other])) continue;
        nearest = distance;
        partner = (ptrdiff_t)k;
    }
    return partner;
}

/* Where more than half of a level has a reason, all of it joins the level of the first that it found. False when memory
 * runs out. */
static bool join_levels(const field *f, item *items, size_t count, reason *why) {
    levels l;
    bool fits = allocate_levels(&l, count);
    for (size_t i = 0; i < count && fits; i++) {
        l.of[i] = level_of(items, i);
        l.sizes[l.of[i]]++;
        l.partner[i] = -1;
    }
    for (size_t i = 0; i < count && fits; i++) {
        ptrdiff_t partner = find_partner(f, items, count, i, &l, why);
        if (partner < 0) continue;
        l.joining[l.of[i]]++;
        if (l.partner[l.of[i]] < 0) l.partner[l.of[i]] = partner;
    }
    for (size_t i = 0; i < count && fits; i++)
        if (l.of[i] == i && l.joining[i] * 2 > l.sizes[i]) unite(items, i, (size_t)l.partner[i]);
    free_levels(&l);
    return fits;
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

/* A level, and where it is. */
typedef struct row {
    size_t level;
    double height, weight;
} row;

static int compare_rows(const void *left, const void *right) {
    const row *a = left, *b = right;
    if (a->height != b->height) return a->height < b->height ? -1 : 1;
    return a->level < b->level ? -1 : 1;
}

/* Where the lowest boxes of a row stand: stacked ones do not raise it. Items are in the order of heights. */
static int number_rows(item *items, size_t count, row *rows, int *numbers) {
    int row_count = 0;
    for (size_t i = 0; i < count; i++) numbers[i] = -1;
    for (size_t i = count; i-- > 0;) {
        int *number = &numbers[level_of(items, i)];
        if (*number < 0) {
            *number = row_count++;
            rows[*number] = (row){.level = level_of(items, i)};
        }
        row *r = &rows[*number];
        double mean = r->weight > 0 ? r->height / r->weight : items[i].height;
        if (mean - items[i].height > level_tolerance * items[i].tolerance_size) continue;
        r->height += items[i].height;
        r->weight += 1;
    }
    for (int i = 0; i < row_count; i++) rows[i].height /= rows[i].weight;
    qsort(rows, (size_t)row_count, sizeof *rows, compare_rows);
    for (int i = 0; i < row_count; i++) numbers[rows[i].level] = i;
    return row_count;
}

/* The row that is nearest to a height. */
static int nearest(const row *rows, int count, double height) {
    int best = count ? 0 : -1;
    for (int i = 1; i < count; i++)
        if (fabs(rows[i].height - height) < fabs(rows[best].height - height)) best = i;
    return best;
}

/* What is needed on the way. */
typedef struct workspace {
    item *items;
    pair *pairs;
    double *scratch;
    row *rows;
    int *numbers;
} workspace;

static void free_workspace(workspace *w) {
    memory_free(w->items);
    memory_free(w->pairs);
    memory_free(w->scratch);
    memory_free(w->rows);
    memory_free(w->numbers);
}

static bool allocate_workspace(workspace *w, size_t count) {
    *w = (workspace){.items = memory_allocate(count, sizeof(item)),
                     .pairs = memory_allocate(count, sizeof(pair)),
                     .scratch = memory_allocate(count, sizeof(double)),
                     .rows = memory_allocate(count, sizeof(row)),
                     .numbers = memory_allocate(count, sizeof(int))};
    return w->items && w->pairs && w->scratch && w->rows && w->numbers;
}

/* The middle of all boxes that stand, and half of what they reach over. */
static size_t take_items(const rows_box *boxes, size_t count, item *items, double *middle, double *half_width) {
    double left = INFINITY, right = -INFINITY;
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!boxes[i].stands) continue;
        left = fmin(left, boxes[i].left);
        right = fmax(right, boxes[i].right);
        items[found++] = (item){.box = &boxes[i], .index = i};
    }
    *middle = found ? (left + right) / 2 : 0;
    *half_width = found ? (right - left) / 2 : 0;
    for (size_t i = 0; i < found; i++) items[i].x = (items[i].box->left + items[i].box->right) / 2 - *middle;
    return found;
}

static void measure(const field *f, item *items, size_t count, double *scratch) {
    for (size_t i = 0; i < count; i++) {
        const rows_box *box = items[i].box;
        items[i].height = height_in_middle(f, items[i].x, box->bottom);
        items[i].size = scratch[i] = (box->bottom - box->top) / scale_at(f, items[i].x);
    }
    double typical = count ? median(scratch, count) : 0;
    for (size_t i = 0; i < count; i++) items[i].tolerance_size = fmax(items[i].size, typical / 2);
}

/* Finds the rows of boxes [count] and returns their number, or -1 when memory runs out. */
static int find_rows(rows_box *boxes, size_t count) {
    workspace w;
    double middle, half_width;
    int row_count = -1;
    if (allocate_workspace(&w, count)) {
        size_t standing = take_items(boxes, count, w.items, &middle, &half_width);
        qsort(w.items, standing, sizeof *w.items, compare_x);
        size_t pair_count = find_pairs(w.items, standing, w.pairs);
        const field f = fit_field(w.pairs, pair_count, half_width, w.scratch);
        measure(&f, w.items, standing, w.scratch);
        qsort(w.items, standing, sizeof *w.items, compare_heights);
        find_levels(w.items, standing);
        if (join_levels(&f, w.items, standing, is_stacked) && join_levels(&f, w.items, standing, is_stray) &&
            join_levels(&f, w.items, standing, is_speck))
            row_count = number_rows(w.items, standing, w.rows, w.numbers);
        for (size_t i = 0; i < count && row_count >= 0; i++)
            boxes[i].row =
                nearest(w.rows, row_count,
                        height_in_middle(&f, (boxes[i].left + boxes[i].right) / 2 - middle, boxes[i].bottom));
        for (size_t i = 0; i < standing && row_count >= 0; i++)
            boxes[w.items[i].index].row = w.numbers[level_of(w.items, i)];
    }
    free_workspace(&w);
    return row_count;
}

/* ---- Places ----------------------------------------------------------------------------------------------------- */

/* A box on its way to its place in the row. */
typedef struct spot {
    const rows_box *box;
    size_t index;
} spot;

static int compare_spots(const void *left, const void *right) {
    const spot *a = left, *b = right;
    if (a->box->row != b->box->row) return a->box->row - b->box->row;
    if (a->box->stands != b->box->stands) return a->box->stands ? -1 : 1;
    double one = a->box->left + a->box->right, other = b->box->left + b->box->right;
    if (one != other) return one < other ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

static void number_places(const rows_box *boxes, spot *spots, size_t count, yolo_place *places) {
    for (size_t i = 0; i < count; i++) spots[i] = (spot){&boxes[i], i};
    qsort(spots, count, sizeof *spots, compare_spots);
    for (size_t i = 0; i < count; i++) {
        const rows_box *box = spots[i].box;
        bool goes_on = i > 0 && spots[i - 1].box->row == box->row && spots[i - 1].box->stands == box->stands;
        places[spots[i].index] = (yolo_place){box->row + 1, box->row < 0 ? 0
                                                            : goes_on    ? places[spots[i - 1].index].place + 1
                                                                         : 1};
    }
}

static bool is_finite(const yolo_detection *d) {
    return isfinite(d->x) && isfinite(d->y) && isfinite(d->width) && isfinite(d->height);
}

yolo_status yolo_find_rows(const yolo_detections *detections, const bool *stands, yolo_place *places, int *row_count,
                           yolo_error *error) {
    if (!detections || !row_count || (detections->count > 0 && (!places || !detections->items)))
        return fail(error, YOLO_BAD_ARGUMENT, "yolo_find_rows needs detections, and places for the results");
    size_t count = detections->count;
    rows_box *boxes = memory_allocate(count, sizeof *boxes);
    spot *spots = memory_allocate(count, sizeof *spots);
    for (size_t i = 0; i < count && boxes && spots; i++) {
        const yolo_detection *d = &detections->items[i];
        boxes[i] = (rows_box){.row = -1};
        if (!is_finite(d)) continue;
        boxes[i] = (rows_box){d->x, d->y, (double)d->x + d->width, (double)d->y + d->height, !stands || stands[i], -1};
    }
    int found = boxes && spots ? find_rows(boxes, count) : -1;
    if (found >= 0) {
        number_places(boxes, spots, count, places);
        *row_count = found;
    }
    memory_free(boxes);
    memory_free(spots);
    return found >= 0 ? YOLO_OK : fail(error, YOLO_NO_MEMORY, "not enough memory for the rows of %zu objects", count);
}
