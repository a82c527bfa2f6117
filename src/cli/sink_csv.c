/* --csv: a row for each object. A picture without objects, or that failed, has no row; a class of a classifier has one
 * without a box. */
#include "cli/csv.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"
#include "cli/zones.h"

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
    output_text(output, "file,width,height,class_id,class,score,x,y,box_width,box_height");
    if (session->in_rows) output_text(output, ",row,place");
    if (session->zones) output_text(output, ",zones");
    output_text(output, "\n");
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

/* Zones may overlap: their names stand in one cell, with semicolons between them. */
static void place(const struct table *table, const struct result *result, size_t index) {
    const struct zones *zones = table->session->zones;
    if (table->session->in_rows)
        output_format(table->output, ",%d,%d", result->places[index].row, result->places[index].place);
    if (!zones) return;
    char *names = text_copy_of("");
    for (size_t zone = 0; zone < zones_count(zones); zone++) {
        if (!result_is_in(result, index, (struct part){PART_ZONE, zone})) continue;
        char *longer = text_format("%s%s%s", names, *names ? ";" : "", zones_name(zones, zone));
        free(names);
        names = longer;
    }
    output_text(table->output, ",");
    csv_text(table->output, names);
    free(names);
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
        place(table, result, i);
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
