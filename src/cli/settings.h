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

/* How photos are cut; 0x0: as their size asks for. */
struct tile {
    bool is_wanted;
    struct size size;
};

/* The values of an option that may be given again and again, in order; they point into argv. */
struct texts {
    const char **items; /* [count] */
    size_t count;
};

/* A number, and CLASS=NUMBER for classes that have their own. */
struct level {
    double value;
    struct texts of_classes;
};

/* Where the numbers of pictures in COCO's formats come from. */
enum coco_ids { COCO_IDS_BY_ORDER, COCO_IDS_BY_NAME };

enum completion_shell { COMPLETION_NONE, COMPLETION_BASH, COMPLETION_ZSH };

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
    uint64_t max_memory; /* bytes of weights and contexts; 0: half of the machine's */

    /* what is found */
    struct level threshold;
    int nms; /* a yolo_nms */
    double nms_iou;
    bool agnostic;
    uint64_t max; /* 0: all */
    const char *classes, *skip_classes;
    bool no_clip;
    uint64_t top; /* classes listed by a classifier */

    /* large photos */
    struct tile tile;
    double overlap; /* of tiles; below 0: not given */

    /* where it is */
    bool rows;
    const char *row_classes; /* NULL: products and gaps, or all */
    struct texts zones;      /* NAME=x1,y1,x2,y2,... */
    const char *zone_file;

    /* reading pictures */
    bool recursive, zero_separated;
    uint64_t max_pixels;
    bool no_orientation;
    bool draft;

    /* what is written; NULL: not */
    const char *output;
    bool no_image;
    const char *json, *jsonl, *csv; /* "-" is stdout */
    const char *counts, *row_counts, *zone_counts, *coco, *coco_dataset, *report;
    const char *yolo, *voc, *labelme, *crops; /* folders */
    bool yolo_scores;
    int coco_ids;         /* an enum coco_ids */
    double crop_padding;  /* parts of the box's sides */
    uint64_t report_size; /* pixels of a thumbnail's longer side */
    const char *font;
    double line_width; /* 0: by the picture's size */
    double font_scale;
    bool no_labels, no_scores, draw_counts;
    struct texts colors; /* CLASS=#rrggbb */
    struct texts hidden; /* lists of classes */

    /* what is measured; NULL: not given */
    const char *labels;      /* the folder of YOLO's label files */
    const char *true_coco;   /* COCO's instances file */
    const char *label_names; /* a file or a list of the labels' classes */
    struct texts maps;       /* LABEL=CLASS */
    uint64_t max_detections; /* of a class in a picture; 0: all */
    const char *curve;

    bool timing;            /* in JSON and JSON lines */
    bool resume, fail_fast; /* how a run begins and ends */

    uint64_t runs; /* of the benchmark; 0: as many as take three seconds */
    bool layers;   /* each layer's time, too */
    bool tune;     /* every algorithm */
    bool by_turns; /* runs when stdin says so */

    bool sandbox;

    bool quiet, verbose;
    bool version, help, help_all, manual;
    int completion; /* an enum completion_shell */

    char **operands; /* [operand_count] what is no option, in order; points into argv */
    size_t operand_count;
};

#endif
