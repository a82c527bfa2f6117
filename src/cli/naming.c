#include "cli/naming.h"

#include "cli/output_names.h"
#include "cli/path.h"
#include "cli/picture_files.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

struct naming {
    char *common;
    struct output_names *pictures, *texts;
};

struct naming *naming_open(const char *common) {
    struct naming *naming = allocate(1, sizeof *naming);
    naming->common = text_copy_of(common);
    naming->pictures = output_names_open();
    naming->texts = output_names_open();
    return naming;
}

void naming_close(struct naming *naming) {
    output_names_close(naming->pictures);
    output_names_close(naming->texts);
    free(naming->common);
    free(naming);
}

char *naming_mirror(const struct naming *naming, const char *path) {
    char *clean = path_clean(path);
    const size_t length = strlen(naming->common);
    const char *name =
        length && strncmp(clean, naming->common, length) == 0 && clean[length] == '/' ? clean + length + 1 : clean;
    char *copy = text_copy_of(*name ? name : "picture");
    free(clean);
    return copy;
}

/* The name without the extension of a picture, unlike any other: free() it. */
static char *take_stem(struct naming *naming, const char *name) {
    static const char any[] = ".txt"; /* all text files of a picture have the same stem */
    const char *extension = path_extension(name);
    if (picture_format_of_extension(extension) == YOLO_FORMAT_UNKNOWN) extension = name + strlen(name);
    char *wanted = text_format("%.*s%s", (int)(extension - name), name, any);
    char *taken = output_names_take(naming->texts, wanted);
    taken[strlen(taken) - strlen(any)] = '\0';
    free(wanted);
    return taken;
}

void naming_take(struct naming *naming, const char *path, char **name, char **stem) {
    char *wanted = naming_mirror(naming, path);
    *name = output_names_take(naming->pictures, wanted);
    *stem = take_stem(naming, wanted);
    free(wanted);
}
