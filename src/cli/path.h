/* Paths: parts of them, and what they lead to. */
#ifndef CLI_PATH_H
#define CLI_PATH_H

#include <stdbool.h>
#include <stddef.h>

const char *path_name(const char *path);      /* what follows the last slash */
const char *path_extension(const char *path); /* from the last dot of the name on, or the end where there is none */

bool path_is_file(const char *path); /* or a pipe, or a device: whatever can be read */
bool path_is_folder(const char *path);
bool path_is_same(const char *a, const char *b); /* both are there, and one file */

/* The path without empty, "." and ".." parts (a ".." takes the part before it along), and no slash at its ends: what
 * may follow a folder's name and stay inside that folder. free() it. */
char *path_clean(const char *path);

/* The folder that `path` lies in, "." where it names none: free() it. */
char *path_folder(const char *path);

/* `name` in `folder`: free() it. */
char *path_join(const char *folder, const char *name);

/* How the file `path` is reached from the folder of the file `from`; `path` itself where one of the two folders is not
 * there. free() it. */
char *path_relative(const char *from, const char *path);

/* The path without links, which free() releases; NULL where it leads to nothing. */
char *path_real(const char *path);

/* The file that `path` leads to, whether it is there or not yet, without links and dots; `path` itself where its folder is
 * not there. free() it. */
char *path_target(const char *path);

/* open with mode 0666, again where a signal came between; -1 and errno. */
int path_open(const char *path, int flags);

/* Makes the folders that `path` lies in, where they are missing; 0 or an errno. */
int path_make_parents(const char *path);

#endif
