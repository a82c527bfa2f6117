/* A detection head alone: made from a section of a cfg, fed with a map in Darknet's planar order. */
#ifndef HEAD_FIXTURE_H
#define HEAD_FIXTURE_H

#include "network/layer.h"

typedef struct head_fixture {
    cfg cfg;
    layer layer;
    int input;          /* the layer's only one */
    yolo_status status; /* of opening, then of shaping */
    yolo_error error;
} head_fixture;

/* Reads `section` (such as "[yolo]\nclasses=2\n"), options and check; `status` and `error` tell how that went. `path`
 * stands for the cfg's. */
void head_open(head_fixture *f, const char *path, const char *section);
void head_close(head_fixture *f);

/* Asks for the shape at one input. */
layer_plan head_plan(head_fixture *f, shape input);

/* Runs the head on `planar` and decodes. The output in Darknet's flat order goes to `output` (may be NULL). With `in
 * place` as the plan allows; otherwise into other memory, with gaps between pixels that must stay as they are. */
typedef struct head_case {
    shape input;
    const float *planar;
    const kernels *kernels;
    int threads;
    bool in_place;
    float score_min;
    int net_width, net_height;
} head_case;
candidates head_detect(head_fixture *f, const head_case *given, float *output);

#endif
