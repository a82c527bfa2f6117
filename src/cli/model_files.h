/* Finds the files of the model that the user means. */
#ifndef CLI_MODEL_FILES_H
#define CLI_MODEL_FILES_H

#include "cli/command.h"

#include <stdbool.h>

struct settings;

struct model_files {
    char *cfg;
    char *weights; /* NULL: none */
    char *names;   /* NULL: none */
};

/* The rules:
 *   --model NAME   configs/NAME.cfg, weights/NAME.weights, and configs/ or weights/NAME.names; in the current folder,
 *                  else the program's, else ../share/detect from the program's
 *   --model DIR    model.*, else DIR.*, else the only .cfg in it
 *   --model FILE   a .cfg, as with --cfg
 *   --cfg, --weights, --names replace single files of these; without --model, --cfg stands alone
 *   --data FILE    its `names=`, relative to the folder of FILE, else to the folder above it, as in Darknet's own
 *                  tree where cfg/coco.data says data/coco.names
 * What is not given is looked for beside the cfg under the same name. With `may_lack_weights` no weights are looked
 * for beside a --cfg, and none are needed. The exit code says whether the cfg and what is needed were found; if not, a
 * sentence went to stderr. model_files_free in any case. */
enum exit_code model_files_find(const struct settings *settings, bool may_lack_weights, struct model_files *files);
void model_files_free(struct model_files *files);

#endif
