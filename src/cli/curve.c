#include "cli/curve.h"

#include "cli/chart.h"
#include "cli/evaluation.h"
#include "cli/path.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"
#include "yolo.h"

#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = 1200,
    HEIGHT = 800,
    LEFT = 80,
    RIGHT = 880,
    TOP = 50,
    BOTTOM = 730, /* of the square in which the lines run */
    LEGEND = 910,
    LEGEND_STEP = 26,
    NAMED = 12,        /* classes with a colour and a name; the others are grey */
    NAME_COLUMNS = 22, /* of those names */
};

static const uint32_t ink = 0x303030, faint = 0xDDDDDD, other_classes = 0xB8B8B8;
static const float letters = 15;

bool curve_name_fits(const char *path) {
    const char *extension = path_extension(path);
    return text_equal_ignoring_case(extension, ".png") || text_equal_ignoring_case(extension, ".svg");
}

static struct chart_point place(double recall, double precision) {
    return (struct chart_point){(float)(LEFT + recall * (RIGHT - LEFT)), (float)(BOTTOM - precision * (BOTTOM - TOP))};
}

static void draw_axes(struct chart *chart) {
    for (int tenth = 0; tenth <= 10; tenth += 2) {
        const double part = tenth / 10.0;
        char label[8] = {(char)('0' + tenth / 10), '.', (char)('0' + tenth % 10), '\0'};
        const struct chart_point across[] = {place(0, part), place(1, part)};
        const struct chart_point along[] = {place(part, 0), place(part, 1)};
        chart_line(chart, across, 2, 1, faint);
        chart_line(chart, along, 2, 1, faint);
        chart_text(chart, (struct chart_point){LEFT - 10, across[0].y + 5}, CHART_RIGHT, letters, ink, label);
        chart_text(chart, (struct chart_point){along[0].x, BOTTOM + 24}, CHART_MIDDLE, letters, ink, label);
    }
    const struct chart_point axes[] = {place(0, 1), place(0, 0), place(1, 0)};
    chart_line(chart, axes, 3, 1.5f, ink);
    chart_text(chart, (struct chart_point){LEFT - 10, TOP - 18}, CHART_LEFT, letters, ink, "precision (IoU 0.5)");
    chart_text(chart, (struct chart_point){RIGHT, BOTTOM + 50}, CHART_RIGHT, letters, ink, "recall");
}

/* Up to the last recall that was reached, and there straight down. */
static void draw_line(struct chart *chart, const struct eval_curve *curve, float width, uint32_t color) {
    struct chart_point points[EVAL_RECALL_COUNT + 1];
    size_t count = 0;
    for (int i = 0; i < EVAL_RECALL_COUNT && curve->precision[i] > 0; i++)
        points[count++] = place(eval_recall(i), curve->precision[i]);
    if (!count) return;
    points[count] = (struct chart_point){points[count - 1].x, BOTTOM};
    chart_line(chart, points, count + 1, width, color);
}

/* "name 0.812", the name cut where it is long: free() it. */
static char *legend_of(const char *name, double ap50) {
    char *printable = text_printable(name);
    size_t bytes = 0;
    for (size_t columns = 0; printable[bytes] && columns < NAME_COLUMNS; columns++) {
        uint32_t code;
        bytes += utf8_decode(printable + bytes, &code);
    }
    char *legend = text_format("%.*s%s  %.3f", (int)bytes, printable, printable[bytes] ? "\xE2\x80\xA6" : "", ap50);
    free(printable);
    return legend;
}

static void draw_legend(struct chart *chart, size_t row, const char *name, double ap50, float width, uint32_t color) {
    const float y = (float)(TOP + 10 + (int)row * LEGEND_STEP);
    const struct chart_point sample[] = {{LEGEND, y}, {LEGEND + 28, y}};
    char *text = legend_of(name, ap50);
    chart_line(chart, sample, 2, width, color);
    chart_text(chart, (struct chart_point){LEGEND + 38, y + 5}, CHART_LEFT, letters, ink, text);
    free(text);
}

/* Where the threshold puts the class. */
static void draw_dot(struct chart *chart, const struct measures *m, uint32_t color) {
    if (!m->found) return;
    const struct chart_point at = place(m->recall, m->precision);
    chart_line(chart, &at, 1, 11, 0xFFFFFF);
    chart_line(chart, &at, 1, 8, color);
}

/* A class, for the choice of those that get a name. */
struct ranked {
    int class_id;
    size_t objects;
};

static int by_objects(const void *a, const void *b) {
    const struct ranked *one = a, *other = b;
    if (one->objects != other->objects) return one->objects > other->objects ? -1 : 1;
    return one->class_id - other->class_id;
}

/* The classes that have a curve, those with most objects first: free() *list. */
static size_t rank_classes(const struct session *session, const struct evaluation *evaluation, struct ranked **list) {
    size_t count = 0;
    struct eval_curve curve;
    *list = allocate((size_t)session->info.class_count, sizeof **list);
    for (int id = 0; id < session->info.class_count; id++)
        if (evaluation_curve(evaluation, id, &curve))
            (*list)[count++] = (struct ranked){id, evaluation_of_class(evaluation, id).objects};
    qsort(*list, count, sizeof **list, by_objects);
    return count;
}

static void draw_class(struct chart *chart, const struct session *session, const struct evaluation *evaluation,
                       int class_id, size_t rank) {
    struct eval_curve curve;
    const struct measures m = evaluation_of_class(evaluation, class_id);
    if (!evaluation_curve(evaluation, class_id, &curve)) return;
    if (rank >= NAMED) {
        draw_line(chart, &curve, 1, other_classes);
        return;
    }
    const uint32_t color = yolo_class_color(class_id);
    draw_line(chart, &curve, 2, color);
    draw_dot(chart, &m, color);
    draw_legend(chart, rank + 1, yolo_model_class_name(session->model, class_id), m.ap50, 2, color);
}

/* The last drawn is on top: the classes without a name, those with one, the mean. */
static size_t draw_classes(struct chart *chart, const struct session *session, const struct evaluation *evaluation) {
    struct ranked *list;
    struct eval_curve curve;
    const size_t count = rank_classes(session, evaluation, &list);
    for (size_t i = count; i-- > 0;) draw_class(chart, session, evaluation, list[i].class_id, i);
    if (count > 1 && evaluation_mean_curve(evaluation, &curve)) draw_line(chart, &curve, 4, ink);
    if (count > 1) draw_legend(chart, 0, "mean of classes", evaluation_of_all(evaluation).ap50, 4, ink);
    free(list);
    return count;
}

static void draw_notes(struct chart *chart, const struct session *session, size_t class_count) {
    const size_t rows = class_count < NAMED ? class_count : NAMED;
    float y = (float)(TOP + 15 + ((int)rows + 1) * LEGEND_STEP);
    char *more = text_format("%zu more classes (grey)", class_count - rows);
    char *dots = text_format("dots: at threshold %g", session->settings->threshold.value);
    chart_text(chart, (struct chart_point){LEGEND, TOP - 18}, CHART_LEFT, letters, ink, "AP50");
    if (class_count > rows) chart_text(chart, (struct chart_point){LEGEND + 38, y}, CHART_LEFT, letters, ink, more);
    if (class_count > rows) y += LEGEND_STEP;
    if (class_count) chart_text(chart, (struct chart_point){LEGEND + 38, y}, CHART_LEFT, letters, ink, dots);
    free(more);
    free(dots);
}

bool curve_draw(struct output *output, const char *path, const struct session *session,
                const struct evaluation *evaluation) {
    const bool is_png = text_equal_ignoring_case(path_extension(path), ".png");
    struct chart *chart = (is_png ? chart_open_png : chart_open_svg)(output, WIDTH, HEIGHT);
    if (!chart) return false;
    draw_axes(chart);
    draw_notes(chart, session, draw_classes(chart, session, evaluation));
    return chart_close(chart);
}
