/* detect info: the layers of a network, and what they cost. */
#include "cli/command.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS_SHOWN = 24 }; /* columns */

/* "-1, 3, 7", or the first few of many. */
static void list_inputs(const yolo_layer_info *layer, char out[64]) {
    size_t length = 0;
    out[0] = '\0';
    for (int i = 0; i < layer->input_count; i++) {
        if (length > INPUTS_SHOWN) {
            snprintf(out + length, 64 - length, ",...");
            return;
        }
        length += (size_t)snprintf(out + length, 64 - length, i ? ",%d" : "%d", layer->inputs[i]);
    }
}

static void print_layer(struct output *output, int index, const yolo_layer_info *layer) {
    char shape[48], inputs[64];
    snprintf(shape, sizeof shape, "%dx%dx%d", layer->width, layer->height, layer->channels);
    list_inputs(layer, inputs);
    output_format(output, "%5d  %-16s %-14s %9.4f %11zu  %-16s%s%s%s\n", index, layer->type, shape, layer->flops / 1e9,
                  layer->parameter_count, inputs, *layer->algorithm ? " " : "", layer->algorithm,
                  layer->late ? " late" : "");
}

static void print_totals(struct output *output, const struct session *session) {
    const yolo_model_info *model = &session->info;
    const yolo_context_info *context = &session->context_info;
    output_format(output, "%s network, input %dx%dx%d, %d class%s, %d layers, kernels %s\n",
                  model->task == YOLO_TASK_CLASSIFY ? "classifier" : "detection", context->width, context->height,
                  context->channels, model->class_count, model->class_count == 1 ? "" : "es", model->layer_count,
                  model->kernels);
    output_format(output, "%.4f GFLOPs, %zu parameters\n", context->flops / 1e9, model->parameter_count);
    output_format(output, "memory: %.1f MB weights, %.1f MB arena\n", (double)model->weight_bytes / 1e6,
                  (double)context->arena_bytes / 1e6);
    output_format(output, "weights: %s\n", model->has_weights ? "read and checked" : "none given");
}

static void print_text(struct output *output, const struct session *session) {
    yolo_layer_info layer;
    output_format(output, "%5s  %-16s %-14s %9s %11s  %-16s %s\n", "layer", "type", "output", "GFLOPs", "parameters",
                  "reads", "computed as");
    for (int i = 0; i < session->info.layer_count; i++)
        if (!yolo_context_get_layer(session->context, i, &layer)) print_layer(output, i, &layer);
    print_totals(output, session);
}

static void json_layer(struct output *output, int index, const yolo_layer_info *layer) {
    output_format(output, "%s\n{\"index\":%d,\"line\":%d,\"type\":", index ? "," : "", index, layer->line);
    json_text(output, layer->type);
    output_format(output, ",\"channels\":%d,\"height\":%d,\"width\":%d,\"flops\":%.0f,\"parameters\":%zu,\"inputs\":[",
                  layer->channels, layer->height, layer->width, layer->flops, layer->parameter_count);
    for (int i = 0; i < layer->input_count; i++) output_format(output, i ? ",%d" : "%d", layer->inputs[i]);
    output_text(output, "],\"algorithm\":");
    json_text(output, layer->algorithm);
    output_format(output, ",\"late\":%s}", layer->late ? "true" : "false");
}

static void print_json(struct output *output, const struct session *session) {
    yolo_layer_info layer;
    output_text(output, "{\"schema\":\"detect-info/1\",\"model\":");
    json_model(output, session);
    output_format(output,
                  ",\"kernels\":\"%s\",\"has_weights\":%s,\"flops\":%.0f,\"parameters\":%zu,\"weight_bytes\":%zu,"
                  "\"arena_bytes\":%zu,\"layers\":[",
                  session->info.kernels, session->info.has_weights ? "true" : "false", session->context_info.flops,
                  session->info.parameter_count, session->info.weight_bytes, session->context_info.arena_bytes);
    for (int i = 0; i < session->info.layer_count; i++)
        if (!yolo_context_get_layer(session->context, i, &layer)) json_layer(output, i, &layer);
    output_text(output, "]}\n");
}

static bool write(const struct session *session, const char *path,
                  void print(struct output *, const struct session *)) {
    struct output *output = output_open(path);
    if (!output) return false;
    print(output, session);
    return output_close(output, true);
}

enum exit_code command_info(const struct settings *settings) {
    struct session session;
    enum exit_code code = session_open(settings, 0, &session);
    const bool stdout_is_json = settings->json && strcmp(settings->json, "-") == 0;
    if (code == EXIT_DONE && settings->json && !write(&session, settings->json, print_json)) code = EXIT_SOME_FAILED;
    if (code == EXIT_DONE && !settings->quiet && !stdout_is_json && !write(&session, "-", print_text))
        code = EXIT_SOME_FAILED;
    session_close(&session);
    return code;
}
