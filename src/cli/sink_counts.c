/* --counts: a row for each picture with its number of objects, in all and of each class. --row-counts and --zone-counts:
 * the same for each shelf row and each zone. A picture that failed has one row with empty cells. */
#include "cli/class_filter.h"
#include "cli/csv.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"
#include "cli/zones.h"

#include <stdlib.h>
#include <string.h>

struct counts {
    const struct session *session;
    struct output *output;
    enum part_kind kind; /* what a row counts */
    int *columns;        /* [class_count] of a class; -1: it is not asked for. Classes of one name share a column. */
    int column_count;
    size_t *numbers; /* [column_count] of one row */
};

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

static bool open_as(const struct session *session, const char *path, enum part_kind kind, void **state) {
    static const char *const heads[] = {"file,total", "file,row,total", "file,zone,total"};
    bool *is_wanted = class_filter_wanted(session);
    struct output *output = is_wanted ? output_open(path) : NULL;
    if (!output) {
        free(is_wanted);
        return false;
    }
    const int class_count = session->info.class_count;
    struct counts *counts = allocate(1, sizeof *counts);
    counts->session = session;
    counts->output = output;
    counts->kind = kind;
    counts->columns = allocate((size_t)class_count, sizeof *counts->columns);
    output_text(output, heads[kind]);
    for (int id = 0; id < class_count; id++) counts->columns[id] = is_wanted[id] ? choose_column(counts, id) : -1;
    output_text(output, "\n");
    counts->numbers = allocate((size_t)counts->column_count, sizeof *counts->numbers);
    free(is_wanted);
    *state = counts;
    return true;
}

/* Returns the number of objects, and fills in those of each class. */
static size_t count(struct counts *counts, const struct result *result, struct part part) {
    size_t total = 0;
    memset(counts->numbers, 0, (size_t)counts->column_count * sizeof *counts->numbers);
    for (size_t i = 0; i < result->detections.count; i++) {
        if (!result_is_in(result, i, part)) continue;
        const int column = counts->columns[result->detections.items[i].class_id];
        if (column >= 0) counts->numbers[column]++;
        total++;
    }
    return total;
}

/* The beginning of a row: the picture, and which part of it. */
static void begin(struct counts *counts, const struct result *result, struct part part) {
    csv_text(counts->output, result->path);
    if (counts->kind == PART_ALL) return;
    output_text(counts->output, ",");
    if (result->error) return;
    if (counts->kind == PART_ROW)
        output_format(counts->output, "%zu", part.index);
    else
        csv_text(counts->output, zones_name(counts->session->zones, part.index));
}

static void row(struct counts *counts, const struct result *result, struct part part) {
    begin(counts, result, part);
    output_text(counts->output, ",");
    if (!result->error) output_format(counts->output, "%zu", count(counts, result, part));
    for (int i = 0; i < counts->column_count; i++) {
        output_text(counts->output, ",");
        if (!result->error) output_format(counts->output, "%zu", counts->numbers[i]);
    }
    output_text(counts->output, "\n");
}

static bool image(void *state, const struct result *result, yolo_image *pixels) {
    (void)pixels;
    struct counts *counts = state;
    if (result->error || counts->kind == PART_ALL)
        row(counts, result, (struct part){PART_ALL, 0});
    else if (counts->kind == PART_ROW)
        for (int i = 1; i <= result->row_count; i++) row(counts, result, (struct part){PART_ROW, (size_t)i});
    else
        for (size_t i = 0; i < zones_count(counts->session->zones); i++)
            row(counts, result, (struct part){PART_ZONE, i});
    return output_flush(counts->output);
}

static bool close(void *state) {
    struct counts *counts = state;
    const bool well = output_close(counts->output, true);
    free(counts->columns);
    free(counts->numbers);
    free(counts);
    return well;
}

static bool counts_wanted(const struct session *session) {
    return session->settings->counts;
}

static bool counts_open(const struct session *session, void **state) {
    return open_as(session, session->settings->counts, PART_ALL, state);
}

static bool rows_wanted(const struct session *session) {
    return session->settings->row_counts;
}

static bool rows_open(const struct session *session, void **state) {
    return open_as(session, session->settings->row_counts, PART_ROW, state);
}

static bool zones_wanted(const struct session *session) {
    return session->settings->zone_counts;
}

static bool zones_open_counts(const struct session *session, void **state) {
    return open_as(session, session->settings->zone_counts, PART_ZONE, state);
}

const struct sink_type sink_counts = {"counts", SINK_REPORTS, counts_wanted, counts_open, image, close};
const struct sink_type sink_row_counts = {"row-counts", SINK_REPORTS, rows_wanted, rows_open, image, close};
const struct sink_type sink_zone_counts = {"zone-counts", SINK_REPORTS, zones_wanted, zones_open_counts, image, close};
