#include "detect/seams.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Boxes ------------------------------------------------------------------------------------------------------ */

static double area(const edges *e) {
    return (e->right - e->left) * (e->bottom - e->top);
}

/* What two intervals have in common; negative where they are apart. */
static double common(double begin, double end, double other_begin, double other_end) {
    return fmin(end, other_end) - fmax(begin, other_begin);
}

static double common_area(const edges *a, const edges *b) {
    double width = common(a->left, a->right, b->left, b->right), height = common(a->top, a->bottom, b->top, b->bottom);
    return width > 0 && height > 0 ? width * height : 0;
}

static double iou(const edges *a, const edges *b) {
    double both = common_area(a, b);
    return both > 0 ? both / (area(a) + area(b) - both) : 0;
}

/* Boxes of objects that are cut end somewhat before or behind the border. */
static double margin(int tile_extent) {
    return fmax(1, 0.01 * tile_extent);
}

static unsigned cut_sides(const seams *s, const seams_tile *tile, const edges *e) {
    double x = margin(tile->right - tile->left), y = margin(tile->bottom - tile->top);
    return (tile->left > 0 && e->left <= tile->left + x ? SEAMS_LEFT : 0u) |
           (tile->top > 0 && e->top <= tile->top + y ? SEAMS_TOP : 0u) |
           (tile->right < s->image_width && e->right >= tile->right - x ? SEAMS_RIGHT : 0u) |
           (tile->bottom < s->image_height && e->bottom >= tile->bottom - y ? SEAMS_BOTTOM : 0u);
}

/* A tile knows nothing of what lies beyond its borders; beyond the picture's edges, the user decides. */
static void clip(const seams *s, const seams_tile *tile, edges *e) {
    if (s->clip || tile->left > 0) e->left = fmax(e->left, tile->left);
    if (s->clip || tile->top > 0) e->top = fmax(e->top, tile->top);
    if (s->clip || tile->right < s->image_width) e->right = fmin(e->right, tile->right);
    if (s->clip || tile->bottom < s->image_height) e->bottom = fmin(e->bottom, tile->bottom);
}

yolo_status seams_add(seams *s, const seams_tile *tile, const candidate *rows, size_t count, yolo_error *error) {
    double width = tile->right - tile->left, height = tile->bottom - tile->top;
    seams_box *grown = memory_grow(s->items, &s->capacity, s->count + count, sizeof *grown);
    if (!grown && s->count + count > 0)
        return fail(error, YOLO_NO_MEMORY, "not enough memory for %zu boxes in tiles", s->count + count);
    s->items = grown;
    for (size_t i = 0; i < count; i++) {
        const candidate *row = &rows[i];
        edges e = {tile->left + (row->x - row->width / 2.0) * width, tile->top + (row->y - row->height / 2.0) * height,
                   tile->left + (row->x + row->width / 2.0) * width, tile->top + (row->y + row->height / 2.0) * height};
        unsigned cut = tile->column == SEAMS_WHOLE ? 0 : cut_sides(s, tile, &e);
        clip(s, tile, &e);
        if (!(e.right > e.left && e.bottom > e.top)) continue;
        s->items[s->count] = (seams_box){e, row->score, row->class_id, s->count, *tile, cut, false};
        s->count++;
    }
    return YOLO_OK;
}

void seams_free(seams *s) {
    memory_free(s->items);
    *s = (seams){0};
}

/* ---- What stays ------------------------------------------------------------------------------------------------- */

/* In the order in which the rules above ask. */
enum rank { IN_TILE, IN_WHOLE, CUT };

static enum rank rank_of(const seams_box *b) {
    return b->tile.column == SEAMS_WHOLE ? IN_WHOLE : b->cut ? CUT : IN_TILE;
}

static int compare_scores(const void *left, const void *right) {
    const seams_box *a = left, *b = right;
    if (a->score != b->score) return a->score > b->score ? -1 : 1;
    if (a->class_id != b->class_id) return a->class_id < b->class_id ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static int compare_ranks(const void *left, const void *right) {
    int a = (int)rank_of(left), b = (int)rank_of(right);
    return a != b ? a - b : compare_scores(left, right);
}

/* Boxes that stay, among which others are looked for. */
typedef struct kept {
    const detect_rules *rules;
    const seams_box *items; /* numbered as in `near` */
    size_t count;
    touching *near;
    const seams_box *asked; /* the box that is looked at */
    double covered;         /* of it, by boxes of tiles */
} kept;

static bool are_rivals(const kept *k, const seams_box *other) {
    return k->rules->agnostic || other->class_id == k->asked->class_id;
}

static bool are_of_one_tile(const seams_box *a, const seams_box *b) {
    return a->tile.column == b->tile.column && a->tile.row == b->tile.row && !a->is_joined && !b->is_joined;
}

/* Boxes of one tile have been through the NMS that was asked for. DIoU and soft-NMS leave some together on purpose;
 * after the others all pairs may be looked at, which also sees to boxes that clipping made alike. */
static bool were_compared(const kept *k, const seams_box *other) {
    bool by_iou = k->rules->nms == YOLO_NMS_DEFAULT || k->rules->nms == YOLO_NMS_CORNERS;
    return !by_iou && are_of_one_tile(k->asked, other);
}

/* Two tiles that see an object whole may see it of different sizes; a tile that sees two, one in the other, has both. */
static bool lies_in(const seams_box *a, const seams_box *b) {
    return rank_of(a) == IN_TILE && rank_of(b) == IN_TILE && !are_of_one_tile(a, b) &&
           common_area(&a->box, &b->box) > 0.8 * fmin(area(&a->box), area(&b->box));
}

/* Boxes that come first by their rank may be much less sure: half as sure says something, less does not, so that what
 * hardly scores cannot hide what does. */
static bool has_say(const kept *k, const seams_box *other) {
    return are_rivals(k, other) && other->score >= k->asked->score / 2;
}

static bool is_the_same(void *argument, size_t number) {
    const kept *k = argument;
    const seams_box *other = &k->items[number];
    if (!has_say(k, other) || were_compared(k, other)) return false;
    return iou(&k->asked->box, &other->box) > k->rules->iou || lies_in(k->asked, other);
}

static bool adds_cover(void *argument, size_t number) {
    kept *k = argument;
    const seams_box *other = &k->items[number];
    if (has_say(k, other) && rank_of(other) == IN_TILE) k->covered += common_area(&k->asked->box, &other->box);
    return false;
}

static bool holds_half(void *argument, size_t number) {
    const kept *k = argument;
    const seams_box *other = &k->items[number];
    return !are_of_one_tile(k->asked, other) && has_say(k, other) &&
           common_area(&k->asked->box, &other->box) > area(&k->asked->box) / 2;
}

/* Whether some tile must have seen it whole. */
static bool fits_overlap(const seams *s, const seams_box *b) {
    double x = s->overlap_x - 2 * margin(s->tile_width), y = s->overlap_y - 2 * margin(s->tile_height);
    bool narrow = s->overlap_x >= s->image_width || b->box.right - b->box.left <= x;
    bool low = s->overlap_y >= s->image_height || b->box.bottom - b->box.top <= y;
    return narrow && low;
}

static bool stays(const seams *s, kept *k, const seams_box *b) {
    k->asked = b;
    k->covered = 0;
    enum rank rank = rank_of(b);
    if (rank == IN_WHOLE && fits_overlap(s, b)) return false;
    if (touching_search(k->near, &b->box, is_the_same, k)) return false;
    if (rank == CUT) return !touching_search(k->near, &b->box, holds_half, k);
    if (rank == IN_WHOLE) touching_search(k->near, &b->box, adds_cover, k);
    return k->covered <= area(&b->box) / 2;
}

/* ---- Parts ------------------------------------------------------------------------------------------------------ */

/* One axis of a box, and of the tile that saw it. */
typedef struct span {
    double begin, end, tile_begin, tile_end;
} span;

static span span_x(const seams_box *b) {
    return (span){b->box.left, b->box.right, b->tile.left, b->tile.right};
}

static span span_y(const seams_box *b) {
    return (span){b->box.top, b->box.bottom, b->tile.top, b->tile.bottom};
}

/* Whether `a`, which the end of its tile cuts, goes on in `b`: in the strip that both tiles see they must be alike, and
 * so they must be across the border. Where there is no such strip, the beginning of its tile must cut `b`. */
static bool goes_on(span a, span b, bool b_is_cut, span a_across, span b_across) {
    double strip = a.tile_end - b.tile_begin, slack = 2 * margin((int)(a.tile_end - a.tile_begin));
    double least = fmin(a_across.end - a_across.begin, b_across.end - b_across.begin);
    if (strip < 0 || b.tile_end <= a.tile_end) return false;
    if (common(a_across.begin, a_across.end, b_across.begin, b_across.end) <= 0.6 * least) return false;
    if (strip <= slack) return b_is_cut;
    double a_begin = fmax(a.begin, b.tile_begin), b_end = fmin(b.end, a.tile_end);
    double longest = fmax(a.end - a_begin, b_end - b.begin);
    return common(a_begin, a.end, b.begin, b_end) >= longest / 2;
}

static bool goes_on_right(const seams_box *a, const seams_box *b) {
    return (a->cut & SEAMS_RIGHT) && goes_on(span_x(a), span_x(b), b->cut & SEAMS_LEFT, span_y(a), span_y(b));
}

static bool goes_on_below(const seams_box *a, const seams_box *b) {
    return (a->cut & SEAMS_BOTTOM) && goes_on(span_y(a), span_y(b), b->cut & SEAMS_TOP, span_x(a), span_x(b));
}

/* Parts [count], each with the number of another of its object, or its own. */
typedef struct parts {
    const seams_box *items;
    size_t *roots;
    size_t asked;
} parts;

static size_t root_of(size_t *roots, size_t i) {
    while (roots[i] != i) {
        roots[i] = roots[roots[i]];
        i = roots[i];
    }
    return i;
}

/* The part with the lowest number stands for all. */
static bool join_parts(void *argument, size_t number) {
    parts *p = argument;
    const seams_box *a = &p->items[p->asked], *b = &p->items[number];
    if (a->class_id != b->class_id) return false;
    if (!goes_on_right(a, b) && !goes_on_right(b, a) && !goes_on_below(a, b) && !goes_on_below(b, a)) return false;
    size_t one = root_of(p->roots, p->asked), other = root_of(p->roots, number);
    p->roots[one > other ? one : other] = one < other ? one : other;
    return false;
}

static void take_in(seams_box *whole, const seams_box *part) {
    whole->box = (edges){fmin(whole->box.left, part->box.left), fmin(whole->box.top, part->box.top),
                         fmax(whole->box.right, part->box.right), fmax(whole->box.bottom, part->box.bottom)};
    whole->is_joined = true;
}

/* Puts parts [count], best first, together; returns how many objects they are. */
static bool assemble(seams_box *items, size_t *count) {
    touching *near = touching_create(*count);
    size_t *roots = memory_allocate(*count, sizeof *roots), objects = 0;
    bool fits = near && roots;
    parts p = {items, roots, 0};
    for (size_t i = 0; i < *count && fits; i++) {
        double x = margin(items[i].tile.right - items[i].tile.left),
               y = margin(items[i].tile.bottom - items[i].tile.top);
        const edges wide = {items[i].box.left - x, items[i].box.top - y, items[i].box.right + x,
                            items[i].box.bottom + y};
        roots[i] = p.asked = i;
        touching_search(near, &wide, join_parts, &p);
        touching_add(near, &wide);
    }
    for (size_t i = 0; i < *count && fits; i++)
        if (root_of(roots, i) != i) take_in(&items[root_of(roots, i)], &items[i]);
    for (size_t i = 0; i < *count && fits; i++)
        if (roots[i] == i) items[objects++] = items[i];
    if (fits) *count = objects;
    touching_free(near);
    memory_free(roots);
    return fits;
}

/* ---- All together ----------------------------------------------------------------------------------------------- */

static void keep(kept *k, seams_box *items, const seams_box *b) {
    items[k->count] = *b;
    touching_add(k->near, &items[k->count].box);
    k->count++;
}

/* By the rules of the header, up to the parts that are put together: the boxes that stay are the first. Cut boxes may be
 * parts of one another, so they are not compared with one another before. */
static bool choose(seams *s, kept *k) {
    size_t i = 0, part_count = 0;
    for (; i < s->count && rank_of(&s->items[i]) != CUT; i++) {
        const seams_box b = s->items[i];
        if (stays(s, k, &b)) keep(k, s->items, &b);
    }
    k->asked = NULL;
    seams_box *parts = s->items + i;
    for (; i < s->count; i++)
        if (stays(s, k, &s->items[i])) parts[part_count++] = s->items[i];
    if (!assemble(parts, &part_count)) return false;
    memmove(s->items + k->count, parts, part_count * sizeof *parts);
    s->count = k->count + part_count;
    return true;
}

/* Once more in the order of scores, so that the better one of any two stays. A part that found no other may still be one
 * of an object that was put together. */
static bool compare_all(seams *s, kept *k) {
    qsort(s->items, s->count, sizeof *s->items, compare_scores);
    for (size_t i = 0; i < s->count; i++) {
        const seams_box b = s->items[i];
        const bool is_part = rank_of(&b) == CUT && !b.is_joined;
        k->asked = &b;
        if (touching_search(k->near, &b.box, is_the_same, k)) continue;
        if (is_part && touching_search(k->near, &b.box, holds_half, k)) continue;
        keep(k, s->items, &b);
    }
    k->asked = NULL;
    s->count = k->count;
    return true;
}

/* False when memory runs out. */
static bool run_pass(seams *s, const detect_rules *rules, bool pass(seams *, kept *)) {
    kept k = {.rules = rules, .items = s->items, .near = touching_create(s->count)};
    bool fits = k.near && pass(s, &k);
    touching_free(k.near);
    return fits;
}

yolo_status seams_join(seams *s, const detect_rules *rules, yolo_error *error) {
    bool suppresses = rules->nms != YOLO_NMS_NONE && rules->iou < 1;
    if (s->count > 1 && suppresses) {
        qsort(s->items, s->count, sizeof *s->items, compare_ranks);
        if (!run_pass(s, rules, choose) || !run_pass(s, rules, compare_all))
            return fail(error, YOLO_NO_MEMORY, "not enough memory to join %zu boxes of tiles", s->count);
    }
    if (s->count > 1) qsort(s->items, s->count, sizeof *s->items, compare_scores);
    return YOLO_OK;
}
