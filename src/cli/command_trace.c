/* detect trace: what every layer computed for a picture, as the files of recorded references have it. */
#include "cli/class_filter.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/sandbox.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <math.h>
#include <stdlib.h>

enum { SAMPLES = 24 };

struct trace {
    const struct session *session;
    struct output *output;
    float *values;           /* of the layer being written; room for the largest */
    float *class_thresholds; /* [class_count], NULL: the same for all */
};

/* Keys mean, rms, min, max, sample_step, samples of `count` values, without braces. Sums are in double: a float runs
 * out of digits within one layer. */
static void write_statistics(struct output *output, const float *values, size_t count) {
    double sum = 0, squares = 0, low = count ? INFINITY : 0, high = count ? -INFINITY : 0;
    for (size_t i = 0; i < count; i++) {
        const double value = (double)values[i];
        sum += value;
        squares += value * value;
        low = value < low || isnan(value) ? value : low;
        high = value > high || isnan(value) ? value : high;
    }
    const struct {
        const char *key;
        double value;
    } rows[] = {{"\"mean", count ? sum / (double)count : 0},
                {",\"rms", count ? sqrt(squares / (double)count) : 0},
                {",\"min", low},
                {",\"max", high}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        output_format(output, "%s\":", rows[i].key);
        json_float(output, rows[i].value);
    }
    const size_t step = count > SAMPLES ? count / SAMPLES : 1;
    output_format(output, ",\"sample_step\":%zu,\"samples\":[", step);
    for (size_t i = 0; i < SAMPLES && i * step < count; i++) {
        output_text(output, i ? "," : "");
        json_float(output, (double)values[i * step]);
    }
    output_text(output, "]");
}

static size_t value_count(int channels, int height, int width) {
    return (size_t)channels * (size_t)height * (size_t)width;
}

static yolo_status write_layer(const struct trace *trace, int index, yolo_error *error) {
    yolo_layer_info layer;
    yolo_status status = yolo_context_get_layer(trace->session->context, index, &layer);
    if (!status) status = yolo_context_layer_output(trace->session->context, index, trace->values, error);
    if (status) return status;
    output_format(trace->output, "%s\n{\"index\":%d,\"type\":\"%s\",\"channels\":%d,\"height\":%d,\"width\":%d,",
                  index ? "," : "", index, layer.type, layer.channels, layer.height, layer.width);
    write_statistics(trace->output, trace->values, value_count(layer.channels, layer.height, layer.width));
    output_text(trace->output, "}");
    return YOLO_OK;
}

static float *allocate_values(const struct session *session) {
    const yolo_context_info *info = &session->context_info;
    size_t most = value_count(info->channels, info->height, info->width);
    yolo_layer_info layer;
    for (int i = 0; i < session->info.layer_count; i++)
        if (!yolo_context_get_layer(session->context, i, &layer)) {
            const size_t count = value_count(layer.channels, layer.height, layer.width);
            most = count > most ? count : most;
        }
    return allocate(most, sizeof(float));
}

static void write_head(const struct trace *trace, const yolo_image *image) {
    const yolo_context_info *info = &trace->session->context_info;
    output_format(trace->output, "{\"network\":{\"width\":%d,\"height\":%d,\"channels\":%d},", info->width,
                  info->height, info->channels);
    output_format(trace->output, "\"image\":{\"width\":%d,\"height\":%d},\"resize\":\"%s\",", image->width,
                  image->height, choice_name(resize_choices, (int)session_resize(trace->session)));
}

static yolo_status write_layers(const struct trace *trace, yolo_error *error) {
    const yolo_context_info *info = &trace->session->context_info;
    yolo_status status = yolo_context_layer_output(trace->session->context, -1, trace->values, error);
    if (status) return status;
    output_text(trace->output, "\n\"input\":{");
    write_statistics(trace->output, trace->values, value_count(info->channels, info->height, info->width));
    output_text(trace->output, "},\n\"layers\":[");
    for (int i = 0; i < trace->session->info.layer_count && !status; i++) status = write_layer(trace, i, error);
    output_text(trace->output, "]");
    return status;
}

static void write_detection(struct output *output, const yolo_detection *found, const yolo_image *image) {
    const double width = image->width, height = image->height;
    const struct {
        const char *key;
        double value;
    } rows[] = {{"cx", ((double)found->x + (double)found->width / 2) / width},
                {"cy", ((double)found->y + (double)found->height / 2) / height},
                {"w", (double)found->width / width},
                {"h", (double)found->height / height}};
    output_format(output, "{\"class\":%d,\"score\":", found->class_id);
    json_float(output, (double)found->score);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        output_format(output, ",\"%s\":", rows[i].key);
        json_float(output, rows[i].value);
    }
    output_text(output, "}");
}

/* Darknet's number of a kind of NMS; -1 for those it lacks. */
static int darknet_nms(yolo_nms nms) {
    switch (nms) {
    case YOLO_NMS_DEFAULT:
        return 0;
    case YOLO_NMS_GREEDY:
        return 1;
    case YOLO_NMS_DIOU:
        return 2;
    case YOLO_NMS_CORNERS:
        return 3;
    default:
        return -1;
    }
}

/* Boxes are relative to the picture and not clipped, as the references have them. */
static yolo_status write_detections(const struct trace *trace, const yolo_image *image, yolo_error *error) {
    yolo_detect_options options = session_detect_options(trace->session);
    yolo_detections found = {0};
    options.no_clip = true;
    options.class_thresholds = trace->class_thresholds;
    if (options.class_thresholds) options.threshold = 0;
    const yolo_status status = yolo_get_detections(trace->session->context, &options, &found, error);
    if (status) return status;
    output_text(trace->output, ",\n\"score_threshold\":");
    json_decimal(trace->output, trace->session->settings->threshold.value, 9);
    output_format(trace->output,
                  ",\"candidates_before_nms\":%zu,\"nms\":{\"kind\":%d,\"beta\":%.6g,\"iou\":", found.candidate_count,
                  darknet_nms(session_nms(trace->session)), (double)trace->session->info.nms_beta);
    json_decimal(trace->output, trace->session->settings->nms_iou, 9);
    output_text(trace->output, "},\n\"detections\":[");
    for (size_t i = 0; i < found.count; i++) {
        output_text(trace->output, i ? ",\n" : "\n");
        write_detection(trace->output, &found.items[i], image);
    }
    output_text(trace->output, "]");
    yolo_detections_free(&found);
    return status;
}

static yolo_status write_all(const struct trace *trace, const yolo_image *image, yolo_error *error) {
    yolo_status status = yolo_set_input(trace->session->context, image, session_resize(trace->session), error);
    if (!status) status = yolo_run(trace->session->context, error);
    if (status) return status;
    write_head(trace, image);
    status = write_layers(trace, error);
    if (!status && trace->session->info.task == YOLO_TASK_DETECT) status = write_detections(trace, image, error);
    output_text(trace->output, "}\n");
    return status;
}

static enum exit_code run(const struct session *session) {
    const struct settings *settings = session->settings;
    const yolo_image_options options = session_image_options(settings);
    float *thresholds;
    yolo_image image = {0};
    yolo_error error;
    const enum exit_code code = class_filter_thresholds(session, &thresholds);
    if (code != EXIT_DONE) return code;
    struct trace trace = {session, output_open(settings->json ? settings->json : "-"), allocate_values(session),
                          thresholds};
    yolo_status status = YOLO_BAD_FILE;
    if (trace.output && sandbox_enter(session, NULL)) {
        status = yolo_image_load(settings->operands[0], &options, &image, &error);
        if (!status) status = write_all(&trace, &image, &error);
        if (status) complain("%s", error.message);
    }
    const bool well = output_close(trace.output, !status);
    free(trace.values);
    free(thresholds);
    yolo_image_free(&image);
    return well && !status ? EXIT_DONE : EXIT_SOME_FAILED;
}

enum exit_code command_trace(const struct settings *settings) {
    struct session session;
    enum exit_code code = session_open(settings, SESSION_NEEDS_WEIGHTS | SESSION_NEEDS_LAYERS, &session);
    if (code == EXIT_DONE) code = run(&session);
    session_close(&session);
    return code;
}
