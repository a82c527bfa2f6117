/* Inside of inputs: a stack of sources. The one on top is asked for the next picture; it gives one, or puts another
 * source on top of itself (a folder in a list), or has ended and goes. */
#ifndef CLI_INPUTS_SOURCE_H
#define CLI_INPUTS_SOURCE_H

#include "cli/inputs.h"

#include <sys/types.h>

struct source;

enum step {
    STEP_GIVEN, /* there is a picture: inputs_give was called */
    STEP_ON,    /* ask again; another source may be on top */
    STEP_WAIT,  /* there is none yet, and waiting was not allowed */
    STEP_ENDED,
};

struct source_type {
    enum step (*next)(struct inputs *inputs, struct source *source, bool may_wait);
    void (*release)(struct source *source); /* what it holds besides `path` */
};

/* What a kind of source begins with. */
struct source {
    const struct source_type *type;
    struct source *below;
    char *path;          /* of the folder or list, or the pattern: for messages */
    const char *nothing; /* what to say where it gave no picture; NULL: that is no mistake */
    size_t given_before; /* the count when it was put on top */
    bool enters;         /* it goes into the folder below and must not find it again in there */
    dev_t device;
    ino_t inode;
};

/* Sets the last three. */
void source_enters(struct source *source, const char *folder);

/* Puts a source on top. */
enum step inputs_push(struct inputs *inputs, struct source *source);

/* Gives out `path`, and `error` where it is not NULL; both are freed with the inputs. */
enum step inputs_give(struct inputs *inputs, char *path, char *error);

/* What the user named: a folder is read, all else is a picture. The path is copied. */
enum step inputs_take_named(struct inputs *inputs, const char *path);

/* What was met on the way, and is freed: a folder is read as `folders` says, a picture is given, all else is skipped. */
enum folders { FOLDERS_NOT, FOLDERS_FLAT, FOLDERS_DEEP };
enum step inputs_take_found(struct inputs *inputs, char *path, enum folders folders);

const struct inputs_options *inputs_get_options(const struct inputs *inputs);
struct source *inputs_top(const struct inputs *inputs);

/* inputs_folder.c: the sorted names in a folder. */
struct folder_names {
    char **items; /* [count] */
    char *text;   /* what they point into */
    size_t count, next;
};

/* 0 or an errno; folder_names_free in any case. Hidden names are left out, and those that do not match `pattern` (NULL: all);
 * one that names a dot may match hidden ones. */
int folder_names_read(struct folder_names *names, const char *folder, const char *pattern);
void folder_names_free(struct folder_names *names);

/* The kinds. `nothing` is for the message where nothing is found, or NULL. */
enum step folder_open(struct inputs *inputs, const char *path, bool recursive, const char *nothing);
enum step glob_open(struct inputs *inputs, const char *pattern);
enum step list_open(struct inputs *inputs, const char *path); /* "-" is stdin */

/* Whether it is one of those that are passed by: the results'. */
bool folder_is_left_out(const struct inputs *inputs, const char *path);

/* Whether the folder is being read already, lower in the stack, or is one to leave out: entering it might not end. */
bool folder_is_open(const struct inputs *inputs, const char *path);

/* The length of the part of a pattern before its first part with a special character, with its slash; strlen(pattern)
 * where there is none. */
size_t glob_fixed_length(const char *pattern);

/* That part as a folder, with a slash, or "": free() it. */
char *glob_folder(const char *pattern);

#endif
