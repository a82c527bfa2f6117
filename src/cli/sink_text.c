/* What people read on stdout: a line for each picture, a line for each object in it. */
#include "cli/output.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"
#include "cli/zones.h"

#include <stdlib.h>

struct text {
    const struct session *session;
    struct output *output;
};

/* Not where a program reads stdout, or another table stands there. */
static bool wanted(const struct session *session) {
    return !session->evaluation && !session->settings->quiet && !sinks_own_stdout(session->settings);
}

static bool open(const struct session *session, void **state) {
    struct output *output = output_open("-");
    if (!output) return false;
    struct text *text = allocate(1, sizeof *text);
    text->session = session;
    text->output = output;
    *state = text;
    return true;
}

static void print(struct output *output, const char *name) {
    char *printable = text_printable(name);
    output_text(output, printable);
    free(printable);
}

static void print_counts(const struct text *text, const struct result *result) {
    struct class_count *counts;
    const size_t count = result_count_classes(result, text->session->model, &counts);
    if (!count) output_text(text->output, ", nothing found");
    for (size_t i = 0; i < count; i++) {
        output_format(text->output, "%s%zu ", i ? ", " : ": ", counts[i].count);
        print(text->output, counts[i].class_name);
    }
    free(counts);
}

static void print_found(const struct text *text, int class_id, float score) {
    output_format(text->output, "  %.4f  ", (double)score);
    print(text->output, yolo_model_class_name(text->session->model, class_id));
}

/* "  row 1: 7 product, 2 price tag", and the same for zones. */
static void print_part(const struct text *text, const struct result *result, struct part part, const char *label) {
    char *counts = result_describe_part(result, part, text->session->model);
    output_text(text->output, "  ");
    print(text->output, label);
    output_text(text->output, ": ");
    print(text->output, counts);
    output_text(text->output, "\n");
    free(counts);
}

static void print_parts(const struct text *text, const struct result *result) {
    const struct zones *zones = text->session->zones;
    for (int row = 1; row <= result->row_count; row++) {
        char *label = text_format("row %d", row);
        print_part(text, result, (struct part){PART_ROW, (size_t)row}, label);
        free(label);
    }
    for (size_t zone = 0; zone < zones_count(zones); zone++) {
        char *label = text_format("zone %s", zones_name(zones, zone));
        print_part(text, result, (struct part){PART_ZONE, zone}, label);
        free(label);
    }
}

/* Behind the box: "  row 2, place 3, zone left". */
static void print_place(const struct text *text, const struct result *result, size_t index) {
    const char *separator = "  ";
    if (result->places) {
        output_format(text->output, "  row %d, place %d", result->places[index].row, result->places[index].place);
        separator = ", ";
    }
    for (size_t zone = 0; zone < zones_count(text->session->zones); zone++) {
        if (!result_is_in(result, index, (struct part){PART_ZONE, zone})) continue;
        output_format(text->output, "%szone ", separator);
        print(text->output, zones_name(text->session->zones, zone));
        separator = ", ";
    }
}

static bool image(void *state, const struct result *result, yolo_image *pixels) {
    (void)pixels;
    struct text *text = state;
    if (result->error) return true; /* its sentence went to stderr */
    print(text->output, result->path);
    output_format(text->output, ", %dx%d, %.1f ms", result->width, result->height, result->detect_ms);
    if (text->session->info.task == YOLO_TASK_DETECT) print_counts(text, result);
    if (result->tiling.columns * result->tiling.rows > 1)
        output_format(text->output, " (%dx%d tiles)", result->tiling.columns, result->tiling.rows);
    output_text(text->output, "\n");
    print_parts(text, result);
    for (size_t i = 0; i < result->detections.count; i++) {
        const yolo_detection *found = &result->detections.items[i];
        print_found(text, found->class_id, found->score);
        output_format(text->output, "  %.1f,%.1f %.1fx%.1f", (double)found->x, (double)found->y, (double)found->width,
                      (double)found->height);
        print_place(text, result, i);
        output_text(text->output, "\n");
    }
    for (size_t i = 0; i < result->score_count; i++) {
        print_found(text, result->scores[i].class_id, result->scores[i].score);
        output_text(text->output, "\n");
    }
    return output_flush(text->output);
}

static bool close(void *state) {
    struct text *text = state;
    const bool well = output_close(text->output, true);
    free(text);
    return well;
}

const struct sink_type sink_text = {"text", SINK_REPORTS, wanted, open, image, close};
