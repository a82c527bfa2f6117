/* The table of all options: the parser, --help and whatever else describes them read the same rows. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/settings.h"

/* What an option's value is, and the type of its field in struct settings. */
enum option_kind {
    OPTION_FLAG,   /* bool: no value */
    OPTION_TEXT,   /* const char *: not empty */
    OPTION_NUMBER, /* double, in [low, high] */
    OPTION_COUNT,  /* uint64_t, in [low, high] */
    OPTION_BYTES,  /* uint64_t, in [low, high]: a count, or one with K, M, G or T for a power of 1024 */
    OPTION_SIZE,   /* struct size, each side in [low, high] */
    OPTION_CHOICE, /* int: the value of one of `choices` */
    OPTION_TILE,   /* struct tile: "auto", or a size as above */
    OPTION_LEVEL,  /* struct level: a number in [low, high], or CLASS=NUMBER, again and again */
    OPTION_COLOR,  /* struct texts: CLASS=#rrggbb, again and again */
    OPTION_LIST,   /* struct texts: not empty, again and again */
};

struct choice {
    const char *name; /* NULL ends the list */
    int value;
    bool hidden; /* another spelling, which --help does not show */
};

enum option_group {
    GROUP_MODEL,
    GROUP_NETWORK,
    GROUP_FINDING,
    GROUP_PICTURES,
    GROUP_TRUTH,
    GROUP_OUTPUT,
    GROUP_GENERAL,
    GROUP_COUNT,
};

struct option {
    const char *name; /* without the dashes; NULL ends the table */
    char letter;      /* the short form; 0: none */
    enum option_kind kind;
    enum option_group group;
    size_t offset;       /* of its field in struct settings */
    unsigned commands;   /* a set of enum command_bit */
    unsigned rare;       /* those of them whose --help only names it, and --help-all explains it */
    const char *metavar; /* what stands for the value in --help; NULL: a flag */
    const char *help;
    double low, high;
    const struct choice *choices;
};

extern const struct option option_table[];

/* The heading of a group in --help. */
const char *option_group_title(enum option_group group);

/* The first name of a choice's value, for messages. */
const char *choice_name(const struct choice *choices, int value);
extern const struct choice resize_choices[];
extern const struct choice nms_choices[];
extern const struct choice coco_id_choices[];
extern const struct choice completion_choices[];
extern const struct choice tile_choices[];

/* What holds when the user gives nothing. */
struct settings settings_default(void);

/* Frees what reading options allocated. */
void settings_free(struct settings *settings);

#endif
