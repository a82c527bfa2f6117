/* Pictures for tests. */
#ifndef TESTS_PICTURES_H
#define TESTS_PICTURES_H

#include "yolo.h"

/* A picture of smooth colors with some noise, the same everywhere; yolo_image_free. */
yolo_image picture_make(int width, int height, int channels);

/* Loads a file as it is stored or upright, with 1 or 3 channels; fails the test and returns no pixels when it cannot. */
yolo_image picture_load(const char *path, int channels, bool upright);

/* The mean absolute difference of two pictures' samples, 0..255; 1000 where sizes or channels differ. */
double picture_difference(const yolo_image *a, const yolo_image *b);

/* A whole file, which free() releases; NULL fails the test. */
uint8_t *picture_file(const char *path, size_t *byte_count);

#endif
