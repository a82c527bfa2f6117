/* Sinks: where results go. A kind of output is a file sink_NAME.c and a row of the table in sink.c; any number of them
 * take part in a run. */
#ifndef CLI_SINK_H
#define CLI_SINK_H

#include "cli/result.h"

#include <stdbool.h>

struct session;
struct settings;

/* A sink that renders gets the pixels, and pictures in any order, from any thread; one that reports gets them in the
 * order of the inputs, one at a time, when the pixels are gone. One may do both: it gets each picture twice. */
enum sink_stage {
    SINK_RENDERS = 1 << 0,
    SINK_REPORTS = 1 << 1,
    SINK_NAMES = 1 << 2, /* no stage: it makes files called after the pictures, so their names must differ */
    SINK_WHOLE = 1 << 3, /* no stage: it renders, and a draft of the picture will not do */
};

struct sink_type {
    const char *name;
    unsigned stages; /* a set of enum sink_stage */
    bool (*wanted)(const struct session *session);
    /* Sets *state, or returns false after a sentence on stderr. */
    bool (*open)(const struct session *session, void **state);
    /* `image` is NULL for one that reports, and where the result is an error; rows that need it unchanged stand before
     * those that draw on it. False after a sentence on stderr: a renderer failed for this picture, a reporter for good
     * (nothing more can be written). */
    bool (*image)(void *state, const struct result *result, yolo_image *image);
    /* Frees the state, which may be NULL. False as above. */
    bool (*close)(void *state);
};

extern const struct sink_type sink_text, sink_annotated, sink_json, sink_jsonl, sink_csv;
extern const struct sink_type sink_counts, sink_row_counts, sink_zone_counts;
extern const struct sink_type sink_coco, sink_coco_dataset, sink_yolo, sink_voc, sink_labelme;
extern const struct sink_type sink_crops, sink_report, sink_eval;

struct sinks;

/* Opens all that the session's settings want. NULL, after a sentence on stderr, where one cannot be opened. */
struct sinks *sinks_open(const struct session *session);

/* Hand a result to all of one stage; false when any of them fails. */
bool sinks_render(const struct sinks *sinks, const struct result *result, yolo_image *image);
bool sinks_report(const struct sinks *sinks, const struct result *result);

/* Whether any of them is of one of these kinds. */
bool sinks_any(const struct sinks *sinks, unsigned stages);

/* Closes all; false when any of them fails. */
bool sinks_close(struct sinks *sinks);

/* Whether stdout belongs to a format that a program reads; nothing else may be printed there then. Outputs that exclude
 * one another are wrong usage: a sentence on stderr and false. */
bool sinks_own_stdout(const struct settings *settings);
bool sinks_settings_fit(const struct settings *settings);

/* Outputs that are made of boxes are wrong usage with a network that finds none. */
bool sinks_fit_model(const struct session *session);

#endif
