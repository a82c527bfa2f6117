/* When passes are shared, by what passes of made-up machines take. */
#include "base/sharing.h"
#include "test.h"

typedef struct machine {
    double alone, shared, waited; /* seconds of a pass */
} machine;

/* Runs passes; returns how many of them were shared. */
static int run(sharing *s, machine m, int passes) {
    int shared = 0;
    for (int i = 0; i < passes; i++) {
        bool together = sharing_wanted(s);
        shared += together;
        sharing_learn(s, together ? m.shared : m.alone, together ? m.waited : 0);
    }
    return shared;
}

static const machine quiet = {1, 0.55, 0.01}, busy = {1, 3, 2}, late_but_faster = {1, 0.7, 0.3};

static void shares_where_nobody_waits(void) {
    sharing s = {0};
    CHECK_INT(run(&s, quiet, 1000), 1000);
}

static void stays_alone_where_others_use_the_cores(void) {
    sharing s = {0};
    CHECK_INT(run(&s, busy, 2), 1); /* the first shows it, the second confirms it */
    int shared = run(&s, busy, 1000);
    CHECK(shared >= 10 && shared <= 25); /* tries again now and then */
}

static void shares_again_when_they_are_gone(void) {
    sharing s = {0};
    run(&s, busy, 1000);
    run(&s, quiet, SHARING_MOST_ALONE + 1);
    CHECK_INT(run(&s, quiet, 100), 100);
}

static void bears_waits_that_pay(void) {
    sharing s = {0};
    int shared = run(&s, late_but_faster, 100);
    CHECK(shared >= 85);
}

static void doubts_a_single_wait_once(void) {
    sharing s = {0};
    run(&s, quiet, 10);
    CHECK_INT(run(&s, busy, 1), 1);
    CHECK_INT(run(&s, (machine){5, 0.55, 0}, 1), 0); /* alone is slower than even that */
    CHECK_INT(run(&s, quiet, 100), 100);
}

int main(void) {
    static const test_case cases[] = {TEST(shares_where_nobody_waits), TEST(stays_alone_where_others_use_the_cores),
                                      TEST(shares_again_when_they_are_gone), TEST(bears_waits_that_pay),
                                      TEST(doubts_a_single_wait_once)};
    return test_run(cases, sizeof cases / sizeof *cases);
}
