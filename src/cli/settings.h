/* What the user asked for: one structure for all commands, filled by args.c as the rows of options.c say. */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The pictures' or the network's size in pixels; 0x0: not given. */
struct size {
    int width, height;
};

struct settings {
    /* the model; NULL: not given */
    const char *model, *cfg, *weights, *names, *data;
    bool lenient;

    /* how the network runs */
    struct size size;
    int resize;            /* a yolo_resize */
    uint64_t threads;      /* 0: one for each core */
    const char *kernels;   /* NULL: the best */
    const char *algorithm; /* of the convolutions; NULL: as suits each */
    bool low_memory;

    /* what is found */
    double threshold;
    int nms; /* a yolo_nms */
    double nms_iou;
    bool agnostic;
    uint64_t max; /* 0: all */
    const char *classes, *skip_classes;
    bool no_clip;
    uint64_t top; /* classes listed by a classifier */

    /* reading pictures */
    uint64_t max_pixels;
    bool no_orientation;

    /* what is written; NULL: not */
    const char *output;
    bool no_image;
    const char *json, *jsonl, *csv; /* "-" is stdout */
    const char *font;
    double line_width; /* 0: by the picture's size */
    double font_scale;
    bool no_labels, no_scores;

    uint64_t runs; /* of the benchmark; 0: as many as take three seconds */

    bool quiet, verbose;
    bool version, help, help_all;

    char **operands; /* [operand_count] what is no option, in order; points into argv */
    size_t operand_count;
};

#endif
