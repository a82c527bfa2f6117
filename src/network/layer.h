/* What a layer type is: one row of a table. The stages run in this order:
 *
 *   options, check   model load               may fail, naming the cfg's line     fills params
 *   prepare          model load, file order   may fail: weights too short         packs weights into params
 *   shape            context creation         may fail: inputs that do not fit    touches nothing
 *                    (and before prepare, when the output's shape and the numbers of weights count)
 *   run              every image              cannot fail, allocates nothing      the arena
 *   decode           every image, heads only  cannot fail                         candidates
 *
 * Where a head turns nearly all boxes away by their objectness, the rest of what it reads is computed between run and
 * decode, for the pixels that have a box only: see network/heads.h.
 *
 * A new type is one file in layers/, one row in layers/registry.c and one test.
 */
#ifndef NETWORK_LAYER_H
#define NETWORK_LAYER_H

#include "base/error.h"
#include "base/team.h"
#include "kernels/kernels.h"
#include "network/candidates.h"
#include "network/cfg.h"
#include "network/options.h"
#include "network/tensor.h"
#include "network/weights.h"

typedef struct layer layer;

enum { LAYER_IMAGE = -1 }; /* the index of the network's input among a layer's inputs */

/* Which values a layer reads. */
typedef enum layer_sources {
    SOURCES_PREVIOUS,        /* the layer before it */
    SOURCES_LISTED,          /* those of the option at `sources_offset` (an int_list) */
    SOURCES_PREVIOUS_LISTED, /* the layer before it, then those listed */
} layer_sources;

/* Where a layer's output lives. */
typedef enum placement {
    PLACE_NEW,      /* memory of its own */
    PLACE_IN_PLACE, /* over its first input if nobody reads that later (same shape); otherwise of its own, so `run`
                       must handle both output == input and output != input */
    PLACE_VIEW,     /* it is a part of its first input: channels from `view_channel`; `run` is not called */
    PLACE_CONCAT,   /* its inputs side by side: those that could be written there at once are there already, so `run`
                       copies an input only where its data is not in place */
} placement;

/* Which rows of its first input a row y of a layer's output reads, where it can run by rows: `size` of them from
 * y * stride - before on, as far as they exist. Of its other inputs it reads row y. */
typedef struct layer_rows {
    int size, stride, before; /* size 0: it cannot */
    size_t scratch_count;     /* floats for a thread */
    bool whole_input;         /* that must not be a ring */
} layer_rows;

typedef struct layer_plan {
    shape output;
    placement placement;
    int view_channel;
    size_t scratch_count; /* floats for the time of one run, all threads together, 64-byte aligned */
    size_t weight_count;  /* floats that `prepare` keeps, or kept, */
    size_t loading_count; /* and those that it needs besides while it runs: for budget.h, before it is called */
    double flops;
    const char *algorithm; /* a constant; "" where there is only one */
    layer_rows rows;
    bool by_cell; /* Darknet keeps this output cell by cell: its flat order is [height][width][channels] */
    bool late;    /* by the planner: it runs when boxes are read; before, `run_gates` where there is one to run */
} layer_plan;

/* What the user asked for; layers that compute in one way only ignore it. */
typedef struct compute_options {
    bool low_memory;       /* nothing that trades memory for time */
    const char *algorithm; /* the one to use wherever it can be; NULL: what suits */
    int threads;           /* that pack large weights */
} compute_options;

typedef struct shape_args {
    const shape *inputs; /* [layer.input_count] */
    int threads;
    const kernels *kernels;
    const compute_options *options; /* before `prepare`, what it will be called with; NULL: what suits */
} shape_args;

typedef struct prepare_args {
    weight_reader *weights;
    const kernels *kernels;
    team *team; /* that may share the work */
    const compute_options *options;
    const shape *inputs;  /* at the cfg's own input size */
    shape output;         /* of `shape` for them */
    struct layer *layers; /* [layer_count] all of the network; those before this one are prepared */
    int layer_count;
    int net_width, net_height;
} prepare_args;

typedef struct run_args {
    const tensor *inputs; /* [layer.input_count] */
    tensor output;
    float *scratch;
    team *team;
    const kernels *kernels;
} run_args;

typedef struct decode_args {
    const tensor *head;        /* the layer's output; of a late layer the gates, for the map's sides */
    float score_min;           /* scores above it are wanted, strictly */
    int net_width, net_height; /* of the network's input */
} decode_args;

/* The channels of a head's input that alone tell that a pixel has no box: first, first + step, ... */
typedef struct head_gates {
    size_t count, first, step; /* count 0: there are none such */
} head_gates;

/* Where a late layer stands: before the head, or before another late one. */
typedef enum late_place { LATE_LAST, LATE_INNER } late_place;

typedef struct layer_type {
    const char *name, *alias;   /* the cfg's section, without brackets; a second spelling or NULL */
    const option_spec *options; /* NULL: none but those common to all layers */
    size_t params_size;
    layer_sources sources;
    size_t sources_offset;                             /* of an int_list in params, for the LISTED kinds */
    yolo_status (*check)(layer *l, yolo_error *error); /* may be NULL */
    yolo_status (*prepare)(layer *l, const prepare_args *args, yolo_error *error); /* may be NULL */
    yolo_status (*shape)(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error);
    void (*run)(const layer *l, const run_args *args); /* NULL only where every placement is PLACE_VIEW */
    void (*run_rows)(const layer *l, const run_args *args, int begin, int end); /* these rows of the output, by one
                                  thread, with the scratch of layer_rows; inputs and output may be rings; may be NULL */
    void (*decode)(const layer *l, const decode_args *args, candidates *found); /* heads only: these, */
    void (*decode_cell)(const layer *l, const decode_args *args, const float *entries, int y, int x,
                        candidates *found); /* or those whose pixels tell of boxes each by itself */

    /* Of heads, and of layers before them; all NULL where it cannot be late. */
    head_gates (*gates)(const layer *l);                     /* a head's */
    bool (*can_be_late)(const layer *l, late_place place);   /* a layer's before a head */
    void (*run_gates)(const layer *l, const run_args *args); /* `run`, for a map of the gates alone, of a head and the
                                                                layer before it */

    void (*release)(layer *l); /* frees what prepare and check made; may be NULL; params may be partly filled */
} layer_type;

/* What a head asks of suppression. */
typedef struct head_info {
    int class_count; /* 0: not a head */
    yolo_nms nms;
    float nms_beta;
} head_info;

struct layer {
    const layer_type *type;
    const cfg_section *section; /* for messages: file, line, name, raw values */
    int index;                  /* from 0, [net] not counted */
    int *inputs;                /* [input_count] indices of layers, or LAYER_IMAGE */
    int input_count;
    int reader_count;                /* of inputs, of layers after it, that are its output */
    void *params;                    /* [type->params_size], zeroed, then filled by options, check and prepare */
    int dont_load, dont_load_scales; /* options common to all layers: numbers that the weights file lacks */
    size_t parameter_count;          /* numbers read by prepare */
    size_t packed_bytes;             /* memory that prepare keeps */
    head_info head;                  /* filled by check */
    bool late;                       /* a head and the layers before it, where they can be; known before `prepare` */
};

static inline bool layer_is_head(const layer *l) {
    return l->type->decode || l->type->decode_cell;
}

/* "FILE:LINE: [section] sentence". The line is that of `key` where it is not NULL and given. */
yolo_status layer_fail(const layer *l, const char *key, yolo_error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* YOLO_NO_MEMORY, in the words that every layer uses. */
yolo_status layer_fail_memory(const layer *l, yolo_error *error);

#ifdef __clang_analyzer__ /* see base/error.h */
#define layer_fail(...) (layer_fail(__VA_ARGS__), YOLO_BAD_MODEL)
#define layer_fail_memory(l, error) (layer_fail_memory(l, error), YOLO_NO_MEMORY)
#endif

/* The type of a cfg section, or NULL. Defined by layers/registry.c. */
const layer_type *layer_type_find(const char *section);

/* All types, one after another; NULL past the last. */
const layer_type *layer_type_at(size_t index);

/* Helpers that most shapes share. */

/* plan->output = the first input's shape, in a new place. */
yolo_status layer_same_shape(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error);

/* The same, over the input if possible. */
yolo_status layer_in_place(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error);

/* The same memory under another index: for layers without effect at inference. */
yolo_status layer_identity(const layer *l, const shape_args *args, layer_plan *plan, yolo_error *error);

#endif
