/* Plans of random networks are carried out with tokens in place of numbers: every element of a value has a token of
 * its own, a view has those of what it shows, and whoever reads a value must find its tokens. */
#include "network/plan.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

enum { LAYERS = 24, MOST_INPUTS = 4, MOST_CELLS = 1 << 20 };

typedef struct fake_params {
    layer_plan answer;
} fake_params;

static yolo_status fake_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error) {
    (void)args, (void)error;
    *plan = ((const fake_params *)l->params)->answer;
    return YOLO_OK;
}

static void fake_decode(const layer *l, const decode_args *args, candidates *found) {
    (void)l, (void)args, (void)found;
}

static const layer_type plain_type = {.name = "fake", .shape = fake_shape};
static const layer_type head_type = {.name = "head", .shape = fake_shape, .decode = fake_decode};

typedef struct network {
    struct yolo_model model;
    cfg_section section;
    layer layers[LAYERS];
    fake_params params[LAYERS];
    int inputs[LAYERS][MOST_INPUTS];
    plan plan;
    int *cells; /* [arena_count] tokens */
} network;

static shape shape_of(const network *n, int value) {
    return value == 0 ? (shape){3, 4, 4} : n->params[value - 1].answer.output;
}

static bool joinable(const network *n, const layer *l) {
    for (int k = 0; k < l->input_count; k++) {
        shape s = shape_of(n, l->inputs[k] + 1), first = shape_of(n, l->inputs[0] + 1);
        if (s.height != first.height || s.width != first.width) return false;
    }
    return true;
}

/* A layer that reads `input_count` random earlier values, often the last. */
static void grow_layer(network *n, int i, test_random *random) {
    layer *l = &n->layers[i];
    layer_plan *answer = &n->params[i].answer;
    l->input_count = test_random_int(random, 1, MOST_INPUTS);
    l->inputs = n->inputs[i];
    for (int k = 0; k < l->input_count; k++)
        l->inputs[k] = test_random_int(random, 0, 2) ? i - 1 : test_random_int(random, -1, i - 1);
    shape first = shape_of(n, l->inputs[0] + 1);
    *answer = (layer_plan){.output = first,
                           .placement = (placement)test_random_int(random, PLACE_NEW, PLACE_CONCAT),
                           .scratch_count = (size_t)test_random_int(random, 0, 50)};
    if (answer->placement == PLACE_CONCAT && !joinable(n, l)) answer->placement = PLACE_NEW;
    if (answer->placement == PLACE_NEW) {
        int side = test_random_int(random, 1, 4);
        answer->output = (shape){test_random_int(random, 1, 20), side, side};
    } else if (answer->placement == PLACE_VIEW) {
        answer->output.channels = test_random_int(random, 1, first.channels);
        answer->view_channel = test_random_int(random, 0, first.channels - answer->output.channels);
    } else if (answer->placement == PLACE_CONCAT) {
        answer->output.channels = 0;
        for (int k = 0; k < l->input_count; k++) answer->output.channels += shape_of(n, l->inputs[k] + 1).channels;
    }
    l->type = test_random_int(random, 0, 9) ? &plain_type : &head_type;
}

static void grow_network(network *n, test_random *random) {
    *n = (network){.section = {.file = "fake.cfg", .name = "fake"}};
    for (int i = 0; i < LAYERS; i++) {
        n->layers[i] = (layer){.section = &n->section, .index = i, .params = &n->params[i]};
        grow_layer(n, i, random);
    }
    n->model = (struct yolo_model){.layers = n->layers, .layer_count = LAYERS, .net = {.channels = 3}};
}

static int token(const network *n, int value, int pixel, int channel) {
    if (value == 0) return 1 + pixel * 1000 + channel;
    const layer *l = &n->layers[value - 1];
    const layer_plan *answer = &n->params[value - 1].answer;
    if (answer->placement == PLACE_VIEW) return token(n, l->inputs[0] + 1, pixel, channel + answer->view_channel);
    if (answer->placement != PLACE_CONCAT) return value * 100000 + pixel * 1000 + channel;
    int k = 0;
    for (; channel >= shape_of(n, l->inputs[k] + 1).channels; k++) channel -= shape_of(n, l->inputs[k] + 1).channels;
    return token(n, l->inputs[k] + 1, pixel, channel);
}

static int *cell(network *n, int value, int pixel, int channel) {
    const plan_value *v = &n->plan.values[value];
    size_t at = v->offset + (size_t)pixel * v->stride + (size_t)channel;
    return CHECK(at < n->plan.arena_count) ? &n->cells[at] : &n->cells[0];
}

static void write_value(network *n, int value) {
    shape s = shape_of(n, value);
    for (int p = 0; p < s.height * s.width; p++)
        for (int c = 0; c < s.channels; c++) *cell(n, value, p, c) = token(n, value, p, c);
}

static bool holds(network *n, int value) {
    shape s = shape_of(n, value);
    for (int p = 0; p < s.height * s.width; p++)
        for (int c = 0; c < s.channels; c++)
            if (*cell(n, value, p, c) != token(n, value, p, c)) return false;
    return true;
}

/* A layer reads while it writes: only the first input of one in place may change under it. */
static void carry_out_layer(network *n, int i) {
    const layer *l = &n->layers[i];
    const layer_plan *answer = &n->params[i].answer;
    if (answer->placement == PLACE_VIEW) return;
    for (size_t s = 0; s < answer->scratch_count; s++) n->cells[n->plan.scratch[i] + s] = -1;
    for (int k = 0; k < l->input_count; k++) CHECK(holds(n, l->inputs[k] + 1));
    write_value(n, i + 1);
    for (int k = answer->placement == PLACE_IN_PLACE; k < l->input_count; k++) CHECK(holds(n, l->inputs[k] + 1));
    for (size_t s = 0; s < answer->scratch_count; s++) CHECK(n->cells[n->plan.scratch[i] + s] == -1);
}

static void carry_out(network *n) {
    write_value(n, 0);
    for (int i = 0; i < LAYERS; i++) {
        test_note("layer %d", i);
        carry_out_layer(n, i);
    }
}

static void follow_random_networks(bool keep) {
    test_random random = test_random_start(keep ? 2 : 1);
    static network n;
    for (int round = 0; round < 500; round++) {
        grow_network(&n, &random);
        yolo_error error;
        if (!CHECK_INT(plan_build(&n.model, 4, 4, 1, keep, &n.plan, &error), YOLO_OK)) return;
        n.cells = calloc(n.plan.arena_count, sizeof *n.cells);
        carry_out(&n);
        for (int v = 0; v <= LAYERS; v++)
            if (keep || v == LAYERS || (v > 0 && layer_is_head(&n.layers[v - 1]))) {
                test_note("round %d, value %d at the end", round, v);
                CHECK(holds(&n, v));
            }
        free(n.cells);
        plan_free(&n.plan);
    }
}

static void values_are_there_when_read(void) {
    follow_random_networks(false);
}

static void kept_values_are_there_at_the_end(void) {
    follow_random_networks(true);
}

/* conv, conv, route of both: the parts lie in the whole, and nothing is copied. */
static void parts_are_written_side_by_side(void) {
    static network n;
    n = (network){.section = {.file = "fake.cfg", .name = "fake"}};
    for (int i = 0; i < 3; i++) {
        n.layers[i] = (layer){.type = &plain_type,
                              .section = &n.section,
                              .index = i,
                              .params = &n.params[i],
                              .inputs = n.inputs[i],
                              .input_count = i == 2 ? 2 : 1};
        n.params[i].answer =
            (layer_plan){.output = {i == 2 ? 48 : 16 * (i + 1), 4, 4}, .placement = i == 2 ? PLACE_CONCAT : PLACE_NEW};
    }
    n.inputs[0][0] = -1, n.inputs[1][0] = 0, n.inputs[2][0] = 1, n.inputs[2][1] = 0;
    n.model = (struct yolo_model){.layers = n.layers, .layer_count = 3, .net = {.channels = 3}};
    yolo_error error;
    if (!CHECK_INT(plan_build(&n.model, 4, 4, 1, false, &n.plan, &error), YOLO_OK)) return;
    const plan_value *v = n.plan.values;
    CHECK(v[2].offset == v[3].offset && v[1].offset == v[3].offset + 32);
    CHECK(v[1].stride == 48 && v[2].stride == 48 && v[3].stride == 48);
    CHECK(v[0].stride == 3);
    plan_free(&n.plan);
}

int main(void) {
    static const test_case cases[] = {TEST(values_are_there_when_read), TEST(kept_values_are_there_at_the_end),
                                      TEST(parts_are_written_side_by_side)};
    return test_run(cases, sizeof cases / sizeof *cases);
}
