/* Ctrl-C and SIGTERM end a run in order: the first is taken note of, the second ends the program at once. */
#ifndef CLI_STOP_H
#define CLI_STOP_H

struct stop;

/* From here on the signals are taken; threads must be started later than this. NULL where that cannot be had: they end
 * the program at once then. */
struct stop *stop_open(void);

/* Starts the thread that waits for them. Where it cannot be started, they end the program at once, too. NULL is
 * allowed. */
void stop_watch(struct stop *stop);

/* The signal that came; 0: none. NULL is allowed. */
int stop_signal(struct stop *stop);

/* A file that can be read from once a signal has come, for poll; -1: none. */
int stop_file(const struct stop *stop);

void stop_close(struct stop *stop);

#endif
