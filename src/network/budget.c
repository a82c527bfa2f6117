#include "network/budget.h"

#include "base/memory.h"
#include "base/system.h"

#include <stdio.h>

uint64_t budget_limit(uint64_t max_memory) {
    if (max_memory) return max_memory;
    const uint64_t all = system_memory();
    return all == UINT64_MAX ? all : all / 2;
}

/* "1.50 GB" */
static void write_bytes(double bytes, char text[32]) {
    static const char *const units[] = {"bytes", "KB", "MB", "GB", "TB"};
    size_t unit = 0;
    for (; bytes >= 1000 && unit + 1 < sizeof units / sizeof *units; unit++) bytes /= 1000;
    snprintf(text, 32, unit ? "%.2f %s" : "%.0f %s", bytes, units[unit]);
}

static yolo_status refuse(const struct yolo_model *model, int index, shape output, size_t weight_bytes,
                          size_t arena_bytes, yolo_error *error) {
    const cfg_section *section = model->layers[index].section;
    char limit[32], weights[32], arena[32];
    write_bytes((double)model->max_memory, limit);
    write_bytes((double)weight_bytes, weights);
    write_bytes((double)arena_bytes, arena);
    if (!arena_bytes)
        return fail_at(error, YOLO_NO_MEMORY, section->file, section->line,
                       "[%s] with layer %d (%d x %d x %d) the network needs %s for weights, but max-memory is %s",
                       section->name, index, output.width, output.height, output.channels, weights, limit);
    return fail_at(error, YOLO_NO_MEMORY, section->file, section->line,
                   "[%s] with layer %d (%d x %d x %d) the network needs %s for weights and %s for outputs of layers, "
                   "but max-memory is %s",
                   section->name, index, output.width, output.height, output.channels, weights, arena, limit);
}

yolo_status budget_check_weights(const struct yolo_model *model, const layer_plan *plans, size_t *bytes,
                                 yolo_error *error) {
    size_t kept = 0;
    for (int i = 0; i < model->layer_count; i++) {
        kept = size_sum(kept, size_product(plans[i].weight_count, sizeof(float)));
        const size_t peak = size_sum(kept, size_product(plans[i].loading_count, sizeof(float)));
        if (peak > model->max_memory) return refuse(model, i, plans[i].output, peak, 0, error);
    }
    *bytes = kept;
    return YOLO_OK;
}

/* Of layers that run together, and so need the same, the one that puts out most. */
static int largest_of_equals(const plan *p, int index) {
    int largest = index;
    for (int i = index + 1; i < p->layer_count && p->alive[i] == p->alive[index]; i++)
        if (shape_count(p->layers[i].output) > shape_count(p->layers[largest].output)) largest = i;
    return largest;
}

/* The first layer that cannot run within so many floats, else the one that needs most. */
static int find_layer(const plan *p, size_t most) {
    int largest = 0;
    for (int i = 0; i < p->layer_count; i++) {
        if (p->alive[i] > most) return largest_of_equals(p, i);
        if (p->alive[i] > p->alive[largest]) largest = i;
    }
    return largest_of_equals(p, largest);
}

yolo_status budget_check_context(const struct yolo_model *model, const plan *p, size_t weight_bytes, size_t more_bytes,
                                 yolo_error *error) {
    const size_t arena_bytes = size_sum(size_product(p->arena_count, sizeof(float)), more_bytes);
    if (size_sum(weight_bytes, arena_bytes) <= model->max_memory) return YOLO_OK;
    const uint64_t left = model->max_memory > weight_bytes ? model->max_memory - weight_bytes : 0;
    const int index = find_layer(p, (size_t)(left / sizeof(float)));
    return refuse(model, index, p->layers[index].output, weight_bytes, arena_bytes, error);
}
