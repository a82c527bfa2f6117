#include "network/heads.h"

#include "base/memory.h"

#include <string.h>

enum {
    LATE_PIXELS = 64, /* gathered at a time: enough for whole tiles of a matrix product */
    INNER_GATES = 32, /* at most, where they are multiplied through inner layers: loading must not take longer for it */
};

/* ---- Which layers ------------------------------------------------------------------------------------------------- */

/* Whether a layer before a late one can be late, too: nobody else reads what it puts out. */
static bool can_be_late(const layer *before, late_place place) {
    return before->reader_count == 1 && before->type->can_be_late && before->type->can_be_late(before, place);
}

static bool has_late_gates(const layer *head) {
    return head->index > 0 && head->reader_count == 0 && head->type->gates && head->type->gates(head).count > 0 &&
           head->inputs[0] == head->index - 1;
}

static void find_late(layer *layers, int head_index) {
    late_place place = LATE_LAST;
    if (!has_late_gates(&layers[head_index])) return;
    const size_t gate_count = layers[head_index].type->gates(&layers[head_index]).count;
    for (int i = head_index - 1; i >= 0 && can_be_late(&layers[i], place); i--) {
        layers[head_index].late = layers[i].late = true;
        if (layers[i].inputs[0] != i - 1 || gate_count > INNER_GATES) return;
        place = LATE_INNER;
    }
}

void heads_find_late(layer *layers, int count) {
    for (int i = 0; i < count; i++) find_late(layers, i);
}

/* The first of the layers that are late with this head. */
static const layer *first_late(const layer *head) {
    while (head->index > 0 && head[-1].late) head--;
    return head;
}

/* ---- Scratch ------------------------------------------------------------------------------------------------------ */

/* Pixels of a head that are computed together lie in two places by turns, from the input of the first late layer on. */
typedef struct block_layout {
    int pixels;
    size_t place; /* floats of each */
} block_layout;

static size_t place_of(shape s) {
    return (shape_pixels(s) * shape_stride(s) + 15) / 16 * 16;
}

static shape block_shape(shape s, int pixels) {
    return (shape){s.channels, 1, pixels};
}

static shape input_of(const plan *p, const layer *first) {
    return p->values[first->inputs[0] + 1].shape;
}

static block_layout layout_of(const plan *p, const layer *head) {
    const layer *first = first_late(head);
    const shape input = input_of(p, first);
    const size_t pixels = shape_pixels(input);
    block_layout b = {.pixels = pixels < LATE_PIXELS ? (int)pixels : LATE_PIXELS};
    b.place = place_of(block_shape(input, b.pixels));
    for (const layer *l = first; l < head; l++) {
        const size_t place = place_of(block_shape(p->layers[l->index].output, b.pixels));
        if (place > b.place) b.place = place;
    }
    return b;
}

yolo_status heads_plan_late(const struct yolo_model *model, int head_index, plan *p, int threads, yolo_error *error) {
    const layer *head = &model->layers[head_index], *first = first_late(head);
    const block_layout b = layout_of(p, head);
    shape input = block_shape(input_of(p, first), b.pixels);
    size_t scratch = 0;
    yolo_status status = YOLO_OK;
    for (const layer *l = first; l < head && !status; l++) {
        layer_plan planned = {.algorithm = ""};
        const shape_args args = {
            .inputs = &input, .threads = threads, .kernels = model->kernels, .options = &model->compute};
        status = l->type->shape(l, &args, &planned, error);
        if (planned.scratch_count > scratch) scratch = planned.scratch_count;
        input = planned.output;
    }
    p->layers[head_index].scratch_count = size_sum(2 * b.place, scratch);
    return status;
}

/* ---- Reading ------------------------------------------------------------------------------------------------------ */

void heads_decode_map(const layer *head, const decode_args *args, candidates *found) {
    if (head->type->decode) {
        head->type->decode(head, args, found);
        return;
    }
    for (int y = 0; y < args->head->height; y++)
        for (int x = 0; x < args->head->width; x++)
            head->type->decode_cell(head, args, tensor_at(args->head, y, x), y, x, found);
}

/* Some pixels of a late head. */
typedef struct block {
    const context *context;
    const layer *first, *head;
    const decode_args *args;
    team *team;
    candidates *found;
    float *places[2]; /* the first one holds the pixels that are gathered */
    float *scratch;
    int most, count;
    struct {
        int y, x;
    } pixels[LATE_PIXELS];
} block;

static tensor tensor_in(float *data, int channels, int pixels) {
    const shape s = {channels, 1, pixels};
    return (tensor){data, s.channels, s.height, s.width, shape_stride(s), 0};
}

static void run_late(const block *b, const layer *l, const tensor *input, const tensor *output) {
    const run_args args = {.inputs = input,
                           .output = *output,
                           .scratch = b->scratch,
                           .team = b->team,
                           .kernels = b->context->model->kernels};
    l->type->run(l, &args);
}

static void finish_block(block *b) {
    tensor map = tensor_in(b->places[0], context_value(b->context, b->first->inputs[0])->channels, b->count);
    int place = 0;
    for (const layer *l = b->first; l < b->head; l++) {
        const int channels = b->context->plan.layers[l->index].output.channels;
        const tensor output = tensor_in(b->places[place ^= 1], channels, b->count);
        run_late(b, l, &map, &output);
        map = output;
    }
    run_late(b, b->head, &map, &map);
    for (int i = 0; i < b->count; i++)
        b->head->type->decode_cell(b->head, b->args, tensor_at(&map, 0, i), b->pixels[i].y, b->pixels[i].x, b->found);
    b->count = 0;
}

static void add_pixel(block *b, const tensor *map, int y, int x) {
    const tensor gathered = tensor_in(b->places[0], map->channels, b->most);
    memcpy(tensor_at(&gathered, 0, b->count), tensor_at(map, y, x), (size_t)map->channels * sizeof(float));
    b->pixels[b->count].y = y, b->pixels[b->count].x = x;
    if (++b->count == b->most) finish_block(b);
}

/* What is not a number may be one in another order of the sum. */
static bool may_have_box(const tensor *gates, int y, int x, float score_min) {
    const float *gate = tensor_at(gates, y, x);
    for (int i = 0; i < gates->channels; i++)
        if (!(gate[i] <= score_min)) return true;
    return false;
}

static void decode_late(const context *c, const layer *head, const decode_args *args, team *t, candidates *found) {
    const block_layout layout = layout_of(&c->plan, head);
    const layer *first = first_late(head);
    const tensor *map = context_value(c, first->inputs[0]);
    float *data = c->arena + c->plan.scratch[head->index];
    block b = {.context = c,
               .first = first,
               .head = head,
               .args = args,
               .team = t,
               .found = found,
               .places = {data, data + layout.place},
               .scratch = data + 2 * layout.place,
               .most = layout.pixels};
    for (int y = 0; y < args->head->height; y++)
        for (int x = 0; x < args->head->width; x++)
            if (may_have_box(args->head, y, x, args->score_min)) add_pixel(&b, map, y, x);
    if (b.count > 0) finish_block(&b);
}

void heads_decode(const context *c, float score_min, team *t, candidates *found) {
    const tensor *input = context_value(c, LAYER_IMAGE);
    for (int i = 0; i < c->model->layer_count; i++) {
        const layer *l = &c->model->layers[i];
        const decode_args args = {.head = context_value(c, i),
                                  .score_min = score_min,
                                  .net_width = input->width,
                                  .net_height = input->height};
        if (c->plan.layers[i].late && layer_is_head(l))
            decode_late(c, l, &args, t, found);
        else if (layer_is_head(l))
            heads_decode_map(l, &args, found);
    }
}
