#define _XOPEN_SOURCE 700
#include "cli/model_files.h"

#include "cli/data_file.h"
#include "cli/message.h"
#include "cli/path.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char default_model[] = "shelf";

/* `text` if it is the path of a file, which the caller then owns; else NULL. */
static char *if_file(char *path) {
    if (path_is_file(path)) return path;
    free(path);
    return NULL;
}

/* The file beside `cfg` with another extension; NULL where there is none. */
static char *beside(const char *cfg, const char *extension) {
    const int stem = (int)(path_extension(cfg) - cfg);
    return if_file(text_format("%.*s%s", stem, cfg, extension));
}

/* The only file in a folder with an extension; NULL where there is none, or more than one. */
static char *only_file(const char *folder, const char *extension) {
    DIR *directory = opendir(folder);
    char *found = NULL;
    size_t count = 0;
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        if (entry->d_name[0] != '.' && text_equal_ignoring_case(path_extension(entry->d_name), extension)) {
            free(found);
            found = path_join(folder, entry->d_name);
            count++;
        }
    if (directory) closedir(directory);
    if (count == 1) return found;
    free(found);
    return NULL;
}

static bool find_in_folder(const char *folder, struct model_files *files) {
    char *real = path_real(folder), *own_name = text_format("%s.cfg", real ? path_name(real) : "");
    files->cfg = if_file(path_join(folder, "model.cfg"));
    if (!files->cfg) files->cfg = if_file(path_join(folder, own_name));
    free(own_name);
    free(real);
    if (!files->cfg) files->cfg = only_file(folder, ".cfg");
    if (!files->cfg) return false;
    files->weights = beside(files->cfg, ".weights");
    files->names = beside(files->cfg, ".names");
    if (!files->weights) files->weights = only_file(folder, ".weights");
    if (!files->names) files->names = only_file(folder, ".names");
    return true;
}

/* The folder of the program itself, for what lies or is installed beside it; NULL where the system does not say. */
static char *program_folder(void) {
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0) return NULL;
    path[length] = '\0';
    path[path_name(path) - path] = '\0';
    return text_copy_of(path);
}

static bool find_under(const char *base, const char *name, struct model_files *files) {
    files->cfg = if_file(text_format("%sconfigs/%s.cfg", base, name));
    if (!files->cfg) return false;
    files->weights = if_file(text_format("%sweights/%s.weights", base, name));
    files->names = if_file(text_format("%sconfigs/%s.names", base, name));
    if (!files->names) files->names = if_file(text_format("%sweights/%s.names", base, name));
    return true;
}

static bool find_by_name(const char *name, struct model_files *files) {
    if (find_under("", name, files)) return true;
    char *program = program_folder();
    if (!program) return false;
    char *share = text_format("%s../share/detect/", program);
    const bool found = find_under(program, name, files) || find_under(share, name, files);
    free(share);
    free(program);
    return found;
}

static enum exit_code find_model(const char *model, struct model_files *files) {
    if (path_is_folder(model)) {
        if (find_in_folder(model, files)) return EXIT_DONE;
        complain("the folder %s holds no model.cfg, no cfg named like it, and not one single cfg", model);
        return EXIT_NO_MODEL;
    }
    if (path_is_file(model)) {
        files->cfg = text_copy_of(model);
        files->weights = beside(model, ".weights");
        files->names = beside(model, ".names");
        return EXIT_DONE;
    }
    if (!strchr(model, '/') && find_by_name(model, files)) return EXIT_DONE;
    complain("there is no model '%s': no such folder, and no configs/%s.cfg here, beside the program or in its "
             "share/detect",
             model, model);
    return EXIT_NO_MODEL;
}

static void replace(char **file, const char *given) {
    if (!given) return;
    free(*file);
    *file = text_copy_of(given);
}

/* What --model, --cfg or, where both are missing, the default say. */
static enum exit_code find_network(const struct settings *settings, bool may_lack_weights, struct model_files *files) {
    if (settings->model) return find_model(settings->model, files);
    if (settings->cfg) {
        files->weights = may_lack_weights ? NULL : beside(settings->cfg, ".weights");
        files->names = beside(settings->cfg, ".names");
        return EXIT_DONE;
    }
    if (settings->weights) {
        complain("--weights needs the network as well: give --cfg FILE or --model NAME|DIR");
        return EXIT_WRONG_USAGE;
    }
    if (find_by_name(default_model, files)) return EXIT_DONE;
    complain("no model was given, and the default one, '%s', is not installed: give --cfg FILE and --weights FILE, or "
             "--model NAME|DIR",
             default_model);
    return EXIT_NO_MODEL;
}

enum exit_code model_files_find(const struct settings *settings, bool may_lack_weights, struct model_files *files) {
    *files = (struct model_files){NULL, NULL, NULL};
    const enum exit_code code = find_network(settings, may_lack_weights, files);
    if (code != EXIT_DONE) return code;
    if (settings->data && !settings->names) {
        char *names = NULL;
        if (!data_file_names(settings->data, &names)) return EXIT_NO_MODEL;
        free(files->names);
        files->names = names;
    }
    replace(&files->cfg, settings->cfg);
    replace(&files->weights, settings->weights);
    replace(&files->names, settings->names);
    if (files->weights || may_lack_weights || !path_is_file(files->cfg))
        return EXIT_DONE; /* loading says best what is wrong with the cfg */
    complain("%s has no weights beside it: give --weights FILE", files->cfg);
    return settings->model ? EXIT_NO_MODEL : EXIT_WRONG_USAGE;
}

void model_files_free(struct model_files *files) {
    free(files->cfg);
    free(files->weights);
    free(files->names);
    *files = (struct model_files){NULL, NULL, NULL};
}
