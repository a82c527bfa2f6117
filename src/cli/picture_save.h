/* Files of pictures, from any thread: what -o and --crops write. */
#ifndef CLI_PICTURE_SAVE_H
#define CLI_PICTURE_SAVE_H

#include "yolo.h"

#include <stdatomic.h>
#include <stdbool.h>

/* Writes PATH.part and renames it, in a folder that is made where it is missing. False after a sentence on stderr; then
 * *no_room is set where no other picture could be written, either (the disk is full, or broken), and none is tried. */
bool picture_save(const yolo_image *image, const char *path, yolo_format format, int quality, atomic_bool *no_room);

#endif
