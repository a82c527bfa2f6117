/* The names of the files that are made of pictures: no two of a run are equal, whatever the pictures are called and
 * whatever they turn out to hold, on file systems that ignore case, too. */
#ifndef CLI_OUTPUT_NAMES_H
#define CLI_OUTPUT_NAMES_H

#include "yolo.h"

struct output_names;

struct output_names *output_names_open(void);
void output_names_close(struct output_names *names);

/* `name` (path_clean), or name-2.jpg, name-3.jpg and so on where it is taken: free() it. */
char *output_names_take(struct output_names *names, const char *name);

/* The format that a picture read as `format` is written in: JPEG stays JPEG, all else becomes PNG. */
yolo_format output_picture_format(yolo_format format);

/* `name` with the extension that fits the format a picture is written in: free() it. Equal only for equal names. */
char *output_picture_name(const char *name, yolo_format format);

#endif
