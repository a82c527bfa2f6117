#include "cli/eval_print.h"

#include "cli/evaluation.h"
#include "cli/json.h"
#include "cli/label_classes.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Text ------------------------------------------------------------------------------------------------------- */

static void print_padded(struct output *output, const char *text, size_t width) {
    output_text(output, text);
    for (size_t column = text_columns(text); column < width; column++) output_text(output, " ");
}

static void print_number(struct output *output, int width, int decimals, double value, const char *unit) {
    char text[48] = "-";
    if (!isnan(value)) snprintf(text, sizeof text, "%.*f%s", decimals, value, unit);
    output_format(output, "%*s", width, text);
}

static void print_row(struct output *output, const char *name, size_t width, const struct measures *m) {
    char *printable = text_printable(name);
    print_padded(output, printable, width);
    output_format(output, " %9zu %8zu", m->objects, m->found);
    print_number(output, 8, 4, m->ap50, "");
    print_number(output, 8, 4, m->ap, "");
    print_number(output, 11, 4, m->precision, "");
    print_number(output, 8, 4, m->recall, "");
    print_number(output, 8, 4, m->f1, "");
    print_number(output, 13, 1, m->count_error * 100, " %");
    print_number(output, 8, 2, m->count_error_absolute, "");
    output_text(output, "\n");
    free(printable);
}

static bool is_worth_a_row(const struct evaluation *evaluation, int class_id) {
    if (!evaluation_has(evaluation, class_id)) return false;
    const struct measures m = evaluation_of_class(evaluation, class_id);
    return m.objects || m.found;
}

static size_t name_width(const struct session *session, const struct evaluation *evaluation) {
    size_t width = strlen("class");
    for (int id = 0; id < session->info.class_count; id++) {
        if (!is_worth_a_row(evaluation, id)) continue;
        char *printable = text_printable(yolo_model_class_name(session->model, id));
        const size_t columns = text_columns(printable);
        if (columns > width) width = columns;
        free(printable);
    }
    return width;
}

static void print_pictures(struct output *output, const struct session *session, const struct evaluation *evaluation) {
    const struct eval_pictures pictures = evaluation_pictures(evaluation);
    output_format(output, "%zu picture%s", pictures.measured, pictures.measured == 1 ? "" : "s");
    if (pictures.listed) output_format(output, " of %zu that the labels have", pictures.listed);
    if (pictures.unlabelled) output_format(output, ", %zu without labels left out", pictures.unlabelled);
    if (pictures.failed) output_format(output, ", %zu failed", pictures.failed);
    output_format(output, "; precision, recall, F1 and counts at IoU 0.5 and threshold %g%s\n",
                  session->settings->threshold.value,
                  session->settings->threshold.of_classes.count ? " (some classes have their own)" : "");
}

void eval_print_text(struct output *output, const struct session *session, const struct evaluation *evaluation) {
    const size_t width = name_width(session, evaluation);
    size_t idle = 0;
    print_padded(output, "class", width);
    output_text(output, "   objects    found    AP50      AP  precision  recall      F1  count error  off by\n");
    for (int id = 0; id < session->info.class_count; id++) {
        const struct measures m = evaluation_of_class(evaluation, id);
        if (is_worth_a_row(evaluation, id))
            print_row(output, yolo_model_class_name(session->model, id), width, &m);
        else
            idle += evaluation_has(evaluation, id);
    }
    const struct measures all = evaluation_of_all(evaluation);
    print_row(output, "all", width, &all);
    print_pictures(output, session, evaluation);
    if (idle) output_format(output, "%zu more class%s: no objects, nothing found\n", idle, idle == 1 ? "" : "es");
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static void json_measures(struct output *output, const struct measures *m) {
    const struct {
        const char *key;
        double value;
    } values[] = {{"ap50", m->ap50},
                  {"ap", m->ap},
                  {"precision", m->precision},
                  {"recall", m->recall},
                  {"f1", m->f1},
                  {"count_error", m->count_error},
                  {"count_error_absolute", m->count_error_absolute}};
    output_format(output, "\"objects\":%zu,\"found\":%zu", m->objects, m->found);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        output_format(output, ",\"%s\":", values[i].key);
        json_decimal(output, values[i].value, 6);
    }
}

static void json_classes(struct output *output, const struct session *session, const struct evaluation *evaluation) {
    bool any = false;
    for (int id = 0; id < session->info.class_count; id++) {
        if (!evaluation_has(evaluation, id)) continue;
        const struct measures m = evaluation_of_class(evaluation, id);
        output_format(output, "%s\n{\"class_id\":%d,\"class\":", any ? "," : "", id);
        json_text(output, yolo_model_class_name(session->model, id));
        output_text(output, ",");
        json_measures(output, &m);
        output_text(output, "}");
        any = true;
    }
}

/* Classes of the labels that the model does not have. */
static void json_left_out(struct output *output, const struct evaluation *evaluation) {
    const struct label_classes *labels = evaluation_labels(evaluation);
    bool any = false;
    for (size_t i = 0; i < labels->count; i++) {
        if (labels->items[i].class_id >= 0) continue;
        output_format(output, "%s\n{\"class\":", any ? "," : "");
        json_text(output, labels->items[i].name);
        output_format(output, ",\"objects\":%zu}", labels->items[i].objects);
        any = true;
    }
}

void eval_print_json(struct output *output, const struct session *session, const struct evaluation *evaluation) {
    const struct settings *settings = session->settings;
    const struct eval_pictures pictures = evaluation_pictures(evaluation);
    const struct measures all = evaluation_of_all(evaluation);
    output_text(output, "{\"schema\":\"detect-eval/1\",\"model\":");
    json_model(output, session);
    output_text(output, ",\"threshold\":");
    json_decimal(output, settings->threshold.value, 6);
    output_text(output, ",\"score_floor\":");
    json_decimal(output, evaluation_lowest_threshold(evaluation), 6);
    output_format(output, ",\"nms\":\"%s\",\"nms_iou\":", choice_name(nms_choices, (int)session_nms(session)));
    json_decimal(output, settings->nms_iou, 6);
    output_text(output, ",\"max_detections\":");
    output_format(output, settings->max_detections ? "%llu" : "null", (unsigned long long)settings->max_detections);
    output_format(output, ",\"images\":%zu,\"unlabelled\":%zu,\"failed\":%zu,\n\"overall\":{", pictures.measured,
                  pictures.unlabelled, pictures.failed);
    json_measures(output, &all);
    output_text(output, "},\n\"classes\":[");
    json_classes(output, session, evaluation);
    output_text(output, "],\n\"left_out\":[");
    json_left_out(output, evaluation);
    output_text(output, "]}\n");
}
