/* --help and --version, generated from the tables of commands and options. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/command.h"

#include <stdbool.h>

/* Prints the help of a command on stdout; with `all` the rare options are explained, too. */
enum exit_code help_print(const struct command *command, bool all);
enum exit_code help_print_version(void);

#endif
