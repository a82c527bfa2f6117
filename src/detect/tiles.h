/* How a large picture is cut into tiles that overlap. */
#ifndef DETECT_TILES_H
#define DETECT_TILES_H

#include "base/error.h"

/* The tiles that a picture of image_width x image_height gets, for a network's input of net_width x net_height: as the
 * options say, or by themselves where they name no size. YOLO_BAD_ARGUMENT for options that make no sense, or tiles
 * without number. */
yolo_status tiles_plan(const yolo_tile_options *options, int image_width, int image_height, int net_width,
                       int net_height, yolo_tiling *tiling, yolo_error *error);

/* Where tile `index` of `count`, each `extent` long, begins on a side of `whole` pixels: the first at 0, the last at the
 * end, the others spread evenly. */
int tiles_begin(int index, int count, int extent, int whole);

/* The least that neighbours have in common there; `whole` where there is one tile only. */
int tiles_overlap(int count, int extent, int whole);

#endif
