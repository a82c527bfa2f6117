/* Darknet's .data files: `key = value` lines, of which only `names` matters here. */
#ifndef CLI_DATA_FILE_H
#define CLI_DATA_FILE_H

#include <stdbool.h>

/* The file that the `names` of `path` means: relative to the folder of `path`, else to the folder above it. free() it.
 * False, after a sentence on stderr, where the file cannot be read, has no names, or means a file that is not there. */
bool data_file_names(const char *path, char **names);

#endif
