/* --sandbox: before the first byte of a picture is read, the process gives up everything but reading the inputs and
 * writing the outputs that the settings name. What a system has for that is a struct sandbox_system; on Linux these are
 * Landlock, which confines what is opened, and seccomp, which confines what the kernel is asked for. */
#ifndef CLI_SANDBOX_H
#define CLI_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

struct session;

enum sandbox_right {
    SANDBOX_READ,    /* a file, or a folder and all below it */
    SANDBOX_FILL,    /* a folder: files and folders are made in it, written, replaced and removed */
    SANDBOX_REPLACE, /* a folder: files that are open already get their names in it, in place of older ones */
    SANDBOX_CUT,     /* a file that is open already: is made shorter */
};

struct sandbox_path {
    enum sandbox_right right;
    char *path;
};

struct sandbox_paths {
    struct sandbox_path *items; /* [count] */
    size_t count, capacity;
    bool reads_all; /* inputs are named while the run goes on, so that all files may be among them */
};

/* All that a run reads and writes once its outputs are open; `pictures` is the folder of the annotated ones, NULL: none
 * are written. sandbox_paths_free in any case. */
struct sandbox_paths sandbox_paths_of(const struct session *session, const char *pictures);
void sandbox_paths_free(struct sandbox_paths *paths);

struct sandbox_system {
    /* Whether this machine has it; if not, a sentence went to stderr. */
    bool (*is_usable)(void);
    /* Leaves the process with these rights, for good. What is not there gets none. False after a sentence on stderr. */
    bool (*enter)(const struct sandbox_paths *paths);
};

/* Of the system that the program was built for. */
extern const struct sandbox_system sandbox_system;

/* Whether --sandbox can be kept here: false after a sentence on stderr. */
bool sandbox_is_usable(void);

/* Enters it, if the settings say so; no thread but the caller's may run yet. False after a sentence on stderr: then no
 * picture may be read. */
bool sandbox_enter(const struct session *session, const char *pictures);

#endif
