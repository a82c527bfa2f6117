/* One timed pass, and many of them. */
#ifndef CLI_BENCH_H
#define CLI_BENCH_H

#include "cli/session.h"
#include "cli/settings.h"

/* The picture that the user names, or one of the network's size. */
yolo_status bench_picture(const struct session *session, yolo_image *image, yolo_error *error);

/* A pass, from the network's input to boxes; `seconds` [layer_count + 1] receives each layer's time, and that of reading
 * boxes, where it is not NULL. */
yolo_status bench_run(const struct session *session, const yolo_image *image, double *seconds, double *ms,
                      yolo_error *error);

/* Answers each line "run N" of stdin with a line of JSON, the milliseconds of N passes, until stdin ends. The first
 * line written says how long it took since `begin` until the first pass was done. So that programs which are compared
 * can take turns on the same cores. */
enum exit_code bench_by_turns(const struct session *session, double begin);

/* Opens the model once for each algorithm, and prints each layer's time by each. */
enum exit_code bench_tune(const struct settings *settings);

#endif
