/* -o: the picture with its objects drawn on it, under the same name below a folder. */
#include "cli/clock.h"
#include "cli/draw_counts.h"
#include "cli/folder.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/output_names.h"
#include "cli/path.h"
#include "cli/picture_save.h"
#include "cli/reserved.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"

#include <stdlib.h>

enum { JPEG_QUALITY = 90 };

/* Constant while pictures are drawn, but for `no_room` (nothing more can be written) and `any_saved`. */
struct annotated {
    const struct session *session;
    yolo_draw_options options;
    yolo_font *font;
    atomic_bool no_room, any_saved;
};

/* A classifier has nothing to draw. */
static bool wanted(const struct session *session) {
    return !session->settings->no_image && session->info.task == YOLO_TASK_DETECT;
}

static bool open(const struct session *session, void **state) {
    const struct settings *settings = session->settings;
    yolo_error error;
    yolo_font *font = NULL;
    if (settings->font && yolo_font_load(settings->font, &font, &error)) {
        complain("%s", error.message);
        return false;
    }
    if (!folder_make(settings->output)) {
        yolo_font_free(&font);
        return false;
    }
    struct annotated *annotated = allocate(1, sizeof *annotated);
    annotated->session = session;
    annotated->font = font;
    annotated->options = yolo_draw_options_default();
    annotated->options.font = font;
    annotated->options.line_width = (float)settings->line_width;
    annotated->options.font_scale = (float)settings->font_scale;
    annotated->options.no_labels = settings->no_labels;
    annotated->options.no_scores = settings->no_scores;
    annotated->options.colors = session->colors;
    *state = annotated;
    return true;
}

/* A grey picture as RGB, so that boxes have colours: `rgb` is to be freed. */
static yolo_status colour(const yolo_image *grey, yolo_image *rgb, yolo_error *error) {
    const yolo_status status = yolo_image_create(grey->width, grey->height, 3, rgb, error);
    if (status) return status;
    for (int y = 0; y < grey->height; y++) {
        const uint8_t *from = grey->pixels + (size_t)y * grey->stride;
        uint8_t *to = rgb->pixels + (size_t)y * rgb->stride;
        for (int x = 0; x < grey->width; x++) to[3 * x] = to[3 * x + 1] = to[3 * x + 2] = from[x];
    }
    return YOLO_OK;
}

/* Those of the result's detections that are drawn; free() its items. */
static yolo_detections choose_shown(const struct annotated *annotated, const struct result *result) {
    yolo_detections shown = {.items = allocate(result->detections.count, sizeof *shown.items)};
    for (size_t i = 0; i < result->detections.count; i++)
        if (!annotated->session->hidden[result->detections.items[i].class_id])
            shown.items[shown.count++] = result->detections.items[i];
    return shown;
}

static bool draw_and_save(struct annotated *annotated, const struct result *result, yolo_image *image,
                          const char *path) {
    const yolo_format format = output_picture_format(result->format);
    yolo_image rgb = {0};
    yolo_error error;
    const bool is_grey = image->channels == 1;
    yolo_detections shown = choose_shown(annotated, result);
    const double begin = clock_ms();
    bool drawn =
        (!is_grey || !colour(image, &rgb, &error)) &&
        !yolo_draw_detections(is_grey ? &rgb : image, annotated->session->model, &shown, &annotated->options, &error);
    if (drawn && annotated->session->settings->draw_counts)
        drawn = !draw_counts(is_grey ? &rgb : image, annotated->session, result, &annotated->options, &error);
    const double took = clock_ms() - begin;
    if (took > 0) result->stage_ms[STAGE_DRAW] += took;
    if (!drawn) complain("%s: %s", path, error.message);
    const bool saved = drawn && picture_save(is_grey ? &rgb : image, path, format, JPEG_QUALITY, &annotated->no_room);
    if (saved) atomic_store(&annotated->any_saved, true);
    yolo_image_free(&rgb);
    free(shown.items);
    return saved;
}

/* Comes twice for each picture: the report tells whether the run can go on. */
static bool image(void *state, const struct result *result, yolo_image *pixels) {
    struct annotated *annotated = state;
    if (!pixels) return !atomic_load(&annotated->no_room);
    char *name = output_picture_name(result->name, output_picture_format(result->format));
    char *path = path_join(annotated->session->settings->output, name);
    const bool well = reserved_spares_pictures(annotated->session->reserved, path, result, "-o") &&
                      draw_and_save(annotated, result, pixels, path);
    free(path);
    free(name);
    return well;
}

/* Where to look: below what people read on stdout, whose lines have all been sent by now. */
static bool tell_folder(const struct session *session) {
    struct output *output = output_open("-");
    if (!output) return false;
    char *folder = text_printable(session->settings->output);
    output_format(output, "annotated in %s\n", folder);
    free(folder);
    return output_close(output, true);
}

static bool close(void *state) {
    struct annotated *annotated = state;
    const bool tells = atomic_load(&annotated->any_saved) && sink_text.wanted(annotated->session);
    const bool well = !tells || tell_folder(annotated->session);
    yolo_font_free(&annotated->font);
    free(annotated);
    return well;
}

const struct sink_type sink_annotated = {
    "annotated", SINK_RENDERS | SINK_REPORTS | SINK_WHOLE | SINK_NAMES, wanted, open, image, close};
