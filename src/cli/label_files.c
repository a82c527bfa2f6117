#include "cli/label_files.h"

#include "cli/folder.h"
#include "cli/path.h"
#include "cli/reserved.h"
#include "cli/session.h"
#include "cli/text.h"

#include <stdlib.h>

struct label_files {
    const struct session *session;
    const char *folder, *extension;
    char *path; /* of the file asked for last */
    bool failed;
};

struct label_files *label_files_open(const struct session *session, const char *folder, const char *extension) {
    if (!folder_make(folder)) return NULL;
    struct label_files *files = allocate(1, sizeof *files);
    files->session = session;
    files->folder = folder;
    files->extension = extension;
    return files;
}

struct output *label_files_begin(struct label_files *files, const struct result *result, const char **path) {
    char *name = text_format("%s%s", result->stem, files->extension);
    free(files->path);
    files->path = path_join(files->folder, name);
    free(name);
    const bool may = reserved_spares(files->session->reserved, files->path) && folder_make_for(files->path);
    struct output *output = may ? output_open_here(files->path) : NULL;
    if (!output) files->failed = *result->lacks_file = true;
    *path = files->path;
    return output;
}

bool label_files_end(struct output *output) {
    return output_close(output, true);
}

bool label_files_close(struct label_files *files) {
    const bool well = !files->failed;
    free(files->path);
    free(files);
    return well;
}
