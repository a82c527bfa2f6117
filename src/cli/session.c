#include "cli/session.h"

#include "cli/message.h"
#include "cli/options.h"
#include "cli/output_places.h"
#include "cli/reserved.h"
#include "cli/settings.h"
#include "cli/text.h"
#include "cli/zones.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KERNEL_SETS_MAX = 32, ALGORITHMS_MAX = 32 };

static void warn(void *argument, const char *sentence) {
    const struct session *session = argument;
    if (!session->settings->quiet) complain("warning: %s", sentence);
}

bool session_kernels_are_usable(const char *wanted) {
    const char *names[KERNEL_SETS_MAX], *name;
    size_t count = 0;
    for (; count < KERNEL_SETS_MAX && (name = yolo_kernels_name(count)); count++) {
        names[count] = name;
        if (strcmp(name, wanted) != 0) continue;
        if (!yolo_kernels_supported(count))
            complain("--kernels %s: this processor cannot run them; 'detect kernels' lists those it can", wanted);
        return yolo_kernels_supported(count);
    }
    const char *nearest = text_nearest(wanted, names, count);
    if (nearest)
        complain("--kernels: there are none called '%s'; did you mean %s?", wanted, nearest);
    else
        complain("--kernels: there are none called '%s'; 'detect kernels' lists them", wanted);
    return false;
}

static bool algorithm_is_known(const char *wanted) {
    const char *names[ALGORITHMS_MAX], *name;
    size_t count = 0;
    for (; count < ALGORITHMS_MAX && (name = yolo_algorithm_name(count)); count++) {
        names[count] = name;
        if (strcmp(name, wanted) == 0) return true;
    }
    const char *nearest = text_nearest(wanted, names, count);
    if (nearest)
        complain("--algorithm: there is none called '%s'; did you mean %s?", wanted, nearest);
    else
        complain("--algorithm: there is none called '%s'; the last column of 'detect info' names those in use", wanted);
    return false;
}

static enum exit_code code_of(const yolo_error *error) {
    complain("%s", error->message);
    return error->status == YOLO_BAD_ARGUMENT ? EXIT_WRONG_USAGE : EXIT_NO_MODEL;
}

static void tell_what_is_used(const struct session *session) {
    complain("using %s, %s, names %s", session->files.cfg,
             session->files.weights ? session->files.weights : "no weights",
             session->files.names ? session->files.names : "none");
    complain("using input %dx%dx%d, resize %s, nms %s, kernels %s, %d thread%s", session->context_info.width,
             session->context_info.height, session->context_info.channels,
             choice_name(resize_choices, (int)session_resize(session)),
             choice_name(nms_choices, (int)session_nms(session)), session->info.kernels, session->context_info.threads,
             session->context_info.threads == 1 ? "" : "s");
}

static yolo_context_options context_options(const struct settings *settings, bool keep_layers) {
    yolo_context_options options = yolo_context_options_default();
    options.width = settings->size.width;
    options.height = settings->size.height;
    options.threads = (int)settings->threads;
    options.keep_layers = keep_layers;
    return options;
}

static enum exit_code load_model(struct session *session, const yolo_context_options *context) {
    const struct settings *settings = session->settings;
    yolo_model_options options = yolo_model_options_default();
    options.names_path = session->files.names;
    options.kernels = settings->kernels;
    options.algorithm = settings->algorithm;
    options.low_memory = settings->low_memory;
    options.threads = settings->sandbox ? 1 : (int)settings->threads; /* the sandbox is entered by one thread */
    options.lenient = settings->lenient;
    options.max_memory = settings->max_memory;
    options.context = context;
    options.warn = warn;
    options.warn_argument = session;
    yolo_error error;
    if (yolo_model_load(session->files.cfg, session->files.weights, &options, &session->model, &error) ||
        yolo_model_get_info(session->model, &session->info))
        return session->model ? EXIT_NO_MODEL : code_of(&error);
    return EXIT_DONE;
}

static void warn_of_threads(struct session *session) {
    const uint64_t wanted = session->settings->threads; /* 0: as many as there are */
    const int had = session->context_info.threads;
    if ((uint64_t)had >= wanted) return;
    char *sentence = text_format("only %d of %llu threads could be started", had, (unsigned long long)wanted);
    warn(session, sentence);
    free(sentence);
}

static enum exit_code create_context(struct session *session, const yolo_context_options *options) {
    yolo_error error;
    if (yolo_context_create(session->model, options, &session->context, &error) ||
        yolo_context_get_info(session->context, &session->context_info))
        return session->context ? EXIT_NO_MODEL : code_of(&error);
    warn_of_threads(session);
    return EXIT_DONE;
}

yolo_context *session_new_context(const struct session *session) {
    yolo_context_options options = yolo_context_options_default();
    options.width = session->context_info.width;
    options.height = session->context_info.height;
    options.threads = 1;
    yolo_context *context = NULL;
    yolo_error error;
    if (yolo_context_create(session->model, &options, &context, &error)) complain("%s", error.message);
    return context;
}

size_t session_context_room(const struct session *session) {
    const uint64_t limit = session->info.max_memory, weights = session->info.weight_bytes;
    const uint64_t arena = session->context_info.arena_bytes + 1;
    return limit > weights + arena ? (size_t)((limit - weights) / arena) - 1 : 0;
}

enum exit_code session_open(const struct settings *settings, unsigned needs, struct session *session) {
    *session = (struct session){.settings = settings};
    if (settings->kernels && !session_kernels_are_usable(settings->kernels)) return EXIT_WRONG_USAGE;
    if (settings->algorithm && !algorithm_is_known(settings->algorithm)) return EXIT_WRONG_USAGE;
    enum exit_code code = model_files_find(settings, !(needs & SESSION_NEEDS_WEIGHTS), &session->files);
    const struct model_files *files = &session->files;
    if (code == EXIT_DONE &&
        (!output_places_spare(settings, files->cfg) || !output_places_spare(settings, files->weights) ||
         !output_places_spare(settings, files->names)))
        return EXIT_WRONG_USAGE;
    session->reserved = reserved_open(settings, files);
    const yolo_context_options context = context_options(settings, needs & SESSION_NEEDS_LAYERS);
    if (code == EXIT_DONE) code = load_model(session, &context);
    if (code == EXIT_DONE) code = create_context(session, &context);
    if (code == EXIT_DONE && settings->verbose) tell_what_is_used(session);
    return code;
}

void session_close(struct session *session) {
    free(session->colors);
    free(session->hidden);
    free(session->in_rows);
    zones_close(session->zones);
    reserved_close(session->reserved);
    yolo_context_free(&session->context);
    yolo_model_free(&session->model);
    model_files_free(&session->files);
}

yolo_resize session_resize(const struct session *session) {
    const yolo_resize asked = (yolo_resize)session->settings->resize;
    return asked == YOLO_RESIZE_AUTO ? session->info.resize : asked;
}

yolo_nms session_nms(const struct session *session) {
    const yolo_nms asked = (yolo_nms)session->settings->nms;
    return asked == YOLO_NMS_AUTO ? session->info.nms : asked;
}

yolo_image_options session_image_options(const struct settings *settings) {
    yolo_image_options options = yolo_image_options_default();
    options.channels = 0; /* what the file has: the network and the drawing each take what they need */
    options.ignore_orientation = settings->no_orientation;
    options.max_pixels = settings->max_pixels;
    return options;
}

yolo_detect_options session_detect_options(const struct session *session) {
    const struct settings *settings = session->settings;
    yolo_detect_options options = yolo_detect_options_default();
    options.threshold = fminf((float)settings->threshold.value, nextafterf(1, 0)); /* 1: as high as can be */
    options.resize = session_resize(session);
    options.nms = session_nms(session);
    options.nms_iou = (float)settings->nms_iou;
    options.nms_agnostic = settings->agnostic;
    options.no_clip = settings->no_clip;
    options.max_detections = (size_t)settings->max;
    return options;
}

yolo_tile_options session_tile_options(const struct settings *settings) {
    yolo_tile_options options = yolo_tile_options_default();
    options.width = settings->tile.size.width;
    options.height = settings->tile.size.height;
    if (settings->overlap >= 0) options.overlap = (float)settings->overlap;
    return options;
}
