/* --labelme: a JSON file for each picture, which labelme opens with it. */
#include "cli/json.h"
#include "cli/label_files.h"
#include "cli/path.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"

#include <stdlib.h>

struct shapes {
    const struct session *session;
    struct label_files *files;
};

static bool wanted(const struct session *session) {
    return session->settings->labelme;
}

static bool open(const struct session *session, void **state) {
    struct label_files *files = label_files_open(session, session->settings->labelme, ".json");
    if (!files) return false;
    struct shapes *shapes = allocate(1, sizeof *shapes);
    shapes->session = session;
    shapes->files = files;
    *state = shapes;
    return true;
}

static void point(struct output *output, double x, double y) {
    output_text(output, "[");
    json_decimal(output, x, 4);
    output_text(output, ",");
    json_decimal(output, y, 4);
    output_text(output, "]");
}

static void shape(struct output *output, const char *class_name, const yolo_detection *found) {
    const double x = (double)found->x, y = (double)found->y;
    output_text(output, "{\"label\":");
    json_text(output, class_name);
    output_text(output, ",\"points\":[");
    point(output, x, y);
    output_text(output, ",");
    point(output, x + (double)found->width, y + (double)found->height);
    output_text(output, "],\"group_id\":null,\"shape_type\":\"rectangle\",\"flags\":{}}");
}

/* labelme looks for the picture from the folder of its file. */
static void foot(struct output *output, const struct result *result, const char *path) {
    char *picture = path_relative(path, result->path);
    output_text(output, "\n],\"imagePath\":");
    json_text(output, picture);
    output_format(output, ",\"imageData\":null,\"imageHeight\":%d,\"imageWidth\":%d}\n", result->height, result->width);
    free(picture);
}

static bool image(void *state, const struct result *result, yolo_image *pixels) {
    (void)pixels;
    const struct shapes *shapes = state;
    const char *path;
    if (result->error) return true;
    struct output *output = label_files_begin(shapes->files, result, &path);
    if (!output) return true; /* told when the sink is closed */
    output_text(output, "{\"version\":\"5.0.1\",\"flags\":{},\"shapes\":[");
    for (size_t i = 0; i < result->detections.count; i++) {
        const yolo_detection *found = &result->detections.items[i];
        output_text(output, i ? ",\n" : "\n");
        shape(output, yolo_model_class_name(shapes->session->model, found->class_id), found);
    }
    foot(output, result, path);
    return label_files_end(output);
}

static bool close(void *state) {
    struct shapes *shapes = state;
    const bool well = label_files_close(shapes->files);
    free(shapes);
    return well;
}

const struct sink_type sink_labelme = {"labelme", SINK_REPORTS | SINK_NAMES, wanted, open, image, close};
