/* What all that has to do with COCO shares: the numbers of pictures and categories. */
#ifndef CLI_COCO_H
#define CLI_COCO_H

#include "cli/number_set.h"
#include "cli/output.h"
#include "cli/result.h"

#include <stdbool.h>

struct session;

/* The category of each class [class_count]: COCO's own numbers 1..90 where the network's classes are COCO's 80 in their
 * order, else class_id + 1. free() it. */
int *coco_categories(const struct session *session);

/* The number of a picture: `order` counts from 1, or, with --coco-ids name, the number that the file is called. False,
 * after a sentence on stderr, where it is called by none, or by one of those `given` to earlier pictures. */
bool coco_image_id(const struct session *session, const struct result *result, uint64_t order, struct number_set *given,
                   uint64_t *id);

/* COCO's own name of one of its categories, of which Darknet spells six otherwise; NULL: it is none of them. */
const char *coco_official_name(const char *name);

/* "bbox":[x,y,width,height] */
void coco_box(struct output *output, const yolo_detection *found);

#endif
