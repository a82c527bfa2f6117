#include "cli/folder.h"

#include "cli/message.h"
#include "cli/path.h"

#include <stdlib.h>
#include <string.h>

bool folder_make(const char *folder) {
    char *inside = path_join(folder, "");
    const int problem = path_make_parents(inside);
    free(inside);
    if (problem) complain("the folder %s cannot be made: %s", folder, strerror(problem));
    return !problem;
}

bool folder_make_for(const char *path) {
    const int problem = path_make_parents(path);
    if (problem) complain("the folder of %s cannot be made: %s", path, strerror(problem));
    return !problem;
}
