/* Suppression against its definition: every pair looked at, no index. */
#include "detect/nms.h"
#include "detect/overlap.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- The definition --------------------------------------------------------------------------------------------- */

static double low(double a, double b) {
    return a < b ? a : b;
}

static double high(double a, double b) {
    return a > b ? a : b;
}

/* Box edges, as in a textbook. */
static double textbook_iou(const candidate *a, const candidate *b) {
    double width =
        low(a->x + a->width / 2.0, b->x + b->width / 2.0) - high(a->x - a->width / 2.0, b->x - b->width / 2.0);
    double height =
        low(a->y + a->height / 2.0, b->y + b->height / 2.0) - high(a->y - a->height / 2.0, b->y - b->height / 2.0);
    if (!(width > 0 && height > 0)) return 0;
    return width * height / ((double)a->width * a->height + (double)b->width * b->height - width * height);
}

static double textbook_diou(const candidate *a, const candidate *b, double beta) {
    double width =
        high(a->x + a->width / 2.0, b->x + b->width / 2.0) - low(a->x - a->width / 2.0, b->x - b->width / 2.0);
    double height =
        high(a->y + a->height / 2.0, b->y + b->height / 2.0) - low(a->y - a->height / 2.0, b->y - b->height / 2.0);
    double dx = (double)a->x - b->x, dy = (double)a->y - b->y, diagonal = width * width + height * height;
    return textbook_iou(a, b) - (diagonal > 0 ? pow((dx * dx + dy * dy) / diagonal, beta) : 0);
}

static bool textbook_suppresses(const detect_rules *rules, const candidate *a, const candidate *b) {
    double iou = overlap_iou(a, b);
    if (rules->nms == YOLO_NMS_GREEDY) return overlap_diou(a, b, iou, 0.6) > rules->iou;
    if (rules->nms == YOLO_NMS_DIOU) return overlap_diou(a, b, iou, rules->beta) > rules->iou;
    return rules->nms != YOLO_NMS_NONE && iou > rules->iou;
}

static bool before(const candidate *a, const candidate *b) {
    if (a->score != b->score) return a->score > b->score;
    if (a->class_id != b->class_id) return a->class_id < b->class_id;
    return a->box < b->box;
}

static int compare(const void *a, const void *b) {
    return before(a, b) ? -1 : before(b, a);
}

static bool rivals(const detect_rules *rules, const candidate *a, const candidate *b) {
    return rules->agnostic || a->class_id == b->class_id;
}

static size_t textbook_hard(const detect_rules *rules, candidate *rows, size_t count) {
    size_t kept = 0;
    qsort(rows, count, sizeof *rows, compare);
    for (size_t i = 0; i < count; i++) {
        bool stays = true;
        for (size_t k = 0; k < kept && stays; k++)
            stays = !rivals(rules, &rows[k], &rows[i]) || !textbook_suppresses(rules, &rows[k], &rows[i]);
        if (stays) rows[kept++] = rows[i];
    }
    return kept;
}

/* Bodla et al., algorithm 1 with the linear penalty: the best of what is left, then all others decay. */
static size_t textbook_soft(const detect_rules *rules, candidate *rows, size_t count) {
    for (size_t kept = 0; kept < count; kept++) {
        size_t best = kept;
        for (size_t i = kept + 1; i < count; i++)
            if (before(&rows[i], &rows[best])) best = i;
        candidate top = rows[best];
        rows[best] = rows[kept];
        rows[kept] = top;
        for (size_t i = kept + 1; i < count;) {
            double iou = rivals(rules, &top, &rows[i]) ? overlap_iou(&top, &rows[i]) : 0;
            if (iou > rules->iou) rows[i].score = (float)(rows[i].score * (1 - iou));
            if (rows[i].score > detect_threshold(rules, rows[i].class_id))
                i++;
            else
                rows[i] = rows[--count];
        }
    }
    qsort(rows, count, sizeof *rows, compare);
    return count;
}

/* ---- Boxes ------------------------------------------------------------------------------------------------------ */

static float between(test_random *random, double from, double to) {
    return (float)(from + (to - from) * (test_random_float(random) + 1) / 2);
}

typedef void make_boxes(test_random *random, candidate *rows, size_t count);

/* Scores of few values, so that many are equal. */
static void finish(test_random *random, candidate *row, size_t i, int classes) {
    row->score = (float)test_random_int(random, 300, 1000) / 1000;
    row->class_id = test_random_int(random, 0, classes - 1);
    row->box = (uint32_t)i;
}

static void objects(test_random *random, candidate *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        double size = exp(between(random, -4, -0.5));
        rows[i] = (candidate){between(random, 0, 1),
                              between(random, 0, 1),
                              (float)size * between(random, 0.4, 1.6),
                              (float)size * between(random, 0.4, 1.6),
                              0,
                              0,
                              0};
        finish(random, &rows[i], i, 3);
    }
}

static void clusters(test_random *random, candidate *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float centre = (float)test_random_int(random, 1, 4) / 5;
        rows[i] = (candidate){between(random, centre - 0.05, centre + 0.05),
                              between(random, 0.45, 0.55),
                              between(random, 0.08, 0.3),
                              between(random, 0.1, 0.2),
                              0,
                              0,
                              0};
        finish(random, &rows[i], i, 2);
    }
}

static void identical(test_random *random, candidate *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        rows[i] = (candidate){0.5f, 0.5f, 0.2f, 0.3f, 0, 0, 0};
        finish(random, &rows[i], i, 1);
    }
}

/* Alike but for so much that IoU 0.45 is rarely passed. */
static void nearly_identical(test_random *random, candidate *rows, size_t count) {
    double spread = sqrt((double)count) * 0.2;
    for (size_t i = 0; i < count; i++) {
        rows[i] = (candidate){(float)(0.1 * between(random, 0, spread)),
                              (float)(0.1 * between(random, 0, spread)),
                              0.1f * between(random, 0.7, 1.4),
                              0.1f * between(random, 0.7, 1.4),
                              0,
                              0,
                              0};
        finish(random, &rows[i], i, 1);
    }
}

/* One box over all, and as many disjoint ones as there is place for: a lattice. */
static void huge_and_tiny(test_random *random, candidate *rows, size_t count) {
    size_t side = (size_t)ceil(sqrt((double)count));
    for (size_t i = 0; i < count; i++) {
        rows[i] = (candidate){((float)(i % side) + 0.5f) / (float)side,
                              ((float)(i / side) + 0.5f) / (float)side,
                              0.9f / (float)side,
                              0.9f / (float)side,
                              0,
                              0,
                              0};
        finish(random, &rows[i], i, 1);
    }
    rows[0] = (candidate){0.5f, 0.5f, 1, 1, 1, 0, 0};
}

/* Thin ones, wide and high, crossing. */
static void needles(test_random *random, candidate *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float thin = (float)exp(between(random, -9, -5)), longer = between(random, 0.1, 0.9);
        bool wide = test_random_int(random, 0, 1);
        rows[i] = (candidate){
            between(random, 0, 1), between(random, 0, 1), wide ? longer : thin, wide ? thin : longer, 0, 0, 0};
        finish(random, &rows[i], i, 1);
    }
}

/* Sizes and places far from any picture, no area, negative extents. */
static void absurd(test_random *random, candidate *rows, size_t count) {
    static const float sizes[] = {0, -1, 1e-40f, 1e-12f, 1e-6f, 1, 3, 1e6f, 1e20f, 3e38f};
    static const float places[] = {0, 1e-30f, 0.5f, 0.50001f, -1, 1e9f, 1e30f, -3e38f};
    for (size_t i = 0; i < count; i++) {
        rows[i] = (candidate){places[test_random_int(random, 0, 7)],
                              places[test_random_int(random, 0, 7)],
                              sizes[test_random_int(random, 0, 9)],
                              sizes[test_random_int(random, 0, 9)],
                              0,
                              0,
                              0};
        finish(random, &rows[i], i, 2);
    }
}

typedef struct crowd {
    const char *name;
    make_boxes *make;
} crowd;

static const crowd crowds[] = {
    {"objects", objects},
    {"clusters", clusters},
    {"identical", identical},
    {"nearly identical", nearly_identical},
    {"huge and tiny", huge_and_tiny},
    {"needles", needles},
    {"absurd", absurd},
};
enum { CROWDS = sizeof crowds / sizeof *crowds };

static const char *const kind_names[] = {"auto", "none", "default", "greedynms", "diounms", "cornersnms", "soft"};

/* ---- Tests ------------------------------------------------------------------------------------------------------ */

static void overlaps_are_the_textbooks(void) {
    enum { COUNT = 400 };
    candidate rows[COUNT];
    test_random random = test_random_start(1);
    for (int k = 0; k < 2; k++) {
        (k ? clusters : objects)(&random, rows, COUNT);
        for (int i = 0; i + 1 < COUNT; i++) {
            const candidate *a = &rows[i], *b = &rows[i + 1];
            double iou = overlap_iou(a, b);
            CHECK_NEAR(iou, textbook_iou(a, b), 1e-9);
            CHECK_NEAR(overlap_diou(a, b, iou, 0.6), textbook_diou(a, b, 0.6), 1e-9);
            CHECK(iou == overlap_iou(b, a));
        }
        CHECK(overlap_iou(&rows[0], &rows[0]) == 1);
    }
}

static size_t above_thresholds(const detect_rules *rules, candidate *rows, size_t count) {
    size_t above = 0;
    for (size_t i = 0; i < count; i++)
        if (rows[i].score > detect_threshold(rules, rows[i].class_id)) rows[above++] = rows[i];
    return above;
}

static void compare_with_definition(const detect_rules *rules, const crowd *c, size_t count, uint64_t seed) {
    candidate *found = malloc(count * sizeof *found), *expected = malloc(count * sizeof *expected);
    test_random random = test_random_start(seed);
    size_t found_count = count;
    c->make(&random, found, count);
    count = found_count = above_thresholds(rules, found, count);
    memcpy(expected, found, count * sizeof *found);
    CHECK_INT(nms_suppress(rules, found, &found_count, NULL), YOLO_OK);
    size_t expected_count =
        rules->nms == YOLO_NMS_SOFT ? textbook_soft(rules, expected, count) : textbook_hard(rules, expected, count);
    test_note("%s, %s, iou %g, %zu boxes%s", c->name, kind_names[rules->nms], (double)rules->iou, count,
              rules->agnostic ? ", agnostic" : "");
    if (CHECK_INT(found_count, expected_count)) CHECK(memcmp(found, expected, found_count * sizeof *found) == 0);
    free(found);
    free(expected);
}

static void all_kinds_equal_their_definition(void) {
    static const float thresholds[] = {0, 0.003f, 0.05f, 0.2f, 0.25f, 0.45f, 0.7f, 0.95f, 1};
    for (int kind = YOLO_NMS_NONE; kind <= YOLO_NMS_SOFT; kind++)
        for (size_t t = 0; t < sizeof thresholds / sizeof *thresholds; t++)
            for (size_t c = 0; c < CROWDS; c++) {
                detect_rules rules = {.threshold = 0.25f,
                                      .nms = (yolo_nms)kind,
                                      .iou = thresholds[t],
                                      .beta = 0.4f,
                                      .agnostic = c % 2 == t % 2};
                compare_with_definition(&rules, &crowds[c], 20, 7 * c + t);
                compare_with_definition(&rules, &crowds[c], 700, c + t);
            }
}

static void soft_heeds_class_thresholds(void) {
    static const float by_class[] = {0.1f, 0.9f};
    for (size_t c = 0; c < CROWDS; c++) {
        detect_rules rules = {.class_thresholds = by_class, .class_count = 2, .nms = YOLO_NMS_SOFT, .iou = 0.3f};
        compare_with_definition(&rules, &crowds[c], 500, c);
        rules.class_thresholds = NULL; /* scores may decay to nothing */
        compare_with_definition(&rules, &crowds[c], 300, c);
    }
}

static void order_of_rows_does_not_matter(void) {
    enum { COUNT = 500 };
    candidate first[COUNT], second[COUNT];
    detect_rules rules = {.threshold = 0.25f, .nms = YOLO_NMS_DEFAULT, .iou = 0.45f};
    test_random random = test_random_start(3);
    clusters(&random, first, COUNT);
    for (int i = 0; i < COUNT; i++) second[i] = first[COUNT - 1 - i];
    size_t first_count = COUNT, second_count = COUNT;
    nms_suppress(&rules, first, &first_count, NULL);
    nms_suppress(&rules, second, &second_count, NULL);
    CHECK_INT(first_count, second_count);
    CHECK(memcmp(first, second, first_count * sizeof *first) == 0);
}

static void nothing_and_one_row_pass(void) {
    candidate row = {0.5f, 0.5f, 1, 1, 0.5f, 0, 0};
    detect_rules rules = {.nms = YOLO_NMS_SOFT, .iou = 0.45f};
    size_t count = 0;
    CHECK_INT(nms_suppress(&rules, NULL, &count, NULL), YOLO_OK);
    CHECK_INT(count, 0);
    count = 1;
    CHECK_INT(nms_suppress(&rules, &row, &count, NULL), YOLO_OK);
    CHECK_INT(count, 1);
}

/* The largest case that users meet; bench/bench_nms.c has the times. */
static void a_hundred_thousand_identical_leave_one(void) {
    enum { COUNT = 100000 };
    static const yolo_nms kinds[] = {YOLO_NMS_DEFAULT, YOLO_NMS_GREEDY, YOLO_NMS_DIOU, YOLO_NMS_CORNERS};
    candidate *rows = malloc(COUNT * sizeof *rows);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        detect_rules rules = {.nms = kinds[k], .iou = 0.45f, .beta = 0.6f};
        size_t count = COUNT;
        for (int i = 0; i < COUNT; i++) rows[i] = (candidate){0.5f, 0.5f, 0.1f, 0.1f, 0.5f, 0, (uint32_t)(COUNT - i)};
        CHECK_INT(nms_suppress(&rules, rows, &count, NULL), YOLO_OK);
        CHECK(count == 1 && rows[0].box == 1); /* of equals the first box */
    }
    free(rows);
}

int main(void) {
    static const test_case cases[] = {
        TEST(overlaps_are_the_textbooks),  TEST(all_kinds_equal_their_definition),
        TEST(soft_heeds_class_thresholds), TEST(order_of_rows_does_not_matter),
        TEST(nothing_and_one_row_pass),    TEST(a_hundred_thousand_identical_leave_one),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
