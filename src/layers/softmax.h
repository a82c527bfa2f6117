/* Softmax: numbers to probabilities that sum to 1. */
#ifndef LAYERS_SOFTMAX_H
#define LAYERS_SOFTMAX_H

#include <stddef.h>

/* In place, of values / temperature; the greatest is subtracted first, so that nothing overflows. */
void softmax(float *values /* [count] */, size_t count, float temperature);

#endif
