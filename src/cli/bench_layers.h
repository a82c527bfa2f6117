/* Each layer's time of many passes, beside the least that it could take on this machine. */
#ifndef CLI_BENCH_LAYERS_H
#define CLI_BENCH_LAYERS_H

#include "cli/output.h"
#include "cli/session.h"

struct layer_times {
    const struct session *session;
    size_t layer_count, run_count;
    double *seconds; /* [runs][layer_count + 1], the last one for reading boxes */
    double *column;  /* [runs] room to sort one layer's */
    yolo_machine machine;
};

/* Room for `runs` passes; then one layer_times_next for each, where its seconds go; then layer_times_finish, which
 * measures the machine. */
void layer_times_begin(struct layer_times *times, const struct session *session, size_t runs);
double *layer_times_next(struct layer_times *times);
yolo_status layer_times_finish(struct layer_times *times, yolo_error *error);

void layer_times_text(const struct layer_times *times, struct output *output);

/* `,"machine":{...},"layers":[...],"boxes_ms":N` */
void layer_times_json(const struct layer_times *times, struct output *output);

void layer_times_free(struct layer_times *times);

#endif
