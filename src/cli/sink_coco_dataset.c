/* --coco-dataset: pictures, objects and classes as a COCO dataset, to train on or to mend by hand. A picture that failed
 * keeps its number and is listed under "failed", which readers of the format pass over. */
#include "cli/coco.h"
#include "cli/json.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/spool.h"
#include "cli/text.h"

#include <stdlib.h>

struct dataset {
    const struct session *session;
    struct output *output;                /* the pictures go straight there */
    struct spool *annotations, *failures; /* what follows them */
    int *categories;                      /* [class_count] */
    struct number_set given;
    uint64_t inputs, images, annotation_count, failure_count;
    bool failed;
};

static bool wanted(const struct session *session) {
    return session->settings->coco_dataset;
}

static void release(struct dataset *dataset) {
    spool_close(dataset->annotations);
    spool_close(dataset->failures);
    number_set_free(&dataset->given);
    free(dataset->categories);
    free(dataset);
}

static bool open(const struct session *session, void **state) {
    struct dataset *dataset = allocate(1, sizeof *dataset);
    dataset->session = session;
    dataset->given = number_set_make();
    dataset->annotations = spool_open();
    dataset->failures = dataset->annotations ? spool_open() : NULL;
    dataset->output = dataset->failures ? output_open(session->settings->coco_dataset) : NULL;
    if (!dataset->output) {
        release(dataset);
        return false;
    }
    dataset->categories = coco_categories(session);
    output_text(dataset->output, "{\"images\":[");
    *state = dataset;
    return true;
}

static void begin(struct output *output, uint64_t before, uint64_t id, const char *file) {
    output_format(output, "%s{\"id\":%llu,\"file_name\":", before ? ",\n" : "\n", (unsigned long long)id);
    json_text(output, file);
}

static void annotate(struct dataset *dataset, uint64_t image_id, const yolo_detection *found) {
    struct output *output = spool_output(dataset->annotations);
    output_format(output, "%s{\"id\":%llu,\"image_id\":%llu,\"category_id\":%d,",
                  dataset->annotation_count ? ",\n" : "\n", (unsigned long long)dataset->annotation_count + 1,
                  (unsigned long long)image_id, dataset->categories[found->class_id]);
    dataset->annotation_count++;
    coco_box(output, found);
    output_text(output, ",\"area\":");
    json_decimal(output, (double)found->width * (double)found->height, 4);
    output_format(output, ",\"iscrowd\":0,\"segmentation\":[],\"score\":%.6f}", (double)found->score);
}

static void record_failure(struct dataset *dataset, const struct result *result) {
    struct output *output = spool_output(dataset->failures);
    begin(output, dataset->failure_count++, dataset->inputs, result->path);
    output_text(output, ",\"error\":");
    json_text(output, result->error);
    output_text(output, "}");
}

static bool image(void *state, const struct result *result, yolo_image *pixels) {
    (void)pixels;
    struct dataset *dataset = state;
    uint64_t id;
    dataset->inputs++;
    if (result->error) {
        record_failure(dataset, result);
    } else if (!coco_image_id(dataset->session, result, dataset->inputs, &dataset->given, &id)) {
        dataset->failed = true;
    } else {
        begin(dataset->output, dataset->images++, id, result->path);
        output_format(dataset->output, ",\"width\":%d,\"height\":%d}", result->width, result->height);
        for (size_t i = 0; i < result->detections.count; i++) annotate(dataset, id, &result->detections.items[i]);
    }
    return output_flush(dataset->output);
}

static void categories(const struct dataset *dataset) {
    output_text(dataset->output, "\n],\"categories\":[");
    for (int id = 0; id < dataset->session->info.class_count; id++) {
        output_format(dataset->output, "%s{\"id\":%d,\"name\":", id ? ",\n" : "\n", dataset->categories[id]);
        json_text(dataset->output, yolo_model_class_name(dataset->session->model, id));
        output_text(dataset->output, "}");
    }
}

static bool close(void *state) {
    struct dataset *dataset = state;
    output_text(dataset->output, "\n],\"annotations\":[");
    bool whole = spool_pour(dataset->annotations, dataset->output);
    categories(dataset);
    if (dataset->failure_count) {
        output_text(dataset->output, "\n],\"failed\":[");
        whole &= spool_pour(dataset->failures, dataset->output);
    }
    output_text(dataset->output, "\n]}\n");
    whole &= output_close(dataset->output, whole);
    whole &= !dataset->failed;
    release(dataset);
    return whole;
}

const struct sink_type sink_coco_dataset = {"coco-dataset", SINK_REPORTS, wanted, open, image, close};
