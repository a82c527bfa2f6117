/* One picture on its way: load, infer, render. What constant things it needs are in struct run, what a thread needs for
 * itself in struct worker. */
#ifndef CLI_JOB_H
#define CLI_JOB_H

#include "cli/file_bytes.h"
#include "cli/inputs.h"
#include "cli/memory_gate.h"
#include "cli/place.h"
#include "cli/result.h"

#include <stdbool.h>

struct session;
struct sinks;

/* What is constant for all pictures of a run, and shared by its threads. */
struct run {
    const struct session *session;
    yolo_image_options image_options;
    yolo_detect_options detect_options;
    yolo_tile_options tile_options; /* where tiles are asked for */
    float *class_thresholds;        /* [class_count], NULL: the same for all */
    const struct sinks *sinks;
    struct memory_gate *gate; /* that all pictures pass */
    bool keeps_pixels;        /* for sinks that render */
};

/* What belongs to a thread. */
struct worker {
    const struct run *run;
    yolo_context *context;
    struct file_bytes file;
    struct memory_hold hold; /* of the picture it works on */
};

/* A slot that one picture after the other uses. */
struct job {
    char *path, *name, *stem, *error;
    yolo_image image;
    struct result result;
    struct placing placing;
    yolo_score *scores; /* [class_count] of a classifier, else NULL */
    double stage_ms[STAGE_COUNT];
    bool lacks_file;
};

void job_begin(struct job *job, const struct session *session, const struct input *input);

/* All stages but the report, on any thread. */
void job_work(struct job *job, struct worker *worker);

void job_free(struct job *job);

#endif
