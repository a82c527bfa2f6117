/* Folders that results go to; what goes wrong is said on stderr. */
#ifndef CLI_FOLDER_H
#define CLI_FOLDER_H

#include <stdbool.h>

/* Makes a folder that may be there already: done before the first picture, so that a wrong one is known by then. */
bool folder_make(const char *folder);

/* Makes the folders that the file `path` will lie in. */
bool folder_make_for(const char *path);

#endif
