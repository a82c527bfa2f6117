#include "cli/label_files.h"

#include "cli/folder.h"
#include "cli/output_names.h"
#include "cli/path.h"
#include "cli/picture_files.h"
#include "cli/text.h"

#include <stdlib.h>

struct label_files {
    const char *folder, *extension;
    struct output_names *taken;
    char *path; /* of the file asked for last */
    bool failed;
};

struct label_files *label_files_open(const char *folder, const char *extension) {
    if (!folder_make(folder)) return NULL;
    struct label_files *files = allocate(1, sizeof *files);
    files->folder = folder;
    files->extension = extension;
    files->taken = output_names_open();
    return files;
}

/* The picture's name with the other extension, unlike any other of this run. */
static char *name_of(const struct label_files *files, const char *name) {
    const char *extension = path_extension(name);
    const bool is_known = picture_format_of_extension(extension) != YOLO_FORMAT_UNKNOWN;
    char *wanted = is_known ? text_format("%.*s%s", (int)(extension - name), name, files->extension)
                            : text_format("%s%s", name, files->extension);
    char *taken = output_names_take(files->taken, wanted);
    free(wanted);
    return taken;
}

struct output *label_files_begin(struct label_files *files, const struct result *result, const char **path) {
    char *name = name_of(files, result->name);
    free(files->path);
    files->path = path_join(files->folder, name);
    free(name);
    struct output *output = folder_make_for(files->path) ? output_open(files->path) : NULL;
    if (!output) files->failed = true;
    *path = files->path;
    return output;
}

bool label_files_end(struct output *output) {
    return output_close(output, true);
}

bool label_files_close(struct label_files *files) {
    const bool well = !files->failed;
    output_names_close(files->taken);
    free(files->path);
    free(files);
    return well;
}
