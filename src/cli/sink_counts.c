/* --counts: a row for each picture with its number of objects, in all and of each class; a picture that failed has its
 * reason instead. */
#include "cli/class_filter.h"
#include "cli/csv.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

struct counts {
    const struct session *session;
    struct output *output;
    int *columns; /* [class_count] of a class; -1: it is not asked for. Classes of one name share a column. */
    int column_count;
    size_t *numbers; /* [column_count] of one picture */
};

static bool wanted(const struct session *session) {
    return session->settings->counts;
}

/* The column of an earlier class of that name, or the next one. */
static int choose_column(struct counts *counts, int class_id) {
    const yolo_model *model = counts->session->model;
    for (int other = 0; other < class_id; other++)
        if (counts->columns[other] >= 0 &&
            strcmp(yolo_model_class_name(model, other), yolo_model_class_name(model, class_id)) == 0)
            return counts->columns[other];
    output_text(counts->output, ",");
    csv_text(counts->output, yolo_model_class_name(model, class_id));
    return counts->column_count++;
}

static bool open(const struct session *session, void **state) {
    bool *is_wanted = class_filter_wanted(session);
    struct output *output = is_wanted ? output_open(session->settings->counts) : NULL;
    if (!output) {
        free(is_wanted);
        return false;
    }
    const int class_count = session->info.class_count;
    struct counts *counts = allocate(1, sizeof *counts);
    counts->session = session;
    counts->output = output;
    counts->columns = allocate((size_t)class_count, sizeof *counts->columns);
    output_text(output, "file,total");
    for (int id = 0; id < class_count; id++) counts->columns[id] = is_wanted[id] ? choose_column(counts, id) : -1;
    output_text(output, ",error\n");
    counts->numbers = allocate((size_t)counts->column_count, sizeof *counts->numbers);
    free(is_wanted);
    *state = counts;
    return true;
}

static void count(struct counts *counts, const struct result *result) {
    memset(counts->numbers, 0, (size_t)counts->column_count * sizeof *counts->numbers);
    for (size_t i = 0; i < result->detections.count; i++) {
        const int column = counts->columns[result->detections.items[i].class_id];
        if (column >= 0) counts->numbers[column]++;
    }
}

static bool image(void *state, const struct result *result, yolo_image *pixels) {
    (void)pixels;
    struct counts *counts = state;
    struct output *output = counts->output;
    csv_text(output, result->path);
    output_text(output, ",");
    if (!result->error) {
        count(counts, result);
        output_format(output, "%zu", result->detections.count);
    }
    for (int i = 0; i < counts->column_count; i++) {
        output_text(output, ",");
        if (!result->error) output_format(output, "%zu", counts->numbers[i]);
    }
    output_text(output, ",");
    if (result->error) csv_text(output, result->error);
    output_text(output, "\n");
    return output_flush(output);
}

static bool close(void *state) {
    struct counts *counts = state;
    const bool well = output_close(counts->output, true);
    free(counts->columns);
    free(counts->numbers);
    free(counts);
    return well;
}

const struct sink_type sink_counts = {"counts", SINK_REPORTS, wanted, open, image, close};
