/* Runs one layer through all its stages, without a network around it. */
#ifndef LAYERS_H
#define LAYERS_H

#include "layers/types.h"
#include "test.h"

enum { LAYER_INPUTS_MAX = 4 };

/* What a cfg and a weights file would say. The layer's index is `input_count`, so its `layers` and `from` name inputs:
 * those of a list by their own index, the layer before it by input_count - 1 (-1). */
typedef struct layer_test {
    const layer_type *type;
    const char *options; /* lines "key=value" */
    int input_count;
    shape inputs[LAYER_INPUTS_MAX];
    const float *weights; /* [weight_count] as they lie in the file */
    size_t weight_count;
    bool old_weights; /* a file so old that its matrices are transposed */
} layer_test;

/* `planar` [input_count] are the inputs as Darknet orders them, `expected` [output] is what must come out.
 *
 * Checked with every kernel set this CPU can run, with one thread and with several, over maps without and with gaps
 * between their pixels (which must stay as they are), at the end of readable memory, and over the first input where
 * the layer says that it can: the bits of one kernel set must always be the same. */
void layer_test_run(const layer_test *t, const float *const *planar, shape output, const float *expected,
                    double tolerance);

/* The message with which options, check, shape or prepare refuse it; a failed check where none does. */
const char *layer_test_refusal(const layer_test *t);

/* Random numbers [count], freed with the case. */
float *layer_test_floats(test_random *random, size_t count);

#endif
