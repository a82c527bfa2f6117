#include "network/arena.h"
#include "test.h"

enum { MOST = 60 };

static bool overlap(const arena_block *a, const arena_block *b) {
    return a->offset < b->offset + b->count && b->offset < a->offset + a->count;
}

static bool alive_together(const arena_block *a, const arena_block *b) {
    return a->first <= b->last && b->first <= a->last;
}

/* What is alive at the fullest step: no arena can be smaller. */
static size_t lower_bound(const arena_block *blocks, size_t count) {
    size_t most = 0;
    for (int step = 0; step < 100; step++) {
        size_t alive = 0;
        for (size_t i = 0; i < count; i++)
            if (blocks[i].first <= step && step <= blocks[i].last) alive += blocks[i].count;
        if (alive > most) most = alive;
    }
    return most;
}

static void blocks_alive_together_never_overlap(void) {
    test_random random = test_random_start(1);
    for (int round = 0; round < 300; round++) {
        arena_block blocks[MOST];
        size_t count = (size_t)test_random_int(&random, 1, MOST), total, sum = 0;
        for (size_t i = 0; i < count; i++) {
            int first = test_random_int(&random, 0, 90);
            blocks[i] = (arena_block){.count = (size_t)test_random_int(&random, 0, 1000),
                                      .first = first,
                                      .last = first + test_random_int(&random, 0, 9)};
        }
        if (!CHECK(arena_assign(blocks, count, &total))) return;
        for (size_t i = 0; i < count; i++) {
            CHECK(blocks[i].offset % 16 == 0 && blocks[i].offset + blocks[i].count <= total);
            sum += blocks[i].count;
            for (size_t k = 0; k < i; k++)
                if (alive_together(&blocks[i], &blocks[k])) CHECK(!overlap(&blocks[i], &blocks[k]));
        }
        CHECK(total >= lower_bound(blocks, count) && total <= sum);
        CHECK(total <= 2 * lower_bound(blocks, count));
    }
}

static void a_chain_needs_two_neighbours(void) {
    arena_block chain[10];
    for (int i = 0; i < 10; i++) chain[i] = (arena_block){.count = 160, .first = i, .last = i + 1};
    size_t total;
    CHECK(arena_assign(chain, 10, &total));
    CHECK_INT(total, 320);
}

static void what_overflows_is_refused(void) {
    arena_block huge[] = {{.count = SIZE_MAX / 2 + 1, .first = 0, .last = 1}, {.count = SIZE_MAX / 2 + 1}};
    size_t total;
    CHECK(!arena_assign(huge, 2, &total));
    arena_block odd = {.count = SIZE_MAX - 3};
    CHECK(!arena_assign(&odd, 1, &total));
}

int main(void) {
    static const test_case cases[] = {TEST(blocks_alive_together_never_overlap), TEST(a_chain_needs_two_neighbours),
                                      TEST(what_overflows_is_refused)};
    return test_run(cases, sizeof cases / sizeof *cases);
}
