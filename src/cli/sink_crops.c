/* --crops: each object cut from its picture, as DIR/CLASS/PICTURE-N.jpg: N is its place among the picture's objects, best
 * first. Names cannot collide: pictures' names differ, N ends them, and the folders of classes differ, too. */
#include "cli/file_name.h"
#include "cli/folder.h"
#include "cli/message.h"
#include "cli/output_names.h"
#include "cli/path.h"
#include "cli/picture_save.h"
#include "cli/reserved.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { JPEG_QUALITY = 92 };

/* Constant while pictures are cut, but for `no_room`: nothing more can be written. */
struct crops {
    const struct session *session;
    char **folders; /* [class_count] */
    atomic_bool no_room;
};

static bool wanted(const struct session *session) {
    return session->settings->crops;
}

/* Classes of one name share a folder; names that only become equal when they are made safe do not. */
static char *choose_folder(const struct crops *crops, int class_id, struct output_names *taken) {
    const char *name = yolo_model_class_name(crops->session->model, class_id);
    for (int other = 0; other < class_id; other++)
        if (strcmp(yolo_model_class_name(crops->session->model, other), name) == 0)
            return text_copy_of(crops->folders[other]);
    char *safe = file_name_safe(name), *folder = output_names_take(taken, safe);
    free(safe);
    return folder;
}

static bool open(const struct session *session, void **state) {
    if (!folder_make(session->settings->crops)) return false;
    struct output_names *taken = output_names_open();
    struct crops *crops = allocate(1, sizeof *crops);
    crops->session = session;
    crops->folders = allocate((size_t)session->info.class_count, sizeof *crops->folders);
    for (int id = 0; id < session->info.class_count; id++) crops->folders[id] = choose_folder(crops, id, taken);
    output_names_close(taken);
    *state = crops;
    return true;
}

/* The whole pixels that a side touches, with room around it, inside the picture; at least one. */
static void reach(float begin, float extent, double padding, int limit, int *first, int *count) {
    const double room = (double)extent * padding, low = fmax(0, floor((double)begin - room));
    const double high = fmin(limit, ceil((double)begin + (double)extent + room));
    *first = (int)fmin(low, limit - 1);
    *count = (int)fmax(1, high - *first);
}

/* The part of the picture around an object: it points into the picture. */
static yolo_image cut(const yolo_image *image, const yolo_detection *found, double padding) {
    yolo_image part = *image;
    int left, top;
    reach(found->x, found->width, padding, image->width, &left, &part.width);
    reach(found->y, found->height, padding, image->height, &top, &part.height);
    part.pixels += (size_t)top * image->stride + (size_t)left * (size_t)image->channels;
    return part;
}

static char *path_of(const struct crops *crops, const struct result *result, size_t index) {
    const yolo_format format = output_picture_format(result->format);
    char *name = output_picture_name(result->name, format);
    const char *extension = path_extension(name);
    char *path = text_format("%s/%s/%.*s-%zu%s", crops->session->settings->crops,
                             crops->folders[result->detections.items[index].class_id], (int)(extension - name), name,
                             index + 1, extension);
    free(name);
    return path;
}

static bool save(struct crops *crops, const struct result *result, size_t index, const yolo_image *image) {
    const yolo_image part = cut(image, &result->detections.items[index], crops->session->settings->crop_padding);
    char *path = path_of(crops, result, index);
    const bool well = reserved_spares_pictures(crops->session->reserved, path, result, "--crops") &&
                      picture_save(&part, path, output_picture_format(result->format), JPEG_QUALITY, &crops->no_room);
    free(path);
    return well;
}

/* Comes twice for each picture: the report tells whether the run can go on. */
static bool image(void *state, const struct result *result, yolo_image *pixels) {
    struct crops *crops = state;
    bool well = true;
    if (!pixels) return !atomic_load(&crops->no_room);
    for (size_t i = 0; i < result->detections.count && well; i++) well = save(crops, result, i, pixels);
    return well;
}

static bool close(void *state) {
    struct crops *crops = state;
    for (int id = 0; id < crops->session->info.class_count; id++) free(crops->folders[id]);
    free(crops->folders);
    free(crops);
    return true;
}

const struct sink_type sink_crops = {
    "crops", SINK_RENDERS | SINK_REPORTS | SINK_WHOLE | SINK_NAMES, wanted, open, image, close};
