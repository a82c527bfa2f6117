/* --yolo: a text file for each picture, a line for each object: class, centre and size in parts of the picture. A picture
 * without objects has an empty file, as a training set wants it. */
#include "cli/label_files.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"

#include <stdlib.h>

struct labels {
    struct label_files *files;
    bool with_scores;
};

static bool wanted(const struct session *session) {
    return session->settings->yolo;
}

static bool open(const struct session *session, void **state) {
    struct label_files *files = label_files_open(session, session->settings->yolo, ".txt");
    if (!files) return false;
    struct labels *labels = allocate(1, sizeof *labels);
    labels->files = files;
    labels->with_scores = session->settings->yolo_scores;
    *state = labels;
    return true;
}

static void line(struct output *output, const struct result *result, const yolo_detection *found, bool with_score) {
    const double width = result->width, height = result->height;
    output_format(output, "%d %.6f %.6f %.6f %.6f", found->class_id,
                  ((double)found->x + (double)found->width / 2) / width,
                  ((double)found->y + (double)found->height / 2) / height, (double)found->width / width,
                  (double)found->height / height);
    if (with_score) output_format(output, " %.6f", (double)found->score);
    output_text(output, "\n");
}

static bool image(void *state, const struct result *result, yolo_image *pixels) {
    (void)pixels;
    const struct labels *labels = state;
    const char *path;
    if (result->error) return true;
    struct output *output = label_files_begin(labels->files, result, &path);
    if (!output) return true; /* told when the sink is closed */
    for (size_t i = 0; i < result->detections.count; i++)
        line(output, result, &result->detections.items[i], labels->with_scores);
    return label_files_end(output);
}

static bool close(void *state) {
    struct labels *labels = state;
    const bool well = label_files_close(labels->files);
    free(labels);
    return well;
}

const struct sink_type sink_yolo = {"yolo", SINK_REPORTS | SINK_NAMES, wanted, open, image, close};
