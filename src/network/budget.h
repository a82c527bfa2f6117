/* What a network takes, summed up from plans before anything of that size is allocated. */
#ifndef NETWORK_BUDGET_H
#define NETWORK_BUDGET_H

#include "network/plan.h"

/* The bytes that `max_memory` of the options stands for: 0 is half of the machine's, or of the control group's. */
uint64_t budget_limit(uint64_t max_memory);

/* Weights, layer by layer: what is kept of those before, and what reading the next one takes. `*bytes` receives their
 * sum. YOLO_NO_MEMORY names the layer at which model->max_memory is passed. */
yolo_status budget_check_weights(const struct yolo_model *model, const layer_plan *plans, size_t *bytes,
                                 yolo_error *error);

/* Weights, the arena of a context, and `more_bytes` that it needs besides. */
yolo_status budget_check_context(const struct yolo_model *model, const plan *p, size_t weight_bytes, size_t more_bytes,
                                 yolo_error *error);

#endif
