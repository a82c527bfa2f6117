/* What the program says besides its results: sentences on stderr. */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include <stdbool.h>

/* Prints "detect: SENTENCE" on stderr, with control characters made visible. On a terminal the line is cleared first,
 * because a progress bar may stand there. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether stderr is a terminal that can clear a line. */
bool message_terminal(void);

#endif
