/* The index may visit too many boxes, but never miss one that overlaps enough, and none twice. */
#include "detect/neighbours.h"
#include "detect/overlap.h"
#include "test.h"

#include <math.h>
#include <string.h>

enum { COUNT = 600 };

typedef struct visits {
    unsigned char times[COUNT];
    size_t total, limit;
} visits;

static bool count_visit(void *argument, size_t number) {
    visits *v = argument;
    v->times[number]++;
    v->total++;
    return v->total == v->limit;
}

/* Boxes of all sizes in groups of neighbours. */
static void make_boxes(candidate *rows, uint64_t seed) {
    test_random random = test_random_start(seed);
    for (int i = 0; i < COUNT; i++) {
        float size = expf(7 * test_random_float(&random) - 3);
        rows[i] = (candidate){.x = (float)test_random_int(&random, 0, 3) + size * test_random_float(&random),
                              .y = (float)test_random_int(&random, 0, 2) + size * test_random_float(&random),
                              .width = size * (1.5f + test_random_float(&random)),
                              .height = size * (1.5f + test_random_float(&random))};
    }
}

static void nobody_is_missed_or_met_twice(void) {
    static const float thresholds[] = {0, 0.01f, 0.1f, 0.3f, 0.45f, 0.6f, 0.9f, 0.99f};
    candidate rows[COUNT];
    for (size_t t = 0; t < sizeof thresholds / sizeof *thresholds; t++) {
        neighbours *n = neighbours_create(thresholds[t], COUNT);
        make_boxes(rows, t);
        for (int i = 0; i < COUNT; i++) neighbours_add(n, &rows[i]);
        for (size_t i = 0; i < COUNT; i++) {
            visits v = {.limit = 0};
            size_t since = i % 3 ? 0 : i / 2, missed = 0, repeated = 0;
            neighbours_search(n, &rows[i], since, count_visit, &v);
            for (size_t k = 0; k < COUNT; k++) {
                bool wanted = k >= since && overlap_iou(&rows[i], &rows[k]) > thresholds[t];
                missed += wanted && !v.times[k];
                repeated += v.times[k] > (k >= since);
            }
            test_note("threshold %g, box %zu", (double)thresholds[t], i);
            CHECK_INT(missed, 0);
            CHECK_INT(repeated, 0);
        }
        neighbours_free(n);
    }
}

static void a_search_looks_at_few(void) {
    enum { SIDE = 24 };
    neighbours *n = neighbours_create(0.45f, COUNT);
    candidate row = {.width = 1, .height = 1};
    for (int i = 0; i < SIDE * SIDE; i++) {
        row.x = (float)(i % SIDE);
        row.y = (float)(i / SIDE);
        neighbours_add(n, &row);
    }
    visits v = {.limit = 0};
    neighbours_search(n, &row, 0, count_visit, &v);
    CHECK(v.total <= 9);
    neighbours_free(n);
}

static void a_visit_can_end_the_search_and_clearing_forgets(void) {
    neighbours *n = neighbours_create(0.45f, COUNT);
    const candidate row = {.x = 0.5f, .y = 0.5f, .width = 1, .height = 1};
    for (int i = 0; i < 100; i++) neighbours_add(n, &row);
    visits v = {.limit = 3};
    CHECK(neighbours_search(n, &row, 0, count_visit, &v));
    CHECK_INT(v.total, 3);
    neighbours_clear(n);
    v = (visits){.limit = 1};
    CHECK(!neighbours_search(n, &row, 0, count_visit, &v));
    CHECK_INT(v.total, 0);
    neighbours_free(n);
}

int main(void) {
    static const test_case cases[] = {
        TEST(nobody_is_missed_or_met_twice),
        TEST(a_search_looks_at_few),
        TEST(a_visit_can_end_the_search_and_clearing_forgets),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
