#include "cli/summary.h"

#include "cli/clock.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void summary_open(struct summary *summary, const struct session *session) {
    *summary = (struct summary){.session = session, .begin = clock_ms()};
    summary->class_counts = allocate((size_t)session->info.class_count, sizeof *summary->class_counts);
}

void summary_add(struct summary *summary, const struct result *result) {
    summary->pictures++;
    if (result->error) summary->failures++;
    summary->objects += result->detections.count;
    for (size_t i = 0; i < result->detections.count; i++) summary->class_counts[result->detections.items[i].class_id]++;
    for (int stage = 0; stage < STAGE_COUNT; stage++) summary->stage_ms[stage] += result->stage_ms[stage];
}

/* A text that grows by pieces. */
static void append(char **text, char *piece) {
    char *longer = text_format("%s%s", *text, piece);
    free(*text);
    free(piece);
    *text = longer;
}

static char *totals(const struct summary *summary) {
    char *line = text_format("%zu picture%s", summary->pictures, summary->pictures == 1 ? "" : "s");
    if (summary->session->info.task == YOLO_TASK_DETECT)
        append(&line, text_format(", %zu object%s", summary->objects, summary->objects == 1 ? "" : "s"));
    if (summary->failures) append(&line, text_format(", %zu failed", summary->failures));
    if (summary->before) append(&line, text_format(", %zu done before", summary->before));
    if (summary->skipped)
        append(&line, text_format(", %zu file%s that %s no picture skipped", summary->skipped,
                                  summary->skipped == 1 ? "" : "s", summary->skipped == 1 ? "is" : "are"));
    return line;
}

/* By class; classes of one name are counted together, at the place of the first. */
static char *class_totals(const struct summary *summary) {
    const yolo_model *model = summary->session->model;
    const int count = summary->session->info.class_count;
    bool *told = allocate((size_t)count, sizeof *told);
    char *line = text_copy_of("");
    for (int id = 0; id < count; id++) {
        size_t sum = summary->class_counts[id];
        if (!sum || told[id]) continue;
        for (int other = id + 1; other < count; other++)
            if (summary->class_counts[other] &&
                strcmp(yolo_model_class_name(model, id), yolo_model_class_name(model, other)) == 0) {
                sum += summary->class_counts[other];
                told[other] = true;
            }
        char *name = text_printable(yolo_model_class_name(model, id));
        append(&line, text_format("%s%zu %s", *line ? ", " : "", sum, name));
        free(name);
    }
    free(told);
    return line;
}

/* Stages of different pictures overlap: their times are those of one thread. */
static char *speed(const struct summary *summary) {
    const double seconds = (clock_ms() - summary->begin) / 1e3;
    const size_t done = summary->pictures - summary->failures;
    char *line = text_format("%.1f pictures/s", seconds > 0 ? (double)summary->pictures / seconds : 0.0);
    for (int stage = 0; stage < STAGE_COUNT && done; stage++)
        append(&line, text_format("%s %s %.1f", stage ? "," : "; each:", stage_names[stage],
                                  summary->stage_ms[stage] / (double)done));
    if (done) append(&line, text_copy_of(" ms"));
    return line;
}

static void print(const struct summary *summary, struct output *output) {
    char *lines[] = {totals(summary), class_totals(summary), speed(summary)};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (*lines[i] && output)
            output_format(output, "%s\n", lines[i]);
        else if (*lines[i])
            complain("%s", lines[i]);
        free(lines[i]);
    }
}

void summary_print(const struct summary *summary) {
    const struct settings *settings = summary->session->settings;
    if (settings->quiet || summary->session->evaluation ||
        (summary->pictures + summary->before < 2 && !summary->skipped))
        return;
    if (sinks_own_stdout(settings)) {
        if (message_terminal()) print(summary, NULL);
        return;
    }
    struct output *output = output_open("-");
    if (!output) return;
    print(summary, output);
    output_close(output, true);
}

void summary_close(struct summary *summary) {
    free(summary->class_counts);
}
