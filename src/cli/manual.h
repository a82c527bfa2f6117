/* man detect, generated from the tables of commands and options. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include "cli/command.h"

/* Prints the page on stdout, for man or groff. */
enum exit_code manual_print(void);

#endif
