#include "cli/bench_layers.h"

#include "cli/json.h"
#include "cli/text.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    VIEW_FACTOR = 50
}; /* so many times faster than its roof, and nothing was done: the output is another's memory */

/* A layer's figures. `bound_ms` is the roofline: its operations at the measured peak, or its input, output and weights
 * each moved once at the measured bandwidth, whichever takes longer. What lies in a cache already, or an algorithm that
 * needs fewer operations (Winograd's), can beat it. */
struct row {
    yolo_layer_info layer;
    double min_ms, median_ms, gflops_per_s, bytes, bound_ms;
    const char *bound; /* what sets it: "compute" or "memory"; "-" where nothing is done, or not all */
};

void layer_times_begin(struct layer_times *times, const struct session *session, size_t runs) {
    *times = (struct layer_times){.session = session, .layer_count = (size_t)session->info.layer_count};
    times->seconds = allocate(runs * (times->layer_count + 1), sizeof *times->seconds);
    times->column = allocate(runs, sizeof *times->column);
}

double *layer_times_next(struct layer_times *times) {
    return times->seconds + times->run_count++ * (times->layer_count + 1);
}

yolo_status layer_times_finish(struct layer_times *times, yolo_error *error) {
    return yolo_measure_machine(times->session->context, &times->machine, error);
}

void layer_times_free(struct layer_times *times) {
    free(times->seconds);
    free(times->column);
    *times = (struct layer_times){0};
}

static double output_bytes_of(const yolo_layer_info *layer) {
    return 4.0 * layer->channels * layer->height * layer->width;
}

/* Of an input: a layer's output, or with -1 the network's input. */
static double input_bytes(const struct layer_times *times, int index) {
    const yolo_context_info *input = &times->session->context_info;
    yolo_layer_info layer;
    if (index < 0 || yolo_context_get_layer(times->session->context, index, &layer))
        return 4.0 * input->channels * input->height * input->width;
    return output_bytes_of(&layer);
}

static int compare(const void *a, const void *b) {
    const double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

static void fill_times(const struct layer_times *times, size_t index, struct row *row) {
    const size_t count = times->run_count, middle = count / 2;
    for (size_t i = 0; i < count; i++) times->column[i] = 1e3 * times->seconds[i * (times->layer_count + 1) + index];
    qsort(times->column, count, sizeof *times->column, compare);
    row->min_ms = times->column[0];
    row->median_ms = count % 2 ? times->column[middle] : (times->column[middle - 1] + times->column[middle]) / 2;
}

static struct row row_of(const struct layer_times *times, size_t index) {
    struct row row = {.bound = ""};
    yolo_context_get_layer(times->session->context, (int)index, &row.layer);
    fill_times(times, index, &row);
    row.bytes = output_bytes_of(&row.layer) + 4.0 * (double)row.layer.parameter_count;
    for (int i = 0; i < row.layer.input_count; i++) row.bytes += input_bytes(times, row.layer.inputs[i]);
    const double compute = 1e3 * row.layer.flops / times->machine.flops_per_s;
    const double memory = 1e3 * row.bytes / times->machine.bytes_per_s;
    row.gflops_per_s = row.median_ms > 0 ? row.layer.flops / row.median_ms / 1e6 : 0;
    row.bound_ms = compute > memory ? compute : memory;
    row.bound = compute > memory ? "compute" : "memory";
    if (row.layer.late || row.median_ms * VIEW_FACTOR < row.bound_ms) {
        row.bound_ms = 0;
        row.bound = "-";
    }
    return row;
}

static void text_row(struct output *output, size_t index, const struct row *row, double all_ms) {
    char shape[48];
    snprintf(shape, sizeof shape, "%dx%dx%d", row->layer.width, row->layer.height, row->layer.channels);
    output_format(output, "%5zu  %-14s %-14s %9.4f %9.3f %9.3f %6.1f %8.1f %9.3f %6.0f  %-7s %s%s\n", index,
                  row->layer.type, shape, row->layer.flops / 1e9, row->min_ms, row->median_ms,
                  all_ms > 0 ? 100 * row->median_ms / all_ms : 0, row->gflops_per_s, row->bound_ms,
                  row->median_ms > 0 ? 100 * row->bound_ms / row->median_ms : 0, row->bound, row->layer.algorithm,
                  row->layer.late ? " late" : "");
}

void layer_times_text(const struct layer_times *times, struct output *output) {
    struct row boxes = {0};
    fill_times(times, times->layer_count, &boxes);
    double all_ms = 0, bounds_ms = 0;
    for (size_t i = 0; i < times->layer_count; i++) {
        const struct row row = row_of(times, i);
        all_ms += row.median_ms;
        bounds_ms += row.bound_ms;
    }
    output_format(output, "this machine: %.1f GFLOP/s at most, reads %.1f GB/s from memory\n\n",
                  times->machine.flops_per_s / 1e9, times->machine.bytes_per_s / 1e9);
    output_format(output, "%5s  %-14s %-14s %9s %9s %9s %6s %8s %9s %6s  %-7s %s\n", "layer", "type", "output",
                  "GFLOPs", "min ms", "median ms", "share", "GFLOP/s", "roof ms", "% of", "by", "computed as");
    for (size_t i = 0; i < times->layer_count; i++) {
        const struct row row = row_of(times, i);
        text_row(output, i, &row, all_ms);
    }
    output_format(output, "all layers: %.3f ms, roof %.3f ms (%.0f %%); reading boxes: %.3f ms\n", all_ms, bounds_ms,
                  all_ms > 0 ? 100 * bounds_ms / all_ms : 0, boxes.median_ms);
}

static void json_row(struct output *output, size_t index, const struct row *row) {
    output_format(output, "%s\n{\"index\":%zu,\"type\":", index ? "," : "", index);
    json_text(output, row->layer.type);
    output_format(output, ",\"channels\":%d,\"height\":%d,\"width\":%d,\"flops\":%.0f,\"bytes\":%.0f",
                  row->layer.channels, row->layer.height, row->layer.width, row->layer.flops, row->bytes);
    output_format(output,
                  ",\"min_ms\":%.5f,\"median_ms\":%.5f,\"roof_ms\":%.5f,\"roof\":\"%s\",\"algorithm\":", row->min_ms,
                  row->median_ms, row->bound_ms, row->bound);
    json_text(output, row->layer.algorithm);
    output_text(output, "}");
}

void layer_times_json(const struct layer_times *times, struct output *output) {
    output_format(output, ",\"machine\":{\"flops_per_s\":%.4g,\"bytes_per_s\":%.4g},\"layers\":[",
                  times->machine.flops_per_s, times->machine.bytes_per_s);
    for (size_t i = 0; i < times->layer_count; i++) {
        const struct row row = row_of(times, i);
        json_row(output, i, &row);
    }
    struct row boxes = {0};
    fill_times(times, times->layer_count, &boxes);
    output_format(output, "],\"boxes_ms\":%.5f", boxes.median_ms);
}
