#include "detect/detect.h"

#include "base/memory.h"
#include "detect/nms.h"

#include <math.h>

/* One axis of a box, relative to the network's input, becomes relative to the image. Darknet takes half of what the
 * picture leaves free for its offset, also where that is odd and the picture lies half a pixel further left; so do we.
 * Types and order of the operations are Darknet's, too. */
static void undo_resize(int net_extent, int picture_extent, float *centre, float *extent) {
    float ratio = (float)picture_extent / (float)net_extent;
    float free_extent = (float)(net_extent - picture_extent);
    *centre = (float)((*centre - free_extent / 2.0 / net_extent) / ratio);
    *extent *= 1 / ratio;
}

static bool is_finite(const candidate *row) {
    return isfinite(row->x) && isfinite(row->y) && isfinite(row->width) && isfinite(row->height);
}

/* Keeps rows above their threshold, relative to the image. */
static void select_rows(candidates *found, const letterbox *fit, const detect_rules *rules) {
    size_t count = 0;
    for (size_t i = 0; i < found->count; i++) {
        candidate row = found->items[i];
        if (!(row.score > detect_threshold(rules, row.class_id))) continue;
        undo_resize(fit->network_width, fit->width, &row.x, &row.width);
        undo_resize(fit->network_height, fit->height, &row.y, &row.height);
        if (is_finite(&row)) found->items[count++] = row;
    }
    found->count = count;
}

static double clamp(double value, double high) {
    return value < 0 ? 0 : value > high ? high : value;
}

/* Left or top, and extent. */
typedef struct side {
    float begin, extent;
} side;

static side to_pixels(float centre, float extent, int pixels, bool clip) {
    double begin = (centre - extent / 2.0) * pixels, end = (centre + extent / 2.0) * pixels;
    if (clip) {
        begin = clamp(begin, pixels);
        end = clamp(end, pixels);
    }
    return (side){(float)begin, (float)(end - begin)};
}

yolo_status detect_select(candidates *found, const letterbox *fit, const detect_rules *rules, size_t *candidate_count,
                          yolo_error *error) {
    if (found->out_of_memory) return fail(error, YOLO_NO_MEMORY, "not enough memory for the network's candidates");
    select_rows(found, fit, rules);
    *candidate_count = found->count;
    return nms_suppress(rules, found->items, &found->count, error);
}

yolo_status detect_finish(candidates *found, const letterbox *fit, int image_width, int image_height,
                          const detect_rules *rules, yolo_detections *out, yolo_error *error) {
    size_t candidate_count;
    yolo_status status = detect_select(found, fit, rules, &candidate_count, error);
    if (status) return status;
    size_t count = 0, most = found->count;
    if (rules->max_detections > 0 && rules->max_detections < most) most = rules->max_detections;
    yolo_detection *items = memory_allocate(most, sizeof *items);
    if (!items) return fail(error, YOLO_NO_MEMORY, "not enough memory for %zu detections", most);
    for (size_t i = 0; i < found->count && count < most; i++) {
        const candidate *row = &found->items[i];
        side x = to_pixels(row->x, row->width, image_width, !rules->no_clip);
        side y = to_pixels(row->y, row->height, image_height, !rules->no_clip);
        if (!rules->no_clip && !(x.extent > 0 && y.extent > 0)) continue; /* clipping left nothing */
        items[count++] = (yolo_detection){x.begin, y.begin, x.extent, y.extent, row->score, row->class_id};
    }
    memory_free(out->items);
    *out = (yolo_detections){.items = items, .count = count, .candidate_count = candidate_count};
    return YOLO_OK;
}
