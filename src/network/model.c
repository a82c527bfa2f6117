#include "network/model.h"

#include "base/memory.h"
#include "network/budget.h"
#include "network/context.h"
#include "network/heads.h"
#include "network/names.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

enum {
    MAX_LAYERS = 10000,    /* the longest of the Darknet family has 375 */
    MAX_CLASSES = 1 << 20, /* yolo9000 has 9418 */
};

static const option_spec common_options[] = {
    {"dontload", OPTION_FLAG, offsetof(layer, dont_load), 0, 0, 0, NULL},
    {"dontloadscales", OPTION_FLAG, offsetof(layer, dont_load_scales), 0, 0, 0, NULL},
    {"clip", OPTION_IGNORED, 0, 0, 0, 0, NULL},
    {"onlyforward", OPTION_IGNORED, 0, 0, 0, 0, NULL},
    {"dont_update", OPTION_IGNORED, 0, 0, 0, 0, NULL},
    {"burnin_update", OPTION_IGNORED, 0, 0, 0, 0, NULL},
    {"stopbackward", OPTION_IGNORED, 0, 0, 0, 0, NULL},
    {"train_only_bn", OPTION_IGNORED, 0, 0, 0, 0, NULL},
    {"learning_rate", OPTION_IGNORED, 0, 0, 0, 0, NULL},
    {NULL, OPTION_IGNORED, 0, 0, 0, 0, NULL},
};

/* The layers that this one reads, as its type tells. */
static yolo_status find_inputs(layer *l, yolo_error *error) {
    static const int_list nothing = {0};
    const int_list *listed = &nothing;
    if (l->type->sources != SOURCES_PREVIOUS)
        listed = (const int_list *)((const char *)l->params + l->type->sources_offset);
    size_t previous = l->type->sources != SOURCES_LISTED;
    l->inputs = memory_allocate(previous + listed->count, sizeof *l->inputs);
    if (!l->inputs) return layer_fail_memory(l, error);
    if (previous) l->inputs[0] = l->index - 1; /* before the first layer that is LAYER_IMAGE */
    for (size_t i = 0; i < listed->count; i++) l->inputs[previous + i] = listed->items[i];
    l->input_count = (int)(previous + listed->count);
    return YOLO_OK;
}

static yolo_status read_layer(layer *l, const cfg_warnings *warnings, yolo_error *error) {
    const cfg_section *section = l->section;
    l->type = layer_type_find(section->name);
    if (!l->type)
        return fail_at(error, YOLO_BAD_MODEL, section->file, section->line, "there is no layer type [%s]",
                       section->name);
    l->params = memory_allocate_zeroed(1, l->type->params_size);
    if (!l->params) return layer_fail_memory(l, error);
    option_target targets[] = {{l->type->options, l->params}, {common_options, l}};
    yolo_status status = options_read(section, targets, 2, l->index, warnings, error);
    if (!status) status = find_inputs(l, error);
    if (!status && l->type->check) status = l->type->check(l, error);
    return status;
}

static void find_readers(struct yolo_model *model) {
    for (int i = 0; i < model->layer_count; i++) {
        const layer *l = &model->layers[i];
        for (int k = 0; k < l->input_count; k++)
            if (l->inputs[k] != LAYER_IMAGE) model->layers[l->inputs[k]].reader_count++;
    }
}

static yolo_status read_layers(struct yolo_model *model, const cfg_warnings *warnings, yolo_error *error) {
    size_t count = model->cfg.section_count - 1;
    if (count == 0 || count > MAX_LAYERS)
        return fail(error, YOLO_BAD_MODEL, "%s: must have 1 to %d layers after [net], not %zu", model->cfg.path,
                    MAX_LAYERS, count);
    model->layers = memory_allocate_zeroed(count, sizeof *model->layers);
    if (!model->layers) return fail(error, YOLO_NO_MEMORY, "%s: not enough memory to read it", model->cfg.path);
    model->layer_count = (int)count;
    for (int i = 0; i < model->layer_count; i++) {
        model->layers[i].section = &model->cfg.sections[i + 1];
        model->layers[i].index = i;
    }
    yolo_status status = YOLO_OK;
    for (int i = 0; i < model->layer_count && !status; i++) status = read_layer(&model->layers[i], warnings, error);
    if (!status) find_readers(model);
    if (!status) heads_find_late(model->layers, model->layer_count);
    return status;
}

shape model_input_shape(const struct yolo_model *model, int width, int height) {
    return (shape){model->net.channels, height, width};
}

static shape output_of(const layer_plan *plans, shape input, int index) {
    return index == LAYER_IMAGE ? input : plans[index].output;
}

/* Sides and channels that later sums of products cannot overflow. */
static yolo_status check_shape(const layer *l, shape s, yolo_error *error) {
    if (s.channels > 0 && s.height > 0 && s.width > 0 && s.height <= NET_MAX_SIDE && s.width <= NET_MAX_SIDE &&
        s.channels < INT_MAX / 2 && shape_pixels(s) < INT_MAX && shape_count(s) < PTRDIFF_MAX / 64)
        return YOLO_OK;
    return layer_fail(l, NULL, error, "an output of %d x %d x %d (width x height x channels) is not possible", s.width,
                      s.height, s.channels);
}

/* One layer's answer, asked with the shapes of its inputs in `inputs` [input_count]. */
static yolo_status ask_shape(const struct yolo_model *model, const layer *l, const shape *inputs, int threads,
                             layer_plan *plan, yolo_error *error) {
    shape_args args = {.inputs = inputs, .threads = threads, .kernels = model->kernels, .options = &model->compute};
    *plan = (layer_plan){.algorithm = ""};
    yolo_status status = l->type->shape(l, &args, plan, error);
    return status ? status : check_shape(l, plan->output, error);
}

static shape *gather_inputs(const layer *l, const layer_plan *plans, shape input) {
    shape *inputs = memory_allocate((size_t)l->input_count, sizeof *inputs);
    for (int k = 0; inputs && k < l->input_count; k++) inputs[k] = output_of(plans, input, l->inputs[k]);
    return inputs;
}

yolo_status model_shapes(const struct yolo_model *model, shape input, int threads, layer_plan *plans,
                         yolo_error *error) {
    yolo_status status = YOLO_OK;
    for (int i = 0; i < model->layer_count && !status; i++) {
        const layer *l = &model->layers[i];
        shape *inputs = gather_inputs(l, plans, input);
        if (!inputs) return layer_fail_memory(l, error);
        status = ask_shape(model, l, inputs, threads, &plans[i], error);
        memory_free(inputs);
    }
    return status;
}

static yolo_status prepare_layer(struct yolo_model *model, layer *l, const layer_plan *plans, weight_reader *weights,
                                 team *t, yolo_error *error) {
    if (!l->type->prepare) return YOLO_OK;
    shape *inputs = gather_inputs(l, plans, model_input_shape(model, model->net.width, model->net.height));
    if (!inputs) return layer_fail_memory(l, error);
    prepare_args args = {.weights = weights,
                         .kernels = model->kernels,
                         .team = t,
                         .options = &model->compute,
                         .inputs = inputs,
                         .output = plans[l->index].output,
                         .layers = model->layers,
                         .layer_count = model->layer_count,
                         .net_width = model->net.width,
                         .net_height = model->net.height};
    size_t before = weights_count(weights);
    yolo_status status = l->type->prepare(l, &args, error);
    l->parameter_count = weights_count(weights) - before;
    model->weight_bytes += l->packed_bytes;
    memory_free(inputs);
    return status;
}

typedef struct preparation {
    struct yolo_model *model;
    const layer_plan *plans;
    weight_reader *weights;
    yolo_status status;
    yolo_error *error;
} preparation;

static void prepare_in_order(void *argument, team *t) {
    preparation *p = argument;
    for (int i = 0; i < p->model->layer_count && !p->status; i++)
        p->status = prepare_layer(p->model, &p->model->layers[i], p->plans, p->weights, t, p->error);
}

/* So much to read that packing it is worth more threads than one. */
static bool is_large(const weight_reader *weights) {
    enum { LARGE_BYTES = 4 << 20 };
    return weights_file_bytes(weights) >= LARGE_BYTES;
}

static yolo_status prepare_layers(struct yolo_model *model, const char *weights_path, const layer_plan *plans,
                                  yolo_error *error) {
    weight_reader *weights;
    yolo_status status = weights_open(weights_path, &weights, error);
    if (status) return status;
    preparation p = {model, plans, weights, YOLO_OK, error};
    team_run(is_large(weights) ? model->compute.threads : 1, prepare_in_order, &p);
    status = p.status;
    if (!status) status = weights_expect_end(weights, error);
    model->parameter_count = weights_count(weights);
    model->has_weights = weights_path != NULL;
    weights_close(weights);
    return status;
}

/* What the network tells: boxes of the heads' classes, or a score for each number of the last output. */
static void find_task(struct yolo_model *model, const layer_plan *plans) {
    for (int i = 0; i < model->layer_count; i++) {
        const head_info *head = &model->layers[i].head;
        if (!layer_is_head(&model->layers[i])) continue;
        model->has_heads = true;
        model->head = *head;
        if (head->class_count > model->class_count) model->class_count = head->class_count;
    }
    bool whole = model->net.letterbox || !model->has_heads;
    model->resize = whole ? YOLO_RESIZE_LETTERBOX : YOLO_RESIZE_STRETCH;
    if (model->has_heads) return;
    size_t scores = shape_count(plans[model->layer_count - 1].output);
    model->class_count = scores < MAX_CLASSES ? (int)scores : MAX_CLASSES;
}

/* Whether there is room for the weights and, where the caller says which, for the context that will be made. */
static yolo_status check_memory(const struct yolo_model *model, const layer_plan *plans,
                                const yolo_context_options *context, yolo_error *error) {
    size_t weight_bytes;
    yolo_status status = budget_check_weights(model, plans, &weight_bytes, error);
    if (!status && context) status = context_check_options(context, error);
    if (status || !context) return status;
    plan p;
    status = plan_build(model, context->width ? context->width : model->net.width,
                        context->height ? context->height : model->net.height,
                        context->threads ? context->threads : team_core_count(), context->keep_layers, &p, error);
    if (status) return status;
    status = budget_check_context(model, &p, weight_bytes, 0, error);
    plan_free(&p);
    return status;
}

static yolo_status load(struct yolo_model *model, const char *weights_path, const char *names_path,
                        const yolo_context_options *context, const cfg_warnings *warnings, yolo_error *error) {
    yolo_status status = net_read(&model->cfg.sections[0], &model->net, warnings, error);
    if (!status) status = read_layers(model, warnings, error);
    if (status) return status;
    layer_plan *plans = memory_allocate_zeroed((size_t)model->layer_count, sizeof *plans);
    if (!plans) return fail(error, YOLO_NO_MEMORY, "%s: not enough memory to read it", model->cfg.path);
    shape input = model_input_shape(model, model->net.width, model->net.height);
    status = model_shapes(model, input, 1, plans, error);
    if (!status) status = check_memory(model, plans, context, error);
    if (!status) status = prepare_layers(model, weights_path, plans, error);
    if (!status) {
        find_task(model, plans);
        status = names_read(names_path, model->class_count, warnings, &model->class_names, error);
    }
    memory_free(plans);
    return status;
}

yolo_model_options yolo_model_options_default(void) {
    return (yolo_model_options){0};
}

yolo_status yolo_model_load(const char *cfg_path, const char *weights_path, const yolo_model_options *options,
                            yolo_model **out, yolo_error *error) {
    yolo_model_options chosen = options ? *options : yolo_model_options_default();
    if (!cfg_path || !out)
        return fail(error, YOLO_BAD_ARGUMENT, "yolo_model_load needs a cfg and a place for the model");
    if (chosen.threads < 0 || chosen.threads > NET_MAX_THREADS)
        return fail(error, YOLO_BAD_ARGUMENT, "threads must be 1..%d, not %d", NET_MAX_THREADS, chosen.threads);
    const kernels *set = kernels_select(chosen.kernels);
    if (!set) return fail(error, YOLO_BAD_ARGUMENT, "this machine has no kernel set '%s'", chosen.kernels);
    struct yolo_model *model = memory_allocate_zeroed(1, sizeof *model);
    if (!model) return fail(error, YOLO_NO_MEMORY, "%s: not enough memory to read it", cfg_path);
    model->kernels = set;
    model->compute =
        (compute_options){chosen.low_memory, chosen.algorithm, chosen.threads ? chosen.threads : team_core_count()};
    model->max_memory = budget_limit(chosen.max_memory);
    cfg_warnings warnings = {chosen.lenient, chosen.warn, chosen.warn_argument};
    yolo_status status = cfg_read(cfg_path, &model->cfg, error);
    if (!status) status = load(model, weights_path, chosen.names_path, chosen.context, &warnings, error);
    if (status) {
        yolo_model_free(&model);
        return status;
    }
    model->compute = (compute_options){0};
    *out = model;
    return YOLO_OK;
}

static void free_layer(layer *l) {
    if (l->params && l->type->release) l->type->release(l);
    option_target target = {l->type ? l->type->options : NULL, l->params};
    if (l->params) options_free(&target);
    memory_free(l->params);
    memory_free(l->inputs);
}

void yolo_model_free(yolo_model **model) {
    if (!model || !*model) return;
    struct yolo_model *m = *model;
    assert(!YOLO_DEBUG || atomic_load(&m->contexts) == 0); /* see yolo_model_free in yolo.h */
    for (int i = 0; i < m->layer_count; i++) free_layer(&m->layers[i]);
    memory_free(m->layers);
    names_free(&m->class_names);
    cfg_free(&m->cfg);
    memory_free(m);
    *model = NULL;
}

yolo_status yolo_model_get_info(const yolo_model *model, yolo_model_info *info) {
    if (!model || !info) return YOLO_BAD_ARGUMENT;
    *info = (yolo_model_info){
        .task = model->has_heads ? YOLO_TASK_DETECT : YOLO_TASK_CLASSIFY,
        .width = model->net.width,
        .height = model->net.height,
        .channels = model->net.channels,
        .class_count = model->class_count,
        .layer_count = model->layer_count,
        .resize = model->resize,
        .nms = model->has_heads ? model->head.nms : YOLO_NMS_NONE,
        .nms_beta = model->head.nms_beta,
        .has_weights = model->has_weights,
        .parameter_count = model->parameter_count,
        .weight_bytes = model->weight_bytes,
        .max_memory = model->max_memory,
        .kernels = model->kernels->name,
    };
    return YOLO_OK;
}

const char *yolo_model_class_name(const yolo_model *model, int class_id) {
    return model && class_id >= 0 && class_id < model->class_count ? model->class_names.items[class_id] : "";
}
