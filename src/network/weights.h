/* Reads a Darknet .weights file front to back, layer by layer, in float runs. */
#ifndef NETWORK_WEIGHTS_H
#define NETWORK_WEIGHTS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct layer;
typedef struct weight_reader weight_reader;

/* Opens a file and reads its header. With `path` NULL every number reads as zero. */
yolo_status weights_open(const char *path, weight_reader **reader, yolo_error *error);

/* The next `count` numbers of layer `l` into `values`; `what` names them in messages ("biases"). YOLO_BAD_MODEL names
 * the layer when the file ends too early or a number is not finite. */
yolo_status weights_read(weight_reader *reader, const struct layer *l, const char *what, float *values, size_t count,
                         yolo_error *error);

/* Passes over `count` numbers; where there is no file, however many they are, at once. */
yolo_status weights_skip(weight_reader *reader, const struct layer *l, const char *what, size_t count,
                         yolo_error *error);

/* YOLO_BAD_MODEL: a variance that no root can be taken of, as in the weights of another network. */
yolo_status weights_refuse_variance(const weight_reader *reader, const struct layer *l, size_t number, float variance,
                                    yolo_error *error);

/* Allocates and reads: memory_free. */
yolo_status weights_read_new(weight_reader *reader, const struct layer *l, const char *what, float **values,
                             size_t count, yolo_error *error);

/* Whether matrices of connected layers are stored [inputs][outputs] instead of [outputs][inputs]. */
bool weights_transposed(const weight_reader *reader);

/* Of the whole file; 0 where there is none, or it is not one that has a size. */
size_t weights_file_bytes(const weight_reader *reader);

/* Numbers read so far. */
size_t weights_count(const weight_reader *reader);

/* YOLO_BAD_MODEL, with the number of bytes, where the file goes on. */
yolo_status weights_expect_end(const weight_reader *reader, yolo_error *error);

void weights_close(weight_reader *reader); /* NULL is allowed */

#endif
