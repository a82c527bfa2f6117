/* Completion of commands, options and their values in shells, generated from the same tables as --help. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli/command.h"
#include "cli/settings.h"

/* Prints what the shell is to source. */
enum exit_code completion_print(enum completion_shell shell);

#endif
