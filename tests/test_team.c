#include "base/team.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 1000, LOOPS = 400 };

typedef struct visits {
    int times[MOST], threads[MOST];
    size_t count, grain;
    int slow_thread; /* this one sleeps in its part; -1: none */
} visits;

static void visit(void *argument, size_t begin, size_t end, int thread) {
    visits *v = argument;
    if (thread == v->slow_thread) nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    for (size_t i = begin; i < end; i++) {
        v->times[i]++;
        v->threads[i] = thread;
    }
}

static void one_loop(void *argument, team *t) {
    visits *v = argument;
    team_for(t, v->count, v->grain, visit, v);
    for (size_t i = 0; i < MOST; i++) {
        CHECK_INT(v->times[i], i < v->count);
        CHECK(v->threads[i] < team_threads(t));
    }
}

static void a_loop_covers_its_range_once(void) {
    for (int threads = 1; threads <= 9; threads++)
        for (size_t count = 0; count <= MOST; count = count * 3 + 1) {
            visits v = {.count = count, .grain = 4, .slow_thread = -1};
            team_run(threads, one_loop, &v);
        }
}

/* Loops that follow one another closely: what one wrote the next must see, whoever did it. */
static void add_one(void *argument, size_t begin, size_t end, int thread) {
    int *values = argument;
    (void)thread;
    for (size_t i = begin; i < end; i++) values[i] = values[MOST - 1 - i + MOST] + 1;
}

static void mirror(void *argument, size_t begin, size_t end, int thread) {
    int *values = argument;
    (void)thread;
    for (size_t i = begin; i < end; i++) values[MOST + i] = values[MOST - 1 - i];
}

static void many_loops(void *argument, team *t) {
    for (int i = 0; i < LOOPS; i++) {
        team_for(t, MOST, 1, add_one, argument);
        team_for(t, MOST, 1, mirror, argument);
        if (i % 50 == 0) nanosleep(&(struct timespec){.tv_nsec = 300000}, NULL); /* long enough to fall asleep */
    }
}

static void loops_see_what_earlier_ones_wrote(void) {
    for (int threads = 1; threads <= 8; threads++) {
        int *values = calloc(2 * MOST, sizeof *values);
        team_run(threads, many_loops, values);
        for (int i = 0; i < MOST; i++) CHECK_INT(values[i], LOOPS);
        free(values);
    }
}

static void slow_members_are_waited_for(void) {
    for (int slow = 0; slow < 4; slow++)
        for (int round = 0; round < 20; round++) {
            visits v = {.count = MOST, .grain = 1, .slow_thread = slow};
            team_run(4, one_loop, &v);
        }
}

static void little_work_stays_with_the_caller(void) {
    visits v = {.count = 7, .grain = 4, .slow_thread = -1};
    team_run(8, one_loop, &v);
    for (int i = 0; i < 7; i++) CHECK_INT(v.threads[i], 0);
    CHECK(team_core_count() >= 1);
}

static void a_team_serves_many_times(void) {
    team *t = team_create(4);
    int *values = calloc(2 * MOST, sizeof *values);
    for (int times = 1; times <= 5; times++) {
        nanosleep(&(struct timespec){.tv_nsec = 300000}, NULL); /* all are asleep */
        many_loops(values, t);
        for (int i = 0; i < MOST; i++) CHECK_INT(values[i], times * LOOPS);
    }
    CHECK(team_threads(t) <= 4);
    free(values);
    team_free(t);
    for (int threads = 1; threads <= 8; threads++) team_free(team_create(threads)); /* some before they have begun */
}

int main(void) {
    static const test_case cases[] = {
        TEST(a_loop_covers_its_range_once), TEST(loops_see_what_earlier_ones_wrote),
        TEST(slow_members_are_waited_for),  TEST(little_work_stays_with_the_caller),
        TEST(a_team_serves_many_times),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
