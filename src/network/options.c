#include "network/options.h"

#include "base/memory.h"
#include "base/text.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_LIST_ITEMS = 4096 }; /* yolo9000's map, read elsewhere, has 200; anchors and layers have fewer than 20 */

static const char *const activation_names[ACTIVATION_COUNT] = {
    [ACTIVATION_LINEAR] = "linear",
    [ACTIVATION_RELU] = "relu",
    [ACTIVATION_LEAKY] = "leaky",
    [ACTIVATION_RELU6] = "relu6",
    [ACTIVATION_RELIE] = "relie",
    [ACTIVATION_RAMP] = "ramp",
    [ACTIVATION_LOGISTIC] = "logistic",
    [ACTIVATION_LOGGY] = "loggy",
    [ACTIVATION_TANH] = "tanh",
    [ACTIVATION_SWISH] = "swish",
    [ACTIVATION_MISH] = "mish",
    [ACTIVATION_HARD_MISH] = "hard_mish",
    [ACTIVATION_ELU] = "elu",
    [ACTIVATION_SELU] = "selu",
    [ACTIVATION_GELU] = "gelu",
    [ACTIVATION_PLSE] = "plse",
    [ACTIVATION_HARDTAN] = "hardtan",
    [ACTIVATION_LHTAN] = "lhtan",
    [ACTIVATION_STAIR] = "stair",
    [ACTIVATION_NORMALIZE_CHANNELS] = "normalize_channels",
    [ACTIVATION_NORMALIZE_CHANNELS_SOFTMAX] = "normalize_channels_softmax",
    [ACTIVATION_NORMALIZE_CHANNELS_SOFTMAX_MAXVAL] = "normalize_channels_softmax_maxval",
};

const char *activation_name(activation kind) {
    return kind >= 0 && kind < ACTIVATION_COUNT ? activation_names[kind] : "";
}

/* All that reading one value needs to know. */
typedef struct reading {
    const cfg_section *section;
    const cfg_option *option; /* NULL: missing */
    const option_spec *spec;
    void *place;
    int index;
    yolo_error *error;
} reading;

static yolo_status bad_value(const reading *r, const char *wanted) {
    return fail_at(r->error, YOLO_BAD_MODEL, r->section->file, r->option->line, "[%s] %s must be %s, not '%s'",
                   r->section->name, r->spec->key, wanted, r->option->value);
}

static yolo_status out_of_range(const reading *r, double value) {
    return fail_at(r->error, YOLO_BAD_MODEL, r->section->file, r->option->line,
                   "[%s] %s must be %.10g..%.10g, not %.10g", r->section->name, r->spec->key, r->spec->low,
                   r->spec->high, value);
}

static bool in_range(const option_spec *spec, double value) {
    return (spec->low == 0 && spec->high == 0) || (value >= spec->low && value <= spec->high);
}

static yolo_status read_int(const reading *r, const char *text, const char **end, int *value) {
    long number;
    if (!text_integer(text, end, &number) || number < INT_MIN || number > INT_MAX)
        return bad_value(r, "a whole number");
    if (!in_range(r->spec, (double)number)) return out_of_range(r, (double)number);
    *value = (int)number;
    return YOLO_OK;
}

static yolo_status read_float(const reading *r, const char *text, const char **end, float *value) {
    double number;
    if (!text_number(text, end, &number) || !isfinite((float)number)) return bad_value(r, "a number");
    if (!in_range(r->spec, number)) return out_of_range(r, number);
    *value = (float)number;
    return YOLO_OK;
}

/* A layer's index, counted back from this layer where it is negative. It must come before this layer. */
static yolo_status read_layer(const reading *r, const char *text, const char **end, int *value) {
    long number;
    if (!text_integer(text, end, &number)) return bad_value(r, "a layer's number");
    long target = number < 0 ? r->index + number : number;
    if (target < 0 || target >= r->index)
        return fail_at(r->error, YOLO_BAD_MODEL, r->section->file, r->option->line,
                       "[%s] %s names layer %ld, but this is layer %d and only earlier ones can be read",
                       r->section->name, r->spec->key, target, r->index);
    *value = (int)target;
    return YOLO_OK;
}

/* How many items a comma-separated list holds: as many as its commas part, a last comma not counted. */
static size_t list_length(const char *text) {
    size_t length = text[0] != 0;
    for (; *text; text++) length += *text == ',' && text[1] != 0;
    return length;
}

static yolo_status read_item(const reading *r, const char *text, const char **end, size_t i) {
    switch (r->spec->kind) {
    case OPTION_INTS:
        return read_int(r, text, end, &((int_list *)r->place)->items[i]);
    case OPTION_FLOATS:
        return read_float(r, text, end, &((float_list *)r->place)->items[i]);
    default:
        return read_layer(r, text, end, &((int_list *)r->place)->items[i]);
    }
}

/* int_list and float_list agree in all but the type of their items, both of 4 bytes. */
static yolo_status read_list(const reading *r) {
    const char *text = r->option->value;
    size_t length = list_length(text), count = 0;
    if (length == 0 || length > MAX_LIST_ITEMS) return bad_value(r, "a list of 1 to 4096 numbers");
    void *items = memory_allocate_zeroed(length, sizeof(int));
    if (!items) return fail(r->error, YOLO_NO_MEMORY, "%s: not enough memory to read it", r->section->file);
    int_list *ints = r->place;
    float_list *floats = r->place;
    if (r->spec->kind == OPTION_FLOATS)
        floats->items = items;
    else
        ints->items = items;
    while (count < length) {
        yolo_status status = read_item(r, text, &text, count);
        if (status) return status;
        count++;
        if (*text != ',') break; /* the end, or trailing text */
        text++;
    }
    if (r->spec->kind == OPTION_FLOATS)
        floats->count = count;
    else
        ints->count = count;
    return YOLO_OK;
}

/* The names to choose from, for a message: "a, b or c". */
static void join_choices(const char *const *choices, char *text, size_t size) {
    size_t used = 0;
    text[0] = 0;
    for (size_t i = 0; choices[i]; i++) {
        const char *between = i == 0 ? "" : choices[i + 1] ? ", " : " or ";
        const int more = snprintf(text + used, size - used, "%s%s", between, choices[i]);
        if (more < 0 || (size_t)more >= size - used) {
            text[used] = 0; /* not half a name */
            return;
        }
        used += (size_t)more;
    }
}

static yolo_status read_choice(const reading *r) {
    for (int i = 0; r->spec->choices[i]; i++)
        if (strcmp(r->option->value, r->spec->choices[i]) == 0) {
            *(int *)r->place = i;
            return YOLO_OK;
        }
    char names[256];
    join_choices(r->spec->choices, names, sizeof names);
    return bad_value(r, names);
}

static yolo_status read_activation(const reading *r) {
    for (int i = 0; i < ACTIVATION_COUNT; i++)
        if (strcmp(r->option->value, activation_names[i]) == 0) {
            *(activation *)r->place = (activation)i;
            return YOLO_OK;
        }
    if (strcmp(r->option->value, "revleaky") == 0) { /* AlexeyAB's name for leaky with another backward pass */
        *(activation *)r->place = ACTIVATION_LEAKY;
        return YOLO_OK;
    }
    return bad_value(r, "an activation such as leaky, relu, mish or linear");
}

/* A refused option is harmless where it says what would happen without it. */
static yolo_status read_refused(const reading *r) {
    const char *end;
    double number;
    if (text_number(r->option->value, &end, &number) && number == r->spec->fallback) return YOLO_OK;
    return fail_at(r->error, YOLO_BAD_MODEL, r->section->file, r->option->line,
                   "[%s] %s=%s changes the network's results and is not supported", r->section->name, r->spec->key,
                   r->option->value);
}

static yolo_status read_value(const reading *r) {
    const char *end;
    yolo_status status;
    switch (r->spec->kind) {
    case OPTION_INT:
        return read_int(r, r->option->value, &end, r->place);
    case OPTION_FLAG:
        status = read_int(r, r->option->value, &end, r->place);
        if (!status) *(int *)r->place = *(int *)r->place != 0;
        return status;
    case OPTION_FLOAT:
        return read_float(r, r->option->value, &end, r->place);
    case OPTION_ACTIVATION:
        return read_activation(r);
    case OPTION_CHOICE:
        return read_choice(r);
    case OPTION_TEXT:
        *(const char **)r->place = r->option->value;
        return YOLO_OK;
    case OPTION_LAYER:
        return read_layer(r, r->option->value, &end, r->place);
    case OPTION_INTS:
    case OPTION_FLOATS:
    case OPTION_LAYERS:
        return read_list(r);
    case OPTION_REFUSED:
        return read_refused(r);
    case OPTION_IGNORED:
        return YOLO_OK;
    }
    return YOLO_OK;
}

static void set_fallback(const option_spec *spec, void *place) {
    double value = isnan(spec->fallback) ? 0 : spec->fallback;
    switch (spec->kind) {
    case OPTION_INT:
    case OPTION_FLAG:
    case OPTION_CHOICE:
    case OPTION_LAYER:
        *(int *)place = (int)value;
        break;
    case OPTION_ACTIVATION:
        *(activation *)place = (activation)value;
        break;
    case OPTION_FLOAT:
        *(float *)place = (float)value;
        break;
    default: /* texts and lists: params are zeroed; the others have no place */
        break;
    }
}

static yolo_status read_table(const cfg_section *section, const option_target *target, int index, yolo_error *error) {
    for (const option_spec *spec = target->table; spec && spec->key; spec++) {
        void *place = (char *)target->params + spec->offset;
        const cfg_option *option = cfg_find(section, spec->key);
        if (!option && isnan(spec->fallback))
            return fail_at(error, YOLO_BAD_MODEL, section->file, section->line, "[%s] needs %s=", section->name,
                           spec->key);
        set_fallback(spec, place);
        reading r = {section, option, spec, place, index, error};
        yolo_status status = option ? read_value(&r) : YOLO_OK;
        if (status) return status;
    }
    return YOLO_OK;
}

static bool listed(const option_target *targets, size_t target_count, const char *key) {
    for (size_t t = 0; t < target_count; t++)
        for (const option_spec *spec = targets[t].table; spec && spec->key; spec++)
            if (strcmp(spec->key, key) == 0) return true;
    return false;
}

static yolo_status refuse_unknown(const cfg_section *section, const option_target *targets, size_t target_count,
                                  const cfg_warnings *warnings, yolo_error *error) {
    for (size_t i = 0; i < section->option_count; i++) {
        const cfg_option *option = &section->options[i];
        if (listed(targets, target_count, option->key)) continue;
        if (!warnings || !warnings->lenient)
            return fail_at(error, YOLO_BAD_MODEL, section->file, option->line, "[%s] has no option '%s' (value '%s')",
                           section->name, option->key, option->value);
        cfg_warn(warnings, "%s:%d: [%s] has no option '%s' (value '%s'): ignored", section->file, option->line,
                 section->name, option->key, option->value);
    }
    return YOLO_OK;
}

yolo_status options_read(const cfg_section *section, const option_target *targets, size_t target_count, int index,
                         const cfg_warnings *warnings, yolo_error *error) {
    yolo_status status = refuse_unknown(section, targets, target_count, warnings, error);
    for (size_t t = 0; t < target_count && !status; t++) status = read_table(section, &targets[t], index, error);
    return status;
}

void options_free(const option_target *target) {
    for (const option_spec *spec = target->table; spec && spec->key; spec++) {
        void *place = (char *)target->params + spec->offset;
        if (spec->kind == OPTION_FLOATS) memory_free(((float_list *)place)->items);
        if (spec->kind == OPTION_INTS || spec->kind == OPTION_LAYERS) memory_free(((int_list *)place)->items);
    }
}
