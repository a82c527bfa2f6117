#include "run_layer.h"

typedef struct call {
    const layer *layer;
    run_args args;
} call;

static void run(void *argument, team *t) {
    call *c = argument;
    c->args.team = t;
    c->layer->type->run(c->layer, &c->args);
}

void run_layer(const layer *l, run_args args, int threads) {
    call c = {l, args};
    team_run(threads, run, &c);
}
