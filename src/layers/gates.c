#include "layers/gates.h"

#include "base/memory.h"

#include <string.h>

/* Sums of 1,000 products up to 1,000 are off by less than half of it. */
static const float margin = 1 / 64.0f;

static bool allocate(gates *g, size_t count, size_t channels) {
    *g = (gates){.weights = memory_allocate(count * channels, sizeof *g->weights),
                 .bias = memory_allocate(count, sizeof *g->bias),
                 .count = count,
                 .channels = channels};
    return g->weights && g->bias;
}

void gates_free(gates *g) {
    memory_free(g->weights);
    memory_free(g->bias);
    *g = (gates){0};
}

bool gates_pick(const head_gates *which, const filters *all, size_t channels, gates *picked) {
    if (!allocate(picked, which->count, channels)) return false;
    for (size_t i = 0, from = which->first; i < which->count; i++, from += which->step) {
        memcpy(picked->weights + i * channels, all->weights + from * channels, channels * sizeof *all->weights);
        picked->bias[i] = all->bias[from];
    }
    return true;
}

/* One gate; `sums` [channels] are room to add up in. */
static void multiply(const gates *g, size_t gate, const filters *inner, double *sums, const gates *product) {
    const size_t channels = product->channels;
    double bias = g->bias[gate];
    for (size_t k = 0; k < channels; k++) sums[k] = 0;
    for (size_t n = 0; n < g->channels; n++) {
        const double weight = g->weights[gate * g->channels + n];
        bias += weight * inner->bias[n];
        for (size_t k = 0; k < channels; k++) sums[k] += weight * inner->weights[n * channels + k];
    }
    product->bias[gate] = (float)bias;
    for (size_t k = 0; k < channels; k++) product->weights[gate * channels + k] = (float)sums[k];
}

bool gates_reach_through(gates *g, const filters *inner, size_t channels) {
    gates product;
    double *sums = memory_allocate(channels, sizeof *sums);
    const bool allocated = allocate(&product, g->count, channels) && sums;
    for (size_t gate = 0; allocated && gate < g->count; gate++) multiply(g, gate, inner, sums, &product);
    memory_free(sums);
    gates_free(g);
    *g = product;
    return allocated;
}

void gates_raise(gates *g) {
    for (size_t i = 0; i < g->count; i++) g->bias[i] += margin;
}
