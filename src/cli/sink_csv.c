/* --csv: a row for each object. A picture without objects, or that failed, has no row; a class of a classifier has one
 * without a box. */
#include "cli/csv.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"

#include <stdlib.h>

struct table {
    const struct session *session;
    struct output *output;
};

static bool wanted(const struct session *session) {
    return session->settings->csv;
}

static bool open(const struct session *session, void **state) {
    struct output *output = output_open(session->settings->csv);
    if (!output) return false;
    struct table *table = allocate(1, sizeof *table);
    table->session = session;
    table->output = output;
    output_text(output, "file,width,height,class_id,class,score,x,y,box_width,box_height\n");
    *state = table;
    return true;
}

static void begin_row(const struct table *table, const struct result *result, int class_id, float score) {
    csv_text(table->output, result->path);
    output_format(table->output, ",%d,%d,%d,", result->width, result->height, class_id);
    csv_text(table->output, yolo_model_class_name(table->session->model, class_id));
    output_text(table->output, ",");
    csv_number(table->output, (double)score, 6);
}

static bool image(void *state, const struct result *result, yolo_image *pixels) {
    (void)pixels;
    const struct table *table = state;
    for (size_t i = 0; i < result->detections.count; i++) {
        const yolo_detection *found = &result->detections.items[i];
        const float box[] = {found->x, found->y, found->width, found->height};
        begin_row(table, result, found->class_id, found->score);
        for (size_t j = 0; j < sizeof box / sizeof *box; j++) {
            output_text(table->output, ",");
            csv_number(table->output, (double)box[j], 4);
        }
        output_text(table->output, "\n");
    }
    for (size_t i = 0; i < result->score_count; i++) {
        begin_row(table, result, result->scores[i].class_id, result->scores[i].score);
        output_text(table->output, ",,,,\n");
    }
    return output_flush(table->output);
}

static bool close(void *state) {
    struct table *table = state;
    const bool well = output_close(table->output, true);
    free(table);
    return well;
}

const struct sink_type sink_csv = {"csv", SINK_REPORTS, wanted, open, image, close};
