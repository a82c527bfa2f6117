/* What the program says besides its results: sentences on stderr. */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

/* Prints "detect: SENTENCE" on stderr, with control characters made visible. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
