#include "cli/json.h"

#include "cli/options.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"
#include "cli/zones.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Control characters are escaped beyond what JSON asks, as U+2028 ends a line for some
 * readers of JSON lines. */
static void quoted(struct output *output, const char *text, const char *also_escaped) {
    output_text(output, "\"");
    while (*text) {
        uint32_t code;
        const size_t bytes = utf8_decode(text, &code);
        if (code == UTF8_INVALID)
            output_text(output, "\\ufffd");
        else if (code == '"' || code == '\\')
            output_format(output, "\\%c", (char)code);
        else if (utf8_is_control(code) || (code < 0x80 && strchr(also_escaped, (int)code)))
            output_format(output, "\\u%04x", (unsigned)code);
        else
            output_bytes(output, text, bytes);
        text += bytes;
    }
    output_text(output, "\"");
}

void json_text(struct output *output, const char *text) {
    quoted(output, text, "");
}

void json_script_text(struct output *output, const char *text) {
    quoted(output, text, "<>&");
}

void json_decimal(struct output *output, double value, int decimals) {
    char digits[512]; /* DBL_MAX has 309 before the point */
    if (!isfinite(value)) {
        output_text(output, "null");
        return;
    }
    int length = snprintf(digits, sizeof digits, "%.*f", decimals, value);
    if (decimals > 0) {
        while (length > 1 && digits[length - 1] == '0') length--;
        if (digits[length - 1] == '.') length--;
    }
    const bool is_negative_zero = length == 2 && digits[0] == '-' && digits[1] == '0';
    output_bytes(output, digits + is_negative_zero, (size_t)length - is_negative_zero);
}

void json_float(struct output *output, double value) {
    if (isfinite(value))
        output_format(output, "%.9g", value);
    else
        output_text(output, isnan(value) ? "\"nan\"" : value < 0 ? "\"-inf\"" : "\"inf\"");
}

static void class_and_score(struct output *output, const struct session *session, int class_id, float score) {
    output_format(output, "{\"class_id\":%d,\"class\":", class_id);
    json_text(output, yolo_model_class_name(session->model, class_id));
    if (isfinite(score))
        output_format(output, ",\"score\":%.6f", (double)score);
    else
        output_text(output, ",\"score\":null");
}

static void length(struct output *output, const char *key, float value) {
    output_format(output, "%s\":", key);
    json_decimal(output, (double)value, 4);
}

static void detection(struct output *output, const struct session *session, const yolo_detection *found) {
    class_and_score(output, session, found->class_id, found->score);
    length(output, ",\"box\":{\"x", found->x);
    length(output, ",\"y", found->y);
    length(output, ",\"width", found->width);
    length(output, ",\"height", found->height);
    output_text(output, "}");
}

/* Where it is, and the end of the detection. */
static void place(struct output *output, const struct session *session, const struct result *result, size_t index) {
    if (result->places)
        output_format(output, ",\"row\":%d,\"place\":%d", result->places[index].row, result->places[index].place);
    if (session->zones) {
        const char *separator = "";
        output_text(output, ",\"zones\":[");
        for (size_t zone = 0; zone < zones_count(session->zones); zone++) {
            if (!result_is_in(result, index, (struct part){PART_ZONE, zone})) continue;
            output_text(output, separator);
            json_text(output, zones_name(session->zones, zone));
            separator = ",";
        }
        output_text(output, "]");
    }
    output_text(output, "}");
}

static void counts(struct output *output, const struct session *session, const struct result *result,
                   struct part part) {
    struct class_count *items;
    const size_t count = result_count_part(result, part, session->model, &items);
    if (part.kind != PART_ALL) {
        size_t total = 0;
        for (size_t i = 0; i < count; i++) total += items[i].count;
        output_format(output, ",\"total\":%zu", total);
    }
    output_text(output, ",\"counts\":{");
    for (size_t i = 0; i < count; i++) {
        output_text(output, i ? "," : "");
        json_text(output, items[i].class_name);
        output_format(output, ":%zu", items[i].count);
    }
    output_text(output, "}");
    free(items);
}

static void parts(struct output *output, const struct session *session, const struct result *result) {
    if (session->in_rows) {
        output_text(output, ",\"rows\":[");
        for (int row = 1; row <= result->row_count; row++) {
            output_format(output, "%s{\"row\":%d", row > 1 ? "," : "", row);
            counts(output, session, result, (struct part){PART_ROW, (size_t)row});
            output_text(output, "}");
        }
        output_text(output, "]");
    }
    if (!session->zones) return;
    output_text(output, ",\"zones\":[");
    for (size_t zone = 0; zone < zones_count(session->zones); zone++) {
        output_text(output, zone ? ",{\"zone\":" : "{\"zone\":");
        json_text(output, zones_name(session->zones, zone));
        counts(output, session, result, (struct part){PART_ZONE, zone});
        output_text(output, "}");
    }
    output_text(output, "]");
}

static void tiles(struct output *output, const yolo_tiling *tiling) {
    if (!tiling->columns) return;
    output_format(output, ",\"tiles\":{\"columns\":%d,\"rows\":%d,\"width\":%d,\"height\":%d}", tiling->columns,
                  tiling->rows, tiling->width, tiling->height);
}

static void timing(struct output *output, const struct result *result) {
    output_text(output, ",\"timing_ms\":");
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        output_format(output, "%s\"%s\":", stage ? "," : "{", stage_names[stage]);
        json_decimal(output, result->stage_ms[stage], 3);
    }
    output_text(output, "}");
}

void json_result(struct output *output, const struct session *session, const struct result *result) {
    output_text(output, "{\"file\":");
    json_text(output, result->path);
    if (result->error) {
        output_text(output, ",\"error\":");
        json_text(output, result->error);
        output_text(output, "}");
        return;
    }
    output_format(output, ",\"width\":%d,\"height\":%d,\"detections\":[", result->width, result->height);
    for (size_t i = 0; i < result->detections.count; i++) {
        output_text(output, i ? "," : "");
        detection(output, session, &result->detections.items[i]);
        place(output, session, result, i);
    }
    output_text(output, "]");
    counts(output, session, result, (struct part){PART_ALL, 0});
    parts(output, session, result);
    tiles(output, &result->tiling);
    if (session->info.task == YOLO_TASK_CLASSIFY) {
        output_text(output, ",\"classes\":[");
        for (size_t i = 0; i < result->score_count; i++) {
            output_text(output, i ? "," : "");
            class_and_score(output, session, result->scores[i].class_id, result->scores[i].score);
            output_text(output, "}");
        }
        output_text(output, "]");
    }
    if (session->settings->timing) timing(output, result);
    output_text(output, "}");
}

static void path_or_null(struct output *output, const char *key, const char *path) {
    output_format(output, "%s\":", key);
    if (path)
        json_text(output, path);
    else
        output_text(output, "null");
}

void json_model(struct output *output, const struct session *session) {
    path_or_null(output, "{\"cfg", session->files.cfg);
    path_or_null(output, ",\"weights", session->files.weights);
    path_or_null(output, ",\"names", session->files.names);
    output_format(output, ",\"task\":\"%s\",\"width\":%d,\"height\":%d,\"channels\":%d,\"resize\":\"%s\",\"classes\":[",
                  session->info.task == YOLO_TASK_CLASSIFY ? "classify" : "detect", session->context_info.width,
                  session->context_info.height, session->context_info.channels,
                  choice_name(resize_choices, (int)session_resize(session)));
    for (int id = 0; id < session->info.class_count; id++) {
        output_text(output, id ? "," : "");
        json_text(output, yolo_model_class_name(session->model, id));
    }
    output_text(output, "]}");
}
