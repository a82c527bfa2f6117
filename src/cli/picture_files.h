/* Which files are pictures, by their names and their first bytes. Decoding decides by the bytes alone; this is only for
 * choosing among the files of a folder, and for naming. */
#ifndef CLI_PICTURE_FILES_H
#define CLI_PICTURE_FILES_H

#include "yolo.h"

#include <stdbool.h>

/* The format that an extension such as ".jpg" promises; YOLO_FORMAT_UNKNOWN for none of ours. */
yolo_format picture_format_of_extension(const char *extension);

/* Whether to try: the name ends like a picture's, or the bytes begin like one's. */
bool picture_file_is_likely(const char *path);

#endif
