/* Reads the command line into struct settings, as the rows of options.c say. */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "cli/command.h"
#include "cli/settings.h"

#include <stdbool.h>

/* `arguments` [count] are what follows the command's name. Options may stand anywhere, as --name VALUE, --name=VALUE,
 * -x VALUE or -xVALUE; flags of one letter combine; `--` ends them. An option given twice counts as given last.
 * False, after a sentence on stderr, where they are wrong; settings_free in any case. */
bool args_parse(const struct command *command, char **arguments, size_t count, struct settings *settings);

#endif
