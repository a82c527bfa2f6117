#include "cli/draw_counts.h"

#include "cli/session.h"
#include "cli/text.h"
#include "cli/zones.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t row_color = 0x202020;

/* Colours of zones differ from those of classes as far as there are few of both. */
static uint32_t zone_color(const struct session *session, size_t zone) {
    return yolo_class_color(session->info.class_count + (int)zone);
}

/* Where classes share a name, the colour of the first that is there. */
static uint32_t color_of(const struct session *session, const struct result *result, const char *class_name) {
    int first = session->info.class_count;
    for (size_t i = 0; i < result->detections.count; i++) {
        const int id = result->detections.items[i].class_id;
        if (id < first && strcmp(yolo_model_class_name(session->model, id), class_name) == 0) first = id;
    }
    return session->colors[first];
}

/* A line for each class, and the rows. */
static yolo_status draw_panel(yolo_image *image, const struct session *session, const struct result *result,
                              const yolo_draw_options *options, yolo_error *error) {
    struct class_count *counts;
    const size_t count = result_count_classes(result, session->model, &counts);
    yolo_panel_line *lines = allocate(count + 2, sizeof *lines);
    char **numbers = allocate(count + 2, sizeof *numbers);
    size_t line_count = 0;
    for (size_t i = 0; i < count; i++) {
        numbers[line_count] = text_format("%zu", counts[i].count);
        lines[line_count] = (yolo_panel_line){numbers[line_count], counts[i].class_name,
                                              color_of(session, result, counts[i].class_name), true};
        line_count++;
    }
    if (count != 1) {
        numbers[line_count] = text_format("%zu", result->detections.count);
        lines[line_count] = (yolo_panel_line){.number = numbers[line_count], .label = count ? "in all" : "objects"};
        line_count++;
    }
    if (result->places) {
        numbers[line_count] = text_format("%d", result->row_count);
        lines[line_count] =
            (yolo_panel_line){.number = numbers[line_count], .label = result->row_count == 1 ? "row" : "rows"};
        line_count++;
    }
    const yolo_status status = yolo_draw_panel(image, lines, line_count, options, error);
    for (size_t i = 0; i < line_count; i++) free(numbers[i]);
    free(numbers);
    free(lines);
    free(counts);
    return status;
}

/* The first object of a row that stands in it, and how many do. */
static size_t find_row(const struct session *session, const struct result *result, int row,
                       const yolo_detection **first) {
    size_t count = 0;
    for (size_t i = 0; i < result->detections.count; i++) {
        const yolo_detection *d = &result->detections.items[i];
        if (result->places[i].row != row || !session->in_rows[d->class_id]) continue;
        if (result->places[i].place == 1) *first = d;
        count++;
    }
    return count;
}

/* Left of a row its number, and how many stand in it. */
static yolo_status draw_rows(yolo_image *image, const struct session *session, const struct result *result,
                             const yolo_draw_options *options, yolo_error *error) {
    yolo_status status = YOLO_OK;
    for (int row = 1; row <= result->row_count && !status; row++) {
        const yolo_detection *first = NULL;
        const size_t count = find_row(session, result, row, &first);
        if (!first) continue;
        char *text = text_format("row %d: %zu", row, count);
        status = yolo_draw_plate(image, text, first->x, first->y + first->height / 2, 1, row_color, options, error);
        free(text);
    }
    return status;
}

/* Whether a name stands here or close by, so that it would be hidden. */
static bool is_near(const struct result *result, const float *point, const float *taken, size_t count) {
    const float reach = 0.05f * (float)(result->width > result->height ? result->width : result->height);
    for (size_t i = 0; i < count; i++)
        if (fabsf(point[0] - taken[2 * i]) < reach && fabsf(point[1] - taken[2 * i + 1]) < reach) return true;
    return false;
}

/* The corner that is nearest to the left upper one of the picture has room for the name, unless another zone that begins
 * there has its name in it. Adds it to those `taken`. */
static const float *name_corner(const struct result *result, const float *points, size_t count, float *taken,
                                size_t taken_count) {
    const float *best = NULL, *first = points;
    for (const float *point = points; point < points + 2 * count; point += 2) {
        if (point[0] + point[1] < first[0] + first[1]) first = point;
        if (is_near(result, point, taken, taken_count)) continue;
        if (!best || point[0] + point[1] < best[0] + best[1]) best = point;
    }
    if (!best) best = first;
    memcpy(taken + 2 * taken_count, best, 2 * sizeof *taken);
    return best;
}

static yolo_status draw_zones(yolo_image *image, const struct session *session, const struct result *result,
                              const yolo_draw_options *options, yolo_error *error) {
    const struct zones *zones = session->zones;
    float *points = allocate(2 * ZONE_POINTS_MAX, sizeof *points);
    float *taken = allocate(2 * zones_count(zones), sizeof *taken); /* the corners that have names */
    yolo_status status = YOLO_OK;
    for (size_t zone = 0; zone < zones_count(zones) && !status; zone++) {
        const size_t count = zones_outline(zones, zone, result->width, result->height, points);
        status = yolo_draw_outline(image, points, count, zone_color(session, zone), options, error);
    }
    for (size_t zone = 0; zone < zones_count(zones) && !status; zone++) { /* on top of all lines */
        const size_t count = zones_outline(zones, zone, result->width, result->height, points);
        const float *corner = name_corner(result, points, count, taken, zone);
        char *counts = result_describe_part(result, (struct part){PART_ZONE, zone}, session->model);
        char *text = text_format("%s: %s", zones_name(zones, zone), counts);
        status = yolo_draw_plate(image, text, corner[0], corner[1], 0, zone_color(session, zone), options, error);
        free(text);
        free(counts);
    }
    free(taken);
    free(points);
    return status;
}

yolo_status draw_counts(yolo_image *image, const struct session *session, const struct result *result,
                        const yolo_draw_options *options, yolo_error *error) {
    yolo_status status = draw_zones(image, session, result, options, error);
    if (!status && result->places) status = draw_rows(image, session, result, options, error);
    return status ? status : draw_panel(image, session, result, options, error);
}
