#include "network/chain.h"

#include "base/clock.h"

enum { MOST_INPUTS = 2 };

typedef struct work {
    const chain *chain;
    const chain_member *members;
    int count;
    const kernels *kernels;
    double *seconds;
} work;

/* A layer's rows that are computed next: those before are done. */
typedef struct span {
    int begin, end;
} span;

static int at_most(int a, int b) {
    return a < b ? a : b;
}

static int at_least(int a, int b) {
    return a > b ? a : b;
}

/* What each layer must add to what it has done, so that the last one can compute the rows [begin, end). */
static void find_spans(const work *w, int begin, int end, span *spans) {
    for (int i = w->count - 1; i >= 0; i--) {
        const layer_rows *rows = &w->members[i].rows;
        spans[i].begin = at_least(begin, spans[i].end);
        spans[i].end = at_least(spans[i].begin, end);
        begin = at_least(spans[i].begin * rows->stride - rows->before, 0);
        end = (spans[i].end - 1) * rows->stride - rows->before + rows->size;
        if (i > 0) end = at_most(end, w->members[i - 1].output.height);
    }
}

/* A thread's own. */
static tensor own_tensor(const work *w, tensor t, int thread) {
    if (t.ring) t.data += (size_t)thread * w->chain->own;
    return t;
}

static void run_member(const work *w, int i, span rows, int thread) {
    const chain_member *m = &w->members[i];
    tensor inputs[MOST_INPUTS];
    if (rows.begin >= rows.end) return;
    for (int k = 0; k < m->layer->input_count; k++) inputs[k] = own_tensor(w, m->inputs[k], thread);
    run_args args = {
        .inputs = inputs,
        .output = own_tensor(w, m->output, thread),
        .scratch = m->scratch + (size_t)thread * w->chain->own,
        .kernels = w->kernels,
    };
    const double begin = w->seconds && thread == 0 ? clock_seconds() : 0;
    m->layer->type->run_rows(m->layer, &args, rows.begin, rows.end);
    if (w->seconds && thread == 0) w->seconds[i] += clock_seconds() - begin;
}

static void run_rows(void *argument, size_t begin, size_t end, int thread) {
    const work *w = argument;
    span spans[CHAIN_MOST_LAYERS] = {{0, 0}};
    for (int y = (int)begin, next; y < (int)end; y = next) {
        next = at_most(y + w->chain->rows, (int)end);
        find_spans(w, y, next, spans);
        for (int i = 0; i < w->count; i++) run_member(w, i, spans[i], thread);
    }
}

void chain_run(const chain *c, const chain_member *members, int count, const kernels *set, team *t, double *seconds) {
    work w = {c, members, count, set, seconds};
    const size_t height = (size_t)members[count - 1].output.height;
    for (int i = 0; seconds && i < count; i++) seconds[i] = 0;
    team_for(t, height, 1 + (size_t)(500e3 * (double)height / (1 + c->flops)), run_rows, &w);
}
