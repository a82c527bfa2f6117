#include "network/plan.h"

#include "base/memory.h"
#include "network/arena.h"

#include <stdint.h>

/* Memory of its own, or a part of a wider buffer: some channels of every pixel of its parent. */
typedef struct buffer {
    int parent;         /* a buffer, or NONE */
    int parent_channel; /* where it begins in the parent */
    shape shape;
    int first, last; /* steps: 0 sets the network's input, i + 1 runs layer i */
} buffer;

typedef struct value {
    int buffer, channel; /* it is these channels of a buffer, from `channel` on */
    int last_use;        /* the last step that reads it */
} value;

enum { NONE = -1 };

typedef struct planner {
    const struct yolo_model *model;
    plan *out;
    bool keep;
    buffer *buffers; /* [layer_count + 1] at most */
    int buffer_count;
    value *values;       /* [layer_count + 1], as in plan.values */
    arena_block *blocks; /* [2 * layer_count + 1]: buffers, then scratch */
} planner;

/* Values count from the network's input, layers from 0 with LAYER_IMAGE before: one more. */
static int value_of(int layer_index) {
    return layer_index + 1;
}

static int root_of(const planner *p, int buffer_index) {
    while (p->buffers[buffer_index].parent != NONE) buffer_index = p->buffers[buffer_index].parent;
    return buffer_index;
}

/* Floats from pixel to pixel: whole vectors where there are channels to fill them, and off the multiples of 4 KiB, at
 * which the rows of a matrix would fight for the same cache lines. */
static size_t stride_of(shape s) {
    size_t channels = (size_t)s.channels;
    if (channels < 8 || shape_pixels(s) == 1) return channels;
    size_t stride = (channels + 7) / 8 * 8;
    return stride % 1024 == 0 ? stride + 16 : stride;
}

static void find_last_uses(planner *p) {
    const struct yolo_model *model = p->model;
    int end = value_of(model->layer_count);
    for (int v = 0; v <= model->layer_count; v++) p->values[v].last_use = p->keep ? end : v;
    for (int i = 0; i < model->layer_count; i++) {
        const layer *l = &model->layers[i];
        for (int k = 0; k < l->input_count; k++) {
            value *read = &p->values[value_of(l->inputs[k])];
            if (read->last_use < value_of(i)) read->last_use = value_of(i);
        }
        if (l->type->decode || i == model->layer_count - 1) p->values[value_of(i)].last_use = end;
    }
}

static int add_buffer(planner *p, shape s, int step) {
    p->buffers[p->buffer_count] = (buffer){.parent = NONE, .shape = s, .first = step, .last = step};
    return p->buffer_count++;
}

/* Whether layer `l`, run at `step`, may write over its first input: nobody reads that memory later, and no other input
 * of the layer lies there (it would change while it is read). */
static bool may_overwrite(const planner *p, const layer *l, int step) {
    int first_input = value_of(l->inputs[0]);
    int root = root_of(p, p->values[first_input].buffer);
    for (int v = 0; v < step; v++)
        if (root_of(p, p->values[v].buffer) == root && p->values[v].last_use > step) return false;
    for (int k = 1; k < l->input_count; k++)
        if (root_of(p, p->values[value_of(l->inputs[k])].buffer) == root) return false;
    return true;
}

static bool same_map(shape a, shape b) {
    return a.height == b.height && a.width == b.width;
}

/* Makes the values that a concatenation joins parts of its buffer, where each can still be: a value that fills a whole
 * buffer of its own, which is no part of another. The others are copied when the layer runs. */
static void join_parts(planner *p, const layer *l, int joined) {
    int channel = 0;
    for (int k = 0; k < l->input_count; k++) {
        int v = value_of(l->inputs[k]);
        buffer *part = &p->buffers[p->values[v].buffer];
        const buffer *whole = &p->buffers[joined];
        bool fills = p->values[v].channel == 0 && part->shape.channels == p->out->values[v].shape.channels;
        bool fits = same_map(part->shape, whole->shape) && channel + part->shape.channels <= whole->shape.channels;
        if (v != 0 && part->parent == NONE && part != whole && fills && fits) {
            part->parent = joined;
            part->parent_channel = channel;
        }
        channel += p->out->values[v].shape.channels;
    }
}

static void place_value(planner *p, int i) {
    const layer *l = &p->model->layers[i];
    const layer_plan *wanted = &p->out->layers[i];
    int step = value_of(i);
    value *v = &p->values[step];
    const value *input = &p->values[value_of(l->inputs[0])];
    bool in_place = wanted->placement == PLACE_IN_PLACE && may_overwrite(p, l, step);
    if (wanted->placement == PLACE_VIEW || in_place) {
        v->buffer = input->buffer;
        v->channel = input->channel + (in_place ? 0 : wanted->view_channel);
    } else {
        v->buffer = add_buffer(p, wanted->output, step);
        v->channel = 0;
    }
    if (wanted->placement == PLACE_CONCAT) join_parts(p, l, v->buffer);
}

/* A buffer lives from the first of its values, and of its parts', to the last use of any. */
static void find_lifetimes(planner *p) {
    for (int v = 0; v <= p->model->layer_count; v++) {
        buffer *root = &p->buffers[root_of(p, p->values[v].buffer)];
        if (v < root->first) root->first = v;
        if (p->values[v].last_use > root->last) root->last = p->values[v].last_use;
    }
}

static yolo_status too_large(const struct yolo_model *model, int index, yolo_error *error) {
    return layer_fail(&model->layers[index], NULL, error, "layer %d needs more memory than can be addressed", index);
}

/* Every offset is below the sum of all blocks: it must be a number of bytes, with room for rounding up. */
static yolo_status check_sum(const planner *p, size_t block_count, yolo_error *error) {
    size_t sum = 0;
    for (size_t b = 0; b < block_count; b++) {
        const arena_block *block = &p->blocks[b];
        sum = size_sum(sum, size_sum(block->count, 64));
        if (sum > PTRDIFF_MAX / sizeof(float))
            return too_large(p->model, block->first > 0 ? block->first - 1 : 0, error);
    }
    return YOLO_OK;
}

/* Blocks of the arena: one for each buffer (empty for a part of another), one for each layer's scratch. */
static yolo_status fill_blocks(planner *p, yolo_error *error) {
    for (int b = 0; b < p->buffer_count; b++) {
        const buffer *u = &p->buffers[b];
        size_t count = 0;
        if (u->parent == NONE && !size_multiply(shape_pixels(u->shape), stride_of(u->shape), &count))
            return too_large(p->model, u->first > 0 ? u->first - 1 : 0, error);
        p->blocks[b] = (arena_block){.count = count, .first = u->first, .last = u->last};
    }
    for (int i = 0; i < p->model->layer_count; i++)
        p->blocks[p->buffer_count + i] =
            (arena_block){.count = p->out->layers[i].scratch_count, .first = value_of(i), .last = value_of(i)};
    size_t block_count = (size_t)(p->buffer_count + p->model->layer_count);
    yolo_status status = check_sum(p, block_count, error);
    if (status) return status;
    if (!arena_assign(p->blocks, block_count, &p->out->arena_count))
        return fail(error, YOLO_NO_MEMORY, "%s: not enough memory to plan it", p->model->cfg.path);
    return YOLO_OK;
}

static void write_offsets(planner *p) {
    for (int v = 0; v <= p->model->layer_count; v++) {
        int b = p->values[v].buffer, channel = p->values[v].channel;
        for (; p->buffers[b].parent != NONE; b = p->buffers[b].parent) channel += p->buffers[b].parent_channel;
        p->out->values[v].offset = p->blocks[b].offset + (size_t)channel;
        p->out->values[v].stride = stride_of(p->buffers[b].shape);
    }
    for (int i = 0; i < p->model->layer_count; i++) p->out->scratch[i] = p->blocks[p->buffer_count + i].offset;
}

/* What is there before the first layer counts with it. */
static void count_alive(planner *p) {
    const int block_count = p->buffer_count + p->model->layer_count;
    for (int b = 0; b < block_count; b++) {
        const arena_block *block = &p->blocks[b];
        for (int step = block->first > 0 ? block->first : 1; step <= block->last && step <= p->model->layer_count;
             step++)
            p->out->alive[step - 1] += block->count;
    }
}

static yolo_status lay_out(planner *p, yolo_error *error) {
    find_last_uses(p);
    p->values[0] = (value){.buffer = add_buffer(p, p->out->values[0].shape, 0), .last_use = p->values[0].last_use};
    for (int i = 0; i < p->model->layer_count; i++) place_value(p, i);
    find_lifetimes(p);
    yolo_status status = fill_blocks(p, error);
    if (status) return status;
    write_offsets(p);
    count_alive(p);
    return YOLO_OK;
}

static bool allocate(planner *p, size_t layer_count) {
    p->buffers = memory_allocate_zeroed(layer_count + 1, sizeof *p->buffers);
    p->values = memory_allocate_zeroed(layer_count + 1, sizeof *p->values);
    p->blocks = memory_allocate_zeroed(2 * layer_count + 1, sizeof *p->blocks);
    p->out->layers = memory_allocate_zeroed(layer_count, sizeof *p->out->layers);
    p->out->values = memory_allocate_zeroed(layer_count + 1, sizeof *p->out->values);
    p->out->scratch = memory_allocate_zeroed(layer_count, sizeof *p->out->scratch);
    p->out->alive = memory_allocate_zeroed(layer_count, sizeof *p->out->alive);
    return p->buffers && p->values && p->blocks && p->out->layers && p->out->values && p->out->scratch && p->out->alive;
}

static yolo_status build(planner *p, shape input, int threads, yolo_error *error) {
    const struct yolo_model *model = p->model;
    if (!allocate(p, (size_t)model->layer_count))
        return fail(error, YOLO_NO_MEMORY, "%s: not enough memory to plan it", model->cfg.path);
    yolo_status status = model_shapes(model, input, threads, p->out->layers, error);
    if (status) return status;
    p->out->values[0].shape = input;
    for (int i = 0; i < model->layer_count; i++) {
        p->out->values[value_of(i)].shape = p->out->layers[i].output;
        p->out->flops += p->out->layers[i].flops;
    }
    return lay_out(p, error);
}

yolo_status plan_build(const struct yolo_model *model, int width, int height, int threads, bool keep, plan *out,
                       yolo_error *error) {
    *out = (plan){.layer_count = model->layer_count};
    planner p = {.model = model, .out = out, .keep = keep};
    yolo_status status = build(&p, model_input_shape(model, width, height), threads, error);
    memory_free(p.buffers);
    memory_free(p.values);
    memory_free(p.blocks);
    if (status) plan_free(out);
    return status;
}

void plan_free(plan *p) {
    memory_free(p->layers);
    memory_free(p->values);
    memory_free(p->scratch);
    memory_free(p->alive);
    *p = (plan){0};
}
