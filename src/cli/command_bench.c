/* detect bench: how long it takes here from a network's input to the boxes. */
#include "cli/bench.h"

#include "cli/bench_layers.h"
#include "cli/clock.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
    WARM_UP_RUNS = 2, /* the first touches the memory, the second finds it in the caches */
    RUNS_LEAST = 5,   /* of a large network that takes longer than ENOUGH_MS */
    RUNS_MOST = 1000, /* where nobody says how many */
    ENOUGH_MS = 3000,
};

struct times {
    double *ms; /* [count] */
    size_t count;
    double median, mean, least;
    size_t peak_rss_bytes;
};

/* A gradient with noise: no layer sees zeros only. */
static yolo_status make_picture(int width, int height, yolo_image *image, yolo_error *error) {
    const yolo_status status = yolo_image_create(width, height, 3, image, error);
    uint32_t noise = 1;
    for (int y = 0; y < height && !status; y++)
        for (int x = 0; x < 3 * width; x++) {
            noise = noise * 1664525u + 1013904223u;
            image->pixels[(size_t)y * image->stride + (size_t)x] =
                (uint8_t)((128ull * (unsigned)x / (3u * (unsigned)width) + 64ull * (unsigned)y / (unsigned)height) +
                          (noise >> 26));
        }
    return status;
}

yolo_status bench_picture(const struct session *session, yolo_image *image, yolo_error *error) {
    const struct settings *settings = session->settings;
    const yolo_image_options options = session_image_options(settings);
    if (settings->operand_count) return yolo_image_load(settings->operands[0], &options, image, error);
    return make_picture(session->context_info.width, session->context_info.height, image, error);
}

static size_t peak_rss_bytes(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
#ifdef __APPLE__
    return (size_t)usage.ru_maxrss;
#else
    return (size_t)usage.ru_maxrss * 1024;
#endif
}

yolo_status bench_run(const struct session *session, const yolo_image *image, double *seconds, double *ms,
                      yolo_error *error) {
    const yolo_detect_options options = session_detect_options(session);
    const bool has_boxes = session->info.task == YOLO_TASK_DETECT;
    yolo_detections found = {0};
    yolo_status status = yolo_set_input(session->context, image, session_resize(session), error);
    if (status) return status;
    const double begin = clock_ms();
    status = yolo_run_timed(session->context, seconds, error);
    const double middle = clock_ms();
    if (!status && has_boxes) status = yolo_get_detections(session->context, &options, &found, error);
    const double end = clock_ms();
    if (seconds) seconds[session->info.layer_count] = (end - middle) / 1e3;
    *ms = end - begin;
    yolo_detections_free(&found);
    return status;
}

static int compare(const void *a, const void *b) {
    const double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

static void summarise(struct times *times) {
    qsort(times->ms, times->count, sizeof *times->ms, compare);
    const size_t middle = times->count / 2;
    times->least = times->ms[0];
    times->median = times->count % 2 ? times->ms[middle] : (times->ms[middle - 1] + times->ms[middle]) / 2;
    for (size_t i = 0; i < times->count; i++) times->mean += times->ms[i] / (double)times->count;
    times->peak_rss_bytes = peak_rss_bytes();
}

static bool is_enough(size_t wanted, const struct times *times, double sum) {
    if (wanted) return times->count == wanted;
    return times->count >= RUNS_LEAST && (times->count == RUNS_MOST || sum >= ENOUGH_MS);
}

/* `layers` may be NULL. */
static yolo_status measure(const struct session *session, struct times *times, struct layer_times *layers,
                           yolo_error *error) {
    const size_t wanted = (size_t)session->settings->runs, most = wanted ? wanted : RUNS_MOST;
    yolo_image image = {0};
    yolo_status status = bench_picture(session, &image, error);
    double ms, sum = 0;
    for (int i = 0; i < WARM_UP_RUNS && !status; i++) status = bench_run(session, &image, NULL, &ms, error);
    times->ms = allocate(most, sizeof *times->ms);
    if (layers) layer_times_begin(layers, session, most);
    while (!status && !is_enough(wanted, times, sum)) {
        double *seconds = layers ? layer_times_next(layers) : NULL;
        status = bench_run(session, &image, seconds, &times->ms[times->count], error);
        sum += times->ms[times->count++];
    }
    yolo_image_free(&image);
    if (!status) summarise(times);
    if (!status && layers) status = layer_times_finish(layers, error);
    return status;
}

static double gflops_per_s(const struct session *session, const struct times *times) {
    return times->median > 0 ? session->context_info.flops / times->median / 1e6 : 0;
}

static bool print_json(const struct session *session, const struct times *times, const struct layer_times *layers) {
    const yolo_context_info *info = &session->context_info;
    struct output *output = output_open(session->settings->json);
    if (!output) return false;
    output_text(output, "{\"schema\":\"detect-bench/1\",\"network\":");
    json_text(output, session->files.cfg);
    output_format(output, ",\"has_weights\":%s,\"width\":%d,\"height\":%d,\"channels\":%d,\"kernels\":\"%s\"",
                  session->info.has_weights ? "true" : "false", info->width, info->height, info->channels,
                  session->info.kernels);
    output_format(output, ",\"threads\":%d,\"runs\":%zu,\"median_ms\":%.4f,\"min_ms\":%.4f,\"mean_ms\":%.4f",
                  info->threads, times->count, times->median, times->least, times->mean);
    output_format(output, ",\"gflops\":%.6f,\"gflops_per_s\":%.4f,\"weight_bytes\":%zu,\"arena_bytes\":%zu",
                  info->flops / 1e9, gflops_per_s(session, times), session->info.weight_bytes, info->arena_bytes);
    output_format(output, ",\"peak_rss_bytes\":%zu", times->peak_rss_bytes);
    if (layers) layer_times_json(layers, output);
    output_text(output, "}\n");
    return output_close(output, true);
}

static bool print_text(const struct session *session, const struct times *times, const struct layer_times *layers) {
    const yolo_context_info *info = &session->context_info;
    struct output *output = output_open("-");
    if (!output) return false;
    char *name = text_printable(session->files.cfg);
    output_format(output, "%s %dx%dx%d, kernels %s, %d thread%s%s\n", name, info->width, info->height, info->channels,
                  session->info.kernels, info->threads, info->threads == 1 ? "" : "s",
                  session->info.has_weights ? "" : ", all weights zero (none were given)");
    free(name);
    output_format(output, "median %.2f ms, min %.2f ms, mean %.2f ms of %zu run%s\n", times->median, times->least,
                  times->mean, times->count, times->count == 1 ? "" : "s");
    output_format(output, "%.3f GFLOPs a run, %.1f GFLOP/s\npeak memory %.1f MB\n", info->flops / 1e9,
                  gflops_per_s(session, times), (double)times->peak_rss_bytes / 1e6);
    if (layers) layer_times_text(layers, output);
    return output_close(output, true);
}

static enum exit_code run(const struct session *session, struct times *times, struct layer_times *layers) {
    const struct settings *settings = session->settings;
    const bool stdout_is_json = settings->json && strcmp(settings->json, "-") == 0;
    yolo_error error;
    if (measure(session, times, layers, &error)) {
        complain("%s", error.message);
        return EXIT_SOME_FAILED;
    }
    if (settings->json && !print_json(session, times, layers)) return EXIT_SOME_FAILED;
    if (!settings->quiet && !stdout_is_json && !print_text(session, times, layers)) return EXIT_SOME_FAILED;
    return EXIT_DONE;
}

/* Options that exclude each other; false after a sentence. */
static bool options_agree(const struct settings *settings) {
    if (settings->threshold.of_classes.count)
        complain("bench takes one --threshold for all classes");
    else if (settings->by_turns && (settings->json || settings->layers || settings->runs))
        complain("--by-turns takes no --%s", settings->json ? "json" : settings->layers ? "layers" : "runs");
    else if (settings->tune && (settings->by_turns || settings->layers || settings->runs || settings->algorithm))
        complain("--tune takes no --%s", settings->by_turns ? "by-turns"
                                         : settings->layers ? "layers"
                                         : settings->runs   ? "runs"
                                                            : "algorithm");
    else
        return true;
    return false;
}

enum exit_code command_bench(const struct settings *settings) {
    struct session session;
    struct times times = {0};
    struct layer_times layers = {0};
    const double begin = clock_ms();
    if (!options_agree(settings)) return EXIT_WRONG_USAGE;
    if (settings->tune) return bench_tune(settings);
    enum exit_code code = session_open(settings, 0, &session);
    if (code == EXIT_DONE)
        code = settings->by_turns ? bench_by_turns(&session, begin)
                                  : run(&session, &times, settings->layers ? &layers : NULL);
    free(times.ms);
    layer_times_free(&layers);
    session_close(&session);
    return code;
}
