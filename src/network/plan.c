#include "network/plan.h"

#include "base/memory.h"
#include "network/arena.h"
#include "network/heads.h"

#include <stdint.h>

/* Memory of its own, or a part of a wider buffer: some channels of every pixel of its parent. */
typedef struct buffer {
    int parent;         /* a buffer, or NONE */
    int parent_channel; /* where it begins in the parent */
    shape shape;
    int first, last; /* steps: 0 sets the network's input, i + 1 runs layer i */
    int latest;      /* while values are placed: the last use of any in it and in its parts; where it is no part */
    bool joined;     /* a part of it is another's parent's */
    int chain, ring; /* it is a ring of so many rows in this chain's scratch; NONE, 0 */
    size_t offset;   /* in that: floats */
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
    arena_block *blocks; /* [3 * layer_count + 1]: buffers, layers' scratch, chains' scratch */
    int threads;
} planner;

/* Values count from the network's input, layers from 0 with LAYER_IMAGE before: one more. */
static int value_of(int layer_index) {
    return layer_index + 1;
}

static int root_of(const planner *p, int buffer_index) {
    while (p->buffers[buffer_index].parent != NONE) buffer_index = p->buffers[buffer_index].parent;
    return buffer_index;
}

/* The memory that a value lies in, with all that shares it. */
static buffer *memory_of(const planner *p, const value *v) {
    return p->buffers + root_of(p, v->buffer);
}

/* Whether this layer reads its input again after the last layer has run. */
static bool is_read_late(const planner *p, int i) {
    return p->out->layers[i].late && !layer_is_head(&p->model->layers[i]);
}

static void find_last_uses(planner *p) {
    const struct yolo_model *model = p->model;
    int end = value_of(model->layer_count);
    for (int v = 0; v <= model->layer_count; v++) p->values[v].last_use = p->keep ? end : v;
    for (int i = 0; i < model->layer_count; i++) {
        const layer *l = &model->layers[i];
        for (int k = 0; k < l->input_count; k++) {
            value *read = &p->values[value_of(l->inputs[k])];
            int use = is_read_late(p, i) ? end : value_of(i);
            if (read->last_use < use) read->last_use = use;
        }
        if (layer_is_head(l) || i == model->layer_count - 1) p->values[value_of(i)].last_use = end;
    }
}

static int add_buffer(planner *p, shape s, int step) {
    p->buffers[p->buffer_count] = (buffer){.parent = NONE, .shape = s, .first = step, .last = step, .chain = NONE};
    return p->buffer_count++;
}

/* Whether layer `l`, run at `step`, may write over its first input: nobody reads that memory later, and no other input
 * of the layer lies there (it would change while it is read). */
static bool may_overwrite(const planner *p, const layer *l, int step) {
    int first_input = value_of(l->inputs[0]);
    int root = root_of(p, p->values[first_input].buffer);
    if (p->buffers[root].latest > step) return false;
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
            if (whole->latest < part->latest) p->buffers[joined].latest = part->latest;
            p->buffers[joined].joined = true;
        }
        channel += p->out->values[v].shape.channels;
    }
}

static void note_use(planner *p, const value *v) {
    buffer *root = memory_of(p, v);
    if (root->latest < v->last_use) root->latest = v->last_use;
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
        v->buffer = add_buffer(p, p->out->values[step].shape, step);
        v->channel = 0;
    }
    note_use(p, v);
    if (wanted->placement == PLACE_CONCAT) join_parts(p, l, v->buffer);
}

/* A buffer lives from the first of its values, and of its parts', to the last use of any. */
static void find_lifetimes(planner *p) {
    for (int v = 0; v <= p->model->layer_count; v++) {
        buffer *root = memory_of(p, &p->values[v]);
        if (v < root->first) root->first = v;
        if (p->values[v].last_use > root->last) root->last = p->values[v].last_use;
    }
}

/* ---- Chains ------------------------------------------------------------------------------------------------------ */

enum {
    RING_COUNT = 96 << 10, /* numbers of all rings of a chain: 384 KiB of the second cache */
    LEAST_COUNT = 8 << 10, /* of a map that is worth a ring: 32 KiB */
    MOST_ROWS = 32,
};

static buffer *buffer_of(const planner *p, int layer_index) {
    return memory_of(p, &p->values[value_of(layer_index)]);
}

static bool is_pointwise(layer_rows r) {
    return r.size == 1 && r.stride == 1;
}

static bool goes_by_rows(const planner *p, int i) {
    const layer *l = &p->model->layers[i];
    const layer_plan *wanted = &p->out->layers[i];
    if (wanted->rows.size == 0 || l->input_count > 2) return false;
    return wanted->placement == PLACE_VIEW || l->type->run_rows;
}

/* Nobody but the layers from `first` to `last` uses it. */
static bool is_between(const buffer *b, int first, int last) {
    return !b->joined && b->first >= value_of(first) && b->last <= value_of(last);
}

/* Whether layer i can follow the one before it in a chain that begins with layer `first`. */
static bool can_follow(const planner *p, int first, int i) {
    const layer *l = &p->model->layers[i];
    if (!goes_by_rows(p, i) || l->inputs[0] != i - 1) return false;
    for (int k = 1; k < l->input_count; k++)
        if (l->inputs[k] >= first) return false;
    return true;
}

/* Whether all that lies between these layers can be rings, or is written over by the last: then by pixels alone. */
static bool can_end(const planner *p, int first, int last) {
    const buffer *end = buffer_of(p, last);
    bool pointwise = true;
    for (int i = last; i >= first; i--) {
        const buffer *b = buffer_of(p, i);
        layer_rows rows = p->out->layers[i].rows;
        if (b == end ? !pointwise : !is_between(b, first, last)) return false;
        if (b != end && i < last && p->out->layers[i + 1].rows.whole_input) return false;
        if (i > first) pointwise = pointwise && is_pointwise(rows);
    }
    return true;
}

/* Whether layer `i` of a chain writes to a ring, and not to where the chain's result goes. */
static bool has_ring(const planner *p, const chain *c, int i) {
    return buffer_of(p, i) != buffer_of(p, c->last);
}

/* The rings of a chain that works on so many rows at a time: returns how many floats they take. */
static size_t lay_rings(planner *p, const chain *c, int rows) {
    size_t count = 0;
    for (int i = c->first; i < c->last; i++)
        if (has_ring(p, c, i)) buffer_of(p, i)->ring = 0;
    for (int i = c->last - 1; i >= c->first; i--) {
        const layer_rows *next = &p->out->layers[i + 1].rows;
        rows = (rows - 1) * next->stride + next->size;
        if (rows > p->out->layers[i].output.height) rows = p->out->layers[i].output.height;
        if (has_ring(p, c, i) && buffer_of(p, i)->ring < rows) buffer_of(p, i)->ring = rows;
    }
    for (int i = c->first; i < c->last; i++) {
        buffer *b = buffer_of(p, i);
        if (!has_ring(p, c, i) || b->first != value_of(i)) continue;
        b->offset = count;
        count += ((size_t)b->ring * (size_t)b->shape.width * shape_stride(b->shape) + 15) / 16 * 16;
    }
    return count;
}

/* Whether a map lies between the layers that is too large to be near when it is read. */
static bool has_large_map(planner *p, const chain *c) {
    for (int i = c->first; i < c->last; i++)
        if (has_ring(p, c, i) && shape_count(p->out->layers[i].output) >= LEAST_COUNT) return true;
    return false;
}

/* Chooses the rows; false where not even one row at a time fits. */
static bool fit_rings(planner *p, chain *c) {
    for (c->rows = MOST_ROWS; c->rows > 0; c->rows--)
        if ((c->own = lay_rings(p, c, c->rows)) <= RING_COUNT) return true;
    return false;
}

/* The longest chain that begins with layer `first`; none where it ends there, too. */
static chain find_chain(planner *p, int first) {
    chain best = {.first = first, .last = first}, c = best;
    for (c.last++; c.last < p->model->layer_count && c.last - first < CHAIN_MOST_LAYERS; c.last++) {
        if (!can_follow(p, first, c.last)) break;
        if (can_end(p, first, c.last) && has_large_map(p, &c) && fit_rings(p, &c)) best = c;
    }
    return best;
}

/* Its values become rings; whatever it reads and writes lives from its first layer to its last. */
static void make_chain(planner *p, chain c) {
    size_t scratch = 0;
    lay_rings(p, &c, c.rows);
    for (int i = c.first; i <= c.last; i++) {
        const layer *l = &p->model->layers[i];
        const layer_plan *wanted = &p->out->layers[i];
        if (has_ring(p, &c, i)) buffer_of(p, i)->chain = p->out->chain_count;
        if (wanted->rows.scratch_count > scratch) scratch = wanted->rows.scratch_count;
        c.flops += wanted->flops;
        for (int k = 0; k < l->input_count; k++) {
            buffer *read = buffer_of(p, l->inputs[k]);
            if (read->last < value_of(c.last)) read->last = value_of(c.last);
        }
    }
    buffer *end = buffer_of(p, c.last);
    if (end->first > value_of(c.first)) end->first = value_of(c.first);
    for (int i = c.first; i <= c.last; i++) p->out->scratch[i] = c.own; /* in the chain's, from now on */
    c.own += (scratch + 31) / 16 * 16;
    p->out->chains[p->out->chain_count++] = c;
}

static void find_chains(planner *p) {
    for (int first = 0; first < p->model->layer_count; first++) {
        if (!goes_by_rows(p, first) || p->out->layers[first].placement == PLACE_VIEW) continue;
        chain c = find_chain(p, first);
        if (c.last == first) continue;
        make_chain(p, c);
        first = c.last;
    }
}

static const chain *chain_of(const planner *p, int i) {
    for (int k = 0; k < p->out->chain_count; k++)
        if (p->out->chains[k].first <= i && i <= p->out->chains[k].last) return &p->out->chains[k];
    return NULL;
}

/* ---- The arena --------------------------------------------------------------------------------------------------- */

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
        if (u->parent == NONE && u->chain == NONE &&
            !size_multiply(shape_pixels(u->shape), shape_stride(u->shape), &count))
            return too_large(p->model, u->first > 0 ? u->first - 1 : 0, error);
        p->blocks[b] = (arena_block){.count = count, .first = u->first, .last = u->last};
    }
    const int layer_count = p->model->layer_count;
    for (int i = 0; i < layer_count; i++) {
        const bool at_end = p->out->layers[i].late && layer_is_head(&p->model->layers[i]);
        const int step = value_of(at_end ? layer_count : i);
        p->blocks[p->buffer_count + i] =
            (arena_block){.count = chain_of(p, i) ? 0 : p->out->layers[i].scratch_count, .first = step, .last = step};
    }
    for (int k = 0; k < p->out->chain_count; k++) {
        const chain *c = &p->out->chains[k];
        p->blocks[p->buffer_count + layer_count + k] =
            (arena_block){.count = c->own * (size_t)p->threads, .first = value_of(c->first), .last = value_of(c->last)};
    }
    size_t block_count = (size_t)(p->buffer_count + layer_count + p->out->chain_count);
    yolo_status status = check_sum(p, block_count, error);
    if (status) return status;
    if (!arena_assign(p->blocks, block_count, &p->out->arena_count))
        return fail(error, YOLO_NO_MEMORY, "%s: not enough memory to plan it", p->model->cfg.path);
    return YOLO_OK;
}

static void write_offsets(planner *p) {
    const arena_block *scratch = p->blocks + p->buffer_count, *chains = scratch + p->model->layer_count;
    for (int k = 0; k < p->out->chain_count; k++) p->out->chains[k].offset = chains[k].offset;
    for (int v = 0; v <= p->model->layer_count; v++) {
        int b = p->values[v].buffer, channel = p->values[v].channel;
        for (; p->buffers[b].parent != NONE; b = p->buffers[b].parent) channel += p->buffers[b].parent_channel;
        const buffer *u = &p->buffers[b];
        p->out->values[v].offset =
            (u->chain == NONE ? p->blocks[b].offset : chains[u->chain].offset + u->offset) + (size_t)channel;
        p->out->values[v].ring = u->chain == NONE ? 0 : u->ring;
        p->out->values[v].stride = shape_stride(p->buffers[b].shape);
    }
    for (int i = 0; i < p->model->layer_count; i++) {
        const chain *c = chain_of(p, i);
        p->out->scratch[i] = c ? c->offset + p->out->scratch[i] : scratch[i].offset;
    }
}

/* What is there before the first layer counts with it. */
static void count_alive(planner *p) {
    const int block_count = p->buffer_count + p->model->layer_count + p->out->chain_count;
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
    note_use(p, &p->values[0]);
    for (int i = 0; i < p->model->layer_count; i++) place_value(p, i);
    find_lifetimes(p);
    find_chains(p);
    yolo_status status = fill_blocks(p, error);
    if (status) return status;
    write_offsets(p);
    count_alive(p);
    return YOLO_OK;
}

static bool allocate(planner *p, size_t layer_count) {
    p->buffers = memory_allocate_zeroed(layer_count + 1, sizeof *p->buffers);
    p->values = memory_allocate_zeroed(layer_count + 1, sizeof *p->values);
    p->blocks = memory_allocate_zeroed(3 * layer_count + 1, sizeof *p->blocks);
    p->out->layers = memory_allocate_zeroed(layer_count, sizeof *p->out->layers);
    p->out->values = memory_allocate_zeroed(layer_count + 1, sizeof *p->out->values);
    p->out->scratch = memory_allocate_zeroed(layer_count, sizeof *p->out->scratch);
    p->out->alive = memory_allocate_zeroed(layer_count, sizeof *p->out->alive);
    p->out->chains = memory_allocate_zeroed(layer_count, sizeof *p->out->chains);
    return p->buffers && p->values && p->blocks && p->out->layers && p->out->values && p->out->scratch &&
           p->out->alive && p->out->chains;
}

/* ---- Late layers -------------------------------------------------------------------------------------------------- */

/* An inner one is not there until boxes are read: it passes its input on. */
static void make_inner(planner *p, int i) {
    p->out->layers[i].placement = PLACE_VIEW;
    p->out->layers[i].view_channel = 0;
    p->out->values[value_of(i)].shape = p->out->values[value_of(p->model->layers[i].inputs[0])].shape;
}

/* A head and the layer before it have gates instead of their outputs. */
static yolo_status make_late(planner *p, int i, yolo_error *error) {
    const layer *l = &p->model->layers[i];
    const bool is_head = layer_is_head(l);
    const layer *head = is_head ? l : l + 1;
    p->out->layers[i].late = true;
    p->out->layers[i].rows = (layer_rows){0};
    if (layer_is_head(head))
        p->out->values[value_of(i)].shape.channels = (int)head->type->gates(head).count;
    else
        make_inner(p, i);
    return is_head ? heads_plan_late(p->model, i, p->out, p->threads, error) : YOLO_OK;
}

static yolo_status find_late(planner *p, yolo_error *error) {
    yolo_status status = YOLO_OK;
    for (int i = 0; i < p->model->layer_count && !status; i++)
        if (p->model->layers[i].late && !p->keep) status = make_late(p, i, error);
    return status;
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
    status = find_late(p, error);
    return status ? status : lay_out(p, error);
}

yolo_status plan_build(const struct yolo_model *model, int width, int height, int threads, bool keep, plan *out,
                       yolo_error *error) {
    *out = (plan){.layer_count = model->layer_count};
    planner p = {.model = model, .out = out, .keep = keep, .threads = threads};
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
    memory_free(p->chains);
    *p = (plan){0};
}
