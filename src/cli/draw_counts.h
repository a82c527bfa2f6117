/* --draw-counts: how many of each class, row and zone, written into the picture. */
#ifndef CLI_DRAW_COUNTS_H
#define CLI_DRAW_COUNTS_H

#include "cli/result.h"

struct session;

/* Draws into an RGB picture with the style of its boxes. */
yolo_status draw_counts(yolo_image *image, const struct session *session, const struct result *result,
                        const yolo_draw_options *options, yolo_error *error);

#endif
