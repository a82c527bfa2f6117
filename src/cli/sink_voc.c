/* --voc: an XML file for each picture, as Pascal VOC has them. */
#include "cli/label_files.h"
#include "cli/path.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"
#include "cli/xml.h"

#include <math.h>
#include <stdlib.h>

struct annotations {
    const struct session *session;
    struct label_files *files;
};

static bool wanted(const struct session *session) {
    return session->settings->voc;
}

static bool open(const struct session *session, void **state) {
    struct label_files *files = label_files_open(session, session->settings->voc, ".xml");
    if (!files) return false;
    struct annotations *annotations = allocate(1, sizeof *annotations);
    annotations->session = session;
    annotations->files = files;
    *state = annotations;
    return true;
}

static void element(struct output *output, const char *name, const char *text) {
    output_format(output, "<%s>", name);
    xml_text(output, text);
    output_format(output, "</%s>\n", name);
}

/* Pixels count from 1, and the last one belongs to the box: a box over all of 40 pixels goes from 1 to 40. A sliver at the
 * far edge, of less than half a pixel, is given the last one. */
static double first_pixel(float begin, int limit) {
    const double first = round((double)begin) + 1;
    return (double)begin < limit ? fmin(first, limit) : first;
}

static double last_pixel(float begin, float extent, int limit) {
    return fmax(first_pixel(begin, limit), round((double)begin + (double)extent));
}

/* In this order, which some readers go by. */
static void corners(struct output *output, const struct result *result, const yolo_detection *found) {
    const int width = result->width, height = result->height;
    output_format(
        output, "\t\t\t<xmin>%.0f</xmin>\n\t\t\t<ymin>%.0f</ymin>\n\t\t\t<xmax>%.0f</xmax>\n\t\t\t<ymax>%.0f</ymax>\n",
        first_pixel(found->x, width), first_pixel(found->y, height), last_pixel(found->x, found->width, width),
        last_pixel(found->y, found->height, height));
}

static void object(struct output *output, const struct result *result, const char *class_name,
                   const yolo_detection *found) {
    output_text(output, "\t<object>\n\t\t");
    element(output, "name", class_name);
    output_text(output, "\t\t<pose>Unspecified</pose>\n\t\t<truncated>0</truncated>\n"
                        "\t\t<difficult>0</difficult>\n\t\t<bndbox>\n");
    corners(output, result, found);
    output_text(output, "\t\t</bndbox>\n\t</object>\n");
}

/* The name of the folder that a picture lies in: free() it. */
static char *folder_name(const char *path) {
    char *folder = text_format("%.*s", (int)(path_name(path) - path), path), *clean = path_clean(folder);
    char *name = text_copy_of(path_name(clean));
    free(folder);
    free(clean);
    return name;
}

static void head(struct output *output, const struct result *result) {
    char *folder = folder_name(result->path);
    output_text(output, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<annotation>\n\t");
    element(output, "folder", folder);
    output_text(output, "\t");
    element(output, "filename", path_name(result->path));
    output_text(output, "\t");
    element(output, "path", result->path);
    output_format(output,
                  "\t<source>\n\t\t<database>Unknown</database>\n\t</source>\n\t<size>\n\t\t<width>%d</width>\n"
                  "\t\t<height>%d</height>\n\t\t<depth>%d</depth>\n\t</size>\n\t<segmented>0</segmented>\n",
                  result->width, result->height, result->channels);
    free(folder);
}

static bool image(void *state, const struct result *result, yolo_image *pixels) {
    (void)pixels;
    const struct annotations *annotations = state;
    const char *path;
    if (result->error) return true;
    struct output *output = label_files_begin(annotations->files, result, &path);
    if (!output) return true; /* told when the sink is closed */
    head(output, result);
    for (size_t i = 0; i < result->detections.count; i++) {
        const yolo_detection *found = &result->detections.items[i];
        object(output, result, yolo_model_class_name(annotations->session->model, found->class_id), found);
    }
    output_text(output, "</annotation>\n");
    return label_files_end(output);
}

static bool close(void *state) {
    struct annotations *annotations = state;
    const bool well = label_files_close(annotations->files);
    free(annotations);
    return well;
}

const struct sink_type sink_voc = {"voc", SINK_REPORTS | SINK_NAMES, wanted, open, image, close};
