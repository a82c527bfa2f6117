#include "layers/gates.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

/* What a sum may be off by, as a part of the magnitudes that were added up, and the magnitude of inputs that this allows
 * for: 64 units in the last place, or one where inputs reach 4096. */
static const double rounding = 1 / 262144.0, largest_input = 64;
static const float margin = 1 / 64.0f; /* the least */

static bool allocate(gates *g, size_t count, size_t channels) {
    *g = (gates){.weights = memory_allocate(count * channels, sizeof *g->weights),
                 .bias = memory_allocate(count, sizeof *g->bias),
                 .slack = memory_allocate_zeroed(count, sizeof *g->slack),
                 .count = count,
                 .channels = channels};
    return g->weights && g->bias && g->slack;
}

void gates_free(gates *g) {
    memory_free(g->weights);
    memory_free(g->bias);
    memory_free(g->slack);
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
    double bias = g->bias[gate], magnitude = fabs(bias);
    for (size_t k = 0; k < channels; k++) sums[k] = 0;
    for (size_t n = 0; n < g->channels; n++) {
        const double weight = g->weights[gate * g->channels + n];
        double inputs = 0;
        bias += weight * inner->bias[n];
        for (size_t k = 0; k < channels; k++) {
            sums[k] += weight * inner->weights[n * channels + k];
            inputs += fabs((double)inner->weights[n * channels + k]);
        }
        magnitude += fabs(weight) * (fabs((double)inner->bias[n]) + inputs * largest_input);
    }
    product->slack[gate] = g->slack[gate] + (float)(magnitude * rounding);
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
    for (size_t i = 0; i < g->count; i++) g->bias[i] += margin + g->slack[i];
}
