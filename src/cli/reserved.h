/* Files that belong to the run: those that it reads, and those that options name to write to. What is made of pictures,
 * under their names, must not replace them. */
#ifndef CLI_RESERVED_H
#define CLI_RESERVED_H

#include <stdbool.h>

struct model_files;
struct result;
struct settings;

struct reserved;

/* Both must outlive it. */
struct reserved *reserved_open(const struct settings *settings, const struct model_files *files);
void reserved_close(struct reserved *reserved); /* NULL is allowed */

/* Whether a file made of a picture may be written to `path`; if not, a sentence went to stderr. Any thread may ask. */
bool reserved_spares(const struct reserved *reserved, const char *path);

/* The same for a picture made of a picture, which may not replace one beside that either: it might be an input, too.
 * `option` is what chooses the folder. */
bool reserved_spares_pictures(const struct reserved *reserved, const char *path, const struct result *result,
                              const char *option);

#endif
