/* --coco: the results that pycocotools compares with a dataset. */
#include "cli/coco.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"

#include <stdlib.h>

struct results {
    const struct session *session;
    struct output *output;
    int *categories; /* [class_count] */
    uint64_t images;
    struct number_set given;
    bool has_row, failed;
};

static bool wanted(const struct session *session) {
    return session->settings->coco;
}

static bool open(const struct session *session, void **state) {
    struct output *output = output_open(session->settings->coco);
    if (!output) return false;
    struct results *results = allocate(1, sizeof *results);
    results->session = session;
    results->output = output;
    results->categories = coco_categories(session);
    results->given = number_set_make();
    output_text(output, "[");
    *state = results;
    return true;
}

static bool image(void *state, const struct result *result, yolo_image *pixels) {
    (void)pixels;
    struct results *results = state;
    uint64_t id;
    results->images++; /* one that failed has a number, too */
    if (result->error) return true;
    if (!coco_image_id(results->session, result, results->images, &results->given, &id)) {
        results->failed = true; /* told when the sink is closed */
        return true;
    }
    for (size_t i = 0; i < result->detections.count; i++) {
        const yolo_detection *found = &result->detections.items[i];
        output_format(results->output, "%s{\"image_id\":%llu,\"category_id\":%d,", results->has_row ? ",\n" : "\n",
                      (unsigned long long)id, results->categories[found->class_id]);
        coco_box(results->output, found);
        output_format(results->output, ",\"score\":%.6f}", (double)found->score);
        results->has_row = true;
    }
    return output_flush(results->output);
}

static bool close(void *state) {
    struct results *results = state;
    output_text(results->output, "\n]\n");
    const bool well = output_close(results->output, true) && !results->failed;
    number_set_free(&results->given);
    free(results->categories);
    free(results);
    return well;
}

const struct sink_type sink_coco = {"coco", SINK_REPORTS, wanted, open, image, close};
