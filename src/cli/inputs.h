/* The pictures to work on, one after the other, from whatever the user named: an iterator, so that a million of them
 * need not be known at once. A kind of source (a file, a folder, ...) is a row of a table in inputs.c. */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

struct inputs;

/* Strings are valid until the next call of inputs_next. */
struct input {
    const char *path;  /* as it can be opened, and as it is reported */
    const char *name;  /* where files made of it go, below their folder: path_clean, unlike any other of this run */
    const char *error; /* not NULL: nothing can be read there, and why */
};

/* `arguments` [count] must outlive it. Those in a folder come in natural order (img2 before img10), after and before
 * the other arguments as these are given; hidden files, folders inside, and files which neither by their name nor by
 * their first bytes are pictures, are left out. */
struct inputs *inputs_open(char *const *arguments, size_t count);

/* False when there are no more. */
bool inputs_next(struct inputs *inputs, struct input *input);

/* How many files in folders were no pictures. */
size_t inputs_skipped(const struct inputs *inputs);

void inputs_close(struct inputs *inputs);

#endif
