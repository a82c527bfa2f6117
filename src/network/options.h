/* Options are data: each layer type lists its keys with kind, place, default and range, and one function reads them. */
#ifndef NETWORK_OPTIONS_H
#define NETWORK_OPTIONS_H

#include "base/error.h"
#include "kernels/kernels.h"
#include "network/cfg.h"

#include <stddef.h>

typedef enum option_kind {
    OPTION_INT,        /* int */
    OPTION_FLOAT,      /* float */
    OPTION_FLAG,       /* int: 0, or 1 for any other number */
    OPTION_ACTIVATION, /* enum activation, by name */
    OPTION_CHOICE,     /* int: the index of a name in `choices` */
    OPTION_TEXT,       /* const char *, owned by the cfg; NULL by default */
    OPTION_INTS,       /* int_list, comma-separated */
    OPTION_FLOATS,     /* float_list, comma-separated */
    OPTION_LAYER,      /* int: a layer's index; negative ones in the cfg count back from this layer */
    OPTION_LAYERS,     /* int_list of such */
    OPTION_IGNORED,    /* means something in training only, or to another program's display */
    OPTION_REFUSED,    /* changes results in a way that is not supported: an error unless it has its default value */
} option_kind;

typedef struct int_list {
    int *items; /* owned by the layer */
    size_t count;
} int_list;

typedef struct float_list {
    float *items; /* owned by the layer */
    size_t count;
} float_list;

typedef struct option_spec {
    const char *key; /* NULL ends a table */
    option_kind kind;
    size_t offset;    /* into the structure of params */
    double fallback;  /* the value where the key is missing; NAN: the key is required. A list is empty without it */
    double low, high; /* the range of numbers, inclusive (each element of a list); 0, 0: any */
    const char *const *choices; /* of OPTION_CHOICE; a NULL ends it */
} option_spec;

/* A table of options and the structure that its offsets count from. */
typedef struct option_target {
    const option_spec *table; /* NULL: no options */
    void *params;
} option_target;

/* Reads a section's options into `targets` [target_count]; the first table that lists a key decides. Of a key given
 * twice the first counts. Numbers may be followed by other text, as Darknet allows. `index` is the layer's own, for
 * OPTION_LAYER. An unknown key is an error, or a warning where `warnings` says so. Lists are allocated: options_free,
 * also after an error. YOLO_BAD_MODEL, YOLO_NO_MEMORY. */
yolo_status options_read(const cfg_section *section, const option_target *targets, size_t target_count, int index,
                         const cfg_warnings *warnings, yolo_error *error);

void options_free(const option_target *target);

/* The name of an activation in a cfg. */
const char *activation_name(activation kind);

#endif
