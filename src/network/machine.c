#include "network/machine.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/team.h"

enum {
    ROUNDS = 9,              /* the best counts: others disturb, nothing helps */
    STEPS = 200000,          /* of multiply-adds: a millisecond or so */
    MEMORY_COUNT = 64 << 20, /* floats: several times the largest cache */
    BLOCK_COUNT = 1 << 18,   /* floats that a thread takes at once: prefetchers are in their stride after 1/100 */
    BLOCKS = MEMORY_COUNT / BLOCK_COUNT,
};

static const double ENOUGH_SECONDS = 0.5;

typedef struct measurement {
    const kernels *set;
    int threads;
    float *memory;
    float sink;          /* of no use: what is computed must go somewhere */
    double flops, bytes; /* per second, the best so far */
} measurement;

static void multiply(void *argument, size_t begin, size_t end, int thread) {
    const measurement *m = argument;
    float sink;
    (void)thread;
    for (size_t i = begin; i < end; i++) m->set->multiply_adds(STEPS, &sink);
}

static void write_blocks(void *argument, size_t begin, size_t end, int thread) {
    const measurement *m = argument;
    (void)thread;
    for (size_t i = begin * BLOCK_COUNT; i < end * BLOCK_COUNT; i++) m->memory[i] = 1;
}

static void read_blocks(void *argument, size_t begin, size_t end, int thread) {
    const measurement *m = argument;
    float sink;
    (void)thread;
    for (size_t i = begin; i < end; i++) m->set->read_memory(BLOCK_COUNT, m->memory + i * BLOCK_COUNT, &sink);
}

static double seconds_of(team *t, size_t count, team_body *body, measurement *m) {
    const double begin = clock_seconds();
    team_for(t, count, 1, body, m);
    return clock_seconds() - begin;
}

static void measure(void *argument, team *t) {
    measurement *m = argument;
    const double flops = m->threads * m->set->multiply_adds(STEPS, &m->sink);
    const double bytes = (double)MEMORY_COUNT * sizeof *m->memory;
    team_for(t, BLOCKS, 1, write_blocks, m);
    const double begin = clock_seconds();
    for (int round = 0; round < ROUNDS && (round < 2 || clock_seconds() - begin < ENOUGH_SECONDS); round++) {
        const double flops_now = flops / seconds_of(t, (size_t)m->threads, multiply, m);
        const double bytes_now = bytes / seconds_of(t, BLOCKS, read_blocks, m);
        if (flops_now > m->flops) m->flops = flops_now;
        if (bytes_now > m->bytes) m->bytes = bytes_now;
    }
}

yolo_status machine_measure(const kernels *set, int threads, yolo_machine *machine, yolo_error *error) {
    measurement m = {.set = set, .threads = threads, .memory = memory_allocate(MEMORY_COUNT, sizeof *m.memory)};
    if (!m.memory) return fail(error, YOLO_NO_MEMORY, "not enough memory to measure how fast it is read: 256 MB");
    team_run(threads, measure, &m);
    memory_free(m.memory);
    *machine = (yolo_machine){.flops_per_s = m.flops, .bytes_per_s = m.bytes};
    return YOLO_OK;
}
