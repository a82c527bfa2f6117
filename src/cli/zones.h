/* --zone, --zones: parts of the picture that are counted for themselves. */
#ifndef CLI_ZONES_H
#define CLI_ZONES_H

#include "cli/command.h"

#include <stdint.h>

/* A set of zones has a bit for each. */
enum { ZONES_MAX = 64, ZONE_POINTS_MAX = 1000 };

struct zones;

/* Reads all that the settings name, those of the file first; *zones is NULL where they name none. EXIT_DONE, or
 * EXIT_WRONG_USAGE after a sentence on stderr that says where the mistake is. */
enum exit_code zones_open(const struct settings *settings, struct zones **zones);
void zones_close(struct zones *zones); /* NULL is allowed */

size_t zones_count(const struct zones *zones); /* 0 for NULL */
const char *zones_name(const struct zones *zones, size_t index);

/* The zones that a point lies in, as a set: bit i for zone i. Whether a ray from it to the right meets a zone's outline
 * an odd number of times decides, so an outline that crosses itself encloses what it goes around once. Points on a line
 * that two zones share lie in one of them. */
uint64_t zones_at(const struct zones *zones, double x, double y, int picture_width, int picture_height);

/* A zone's corners in pixels of a picture: x and y by turns into `points` [2 * ZONE_POINTS_MAX]; how many corners. */
size_t zones_outline(const struct zones *zones, size_t index, int picture_width, int picture_height, float *points);

#endif
