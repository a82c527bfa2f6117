/* The pictures to work on, one after the other, from whatever the user named: an iterator, so that a million of them
 * need not be known at once.
 *
 *   FILE       is a picture, whatever it is called
 *   DIR        its pictures, in natural order (img2 before img10); with `recursive` those of the folders in it, too, each
 *              folder at the place of its name. Hidden files and folders, and files which neither by their name nor by
 *              their first bytes are pictures, are left out; a folder that lies in itself (by a link) is entered once.
 *   PATTERN    with *, ? or [, where no file is called so: what it matches, in natural order; ** stands for any number of
 *              folders. Folders that match are read as DIR.
 *   @FILE      where no file is called so: a list of files and folders, one a line, or separated by zero bytes
 *   -          the same on stdin, each as soon as it comes
 *
 * Arguments come in the order in which they are given. Memory is held for the names of the folders that are being read,
 * and, where files are made of the pictures, for a hash of each name (see output_names.h). */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

struct inputs;

struct inputs_options {
    char *const *arguments; /* [count] must outlive the inputs */
    size_t count;
    bool recursive;
    bool zero_separated;     /* lists are */
    bool unnamed;            /* no files are made of the pictures: names may be equal */
    const char *left_out[2]; /* folders that are passed by when they are met in others: the results'; NULL: none */
    int stop_file;           /* where there is something to read here, the inputs end; -1: none */
};

/* Strings are valid until the next call of inputs_next or inputs_peek. */
struct input {
    const char *path;  /* as it can be opened, and as it is reported */
    const char *error; /* not NULL: nothing can be read there, and why */
    /* Where pictures made of it go, below their folder, and texts, less their extension: path_clean, unlike those of
     * any other input; where inputs are unnamed others may have the same name, and there is no stem. NULL until
     * inputs_name. */
    const char *name, *stem;
};

struct inputs *inputs_open(const struct inputs_options *options);

/* False when there are no more. Waits for stdin. */
bool inputs_next(struct inputs *inputs, struct input *input);

/* Names an input before the next call of inputs_next or inputs_peek; not one that is passed over, because names depend
 * on those that were given out before. */
void inputs_name(struct inputs *inputs, struct input *input);

/* Gives out the names of a picture that an earlier run has worked on. */
void inputs_reserve(struct inputs *inputs, const char *path);

/* What inputs_next would do now. */
enum inputs_state { INPUTS_READY, INPUTS_LATER, INPUTS_ENDED };
enum inputs_state inputs_peek(struct inputs *inputs);

/* Whether reading the arguments a second time gives the same: none of them is stdin or a list in a pipe. */
bool inputs_are_repeatable(char *const *arguments, size_t count);

/* Calls `each` with the files and folders that all inputs lie in; a list's files are stood for by their folders. False
 * where there may be others, because a list comes through a pipe. */
bool inputs_roots(const struct inputs_options *options, void (*each)(void *argument, const char *path), void *argument);

/* How many files in folders were no pictures. */
size_t inputs_skipped(const struct inputs *inputs);

void inputs_close(struct inputs *inputs);

#endif
