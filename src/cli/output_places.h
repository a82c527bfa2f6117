/* The files that options name to write to. */
#ifndef CLI_OUTPUT_PLACES_H
#define CLI_OUTPUT_PLACES_H

#include <stdbool.h>
#include <stddef.h>

struct settings;

struct output_place {
    const char *option, *path; /* "-" is stdout */
};

enum { OUTPUT_PLACES_MAX = 16 };

/* How many are wanted, and which. */
size_t output_places(const struct settings *settings, struct output_place places[OUTPUT_PLACES_MAX]);

/* Two that write to one file, or one that would replace a picture or a file that is read, are wrong usage: a sentence on
 * stderr and false. */
bool output_places_fit(const struct settings *settings);

/* The same for a file that is read, but not named by the settings; NULL is allowed. */
bool output_places_spare(const struct settings *settings, const char *path);

#endif
