/* From candidates to detections: the way back from the network's input, thresholds, clipping, order. */
#include "detect/detect.h"
#include "test.h"

#include <math.h>
#include <string.h>

static const detect_rules rules = {.threshold = 0.25f, .nms = YOLO_NMS_DEFAULT, .iou = 0.45f};

/* Rows to a list that the caller frees. */
static candidates list_of(const candidate *rows, size_t count) {
    candidates found = {0};
    for (size_t i = 0; i < count; i++) {
        candidate row = rows[i];
        row.box = (uint32_t)i;
        candidates_add(&found, &row);
    }
    return found;
}

static yolo_detections finish(const candidate *rows, size_t count, const letterbox *fit, int width, int height,
                              const detect_rules *wanted) {
    yolo_detections out = {0};
    yolo_error error;
    candidates found = list_of(rows, count);
    CHECK_INT(detect_finish(&found, fit, width, height, wanted, &out, &error), YOLO_OK);
    candidates_free(&found);
    return out;
}

static const letterbox whole = {.network_width = 416, .network_height = 416, .width = 416, .height = 416};

static void check_box(const yolo_detection *found, double x, double y, double width, double height) {
    CHECK_NEAR(found->x, x, 1e-3);
    CHECK_NEAR(found->y, y, 1e-3);
    CHECK_NEAR(found->width, width, 1e-3);
    CHECK_NEAR(found->height, height, 1e-3);
}

static void stretched_boxes_become_pixels(void) {
    const candidate row = {0.5f, 0.25f, 0.1f, 0.2f, 0.9f, 3, 0};
    yolo_detections out = finish(&row, 1, &whole, 1000, 500, &rules);
    if (CHECK_INT(out.count, 1)) {
        check_box(&out.items[0], 450, 75, 100, 100);
        CHECK_NEAR(out.items[0].score, 0.9, 1e-7);
        CHECK_INT(out.items[0].class_id, 3);
    }
    CHECK_INT(out.candidate_count, 1);
    yolo_detections_free(&out);
}

/* A picture of 768 x 576 in 416 x 416 takes rows 52..364. */
static void letterbox_is_undone(void) {
    const letterbox fit = letterbox_fit(768, 576, 416, 416, YOLO_RESIZE_LETTERBOX);
    const candidate row = {0.5f, (float)(52 + 156) / 416, 0.25f, (float)312 / 416, 0.9f, 0, 0};
    yolo_detections out = finish(&row, 1, &fit, 768, 576, &rules);
    CHECK_INT(fit.height, 312);
    if (CHECK_INT(out.count, 1)) check_box(&out.items[0], 288, 0, 192, 576);
    yolo_detections_free(&out);
}

/* Darknet embeds 415 columns at 0 and computes with an offset of a half. */
static void odd_offsets_are_darknets(void) {
    const letterbox fit = {.network_width = 416, .network_height = 416, .width = 415, .height = 416};
    const candidate row = {0.5f, 0.5f, 0.5f, 0.5f, 0.9f, 0, 0};
    yolo_detections out = finish(&row, 1, &fit, 415, 416, &rules);
    if (CHECK_INT(out.count, 1)) check_box(&out.items[0], 207.5 - 104, 104, 208, 208);
    yolo_detections_free(&out);
}

static void boxes_are_clipped_unless_told(void) {
    const candidate rows[] = {
        {0, 0, 0.5f, 0.5f, 0.9f, 0, 0},    /* a quarter is inside */
        {1.5f, 0.5f, 0.5f, 1, 0.8f, 0, 0}, /* nothing is */
        {0.5f, 0.5f, 0, 0.5f, 0.7f, 0, 0}, /* no area */
    };
    detect_rules loose = rules;
    yolo_detections out = finish(rows, 3, &whole, 100, 200, &rules);
    if (CHECK_INT(out.count, 1)) check_box(&out.items[0], 0, 0, 25, 50);
    yolo_detections_free(&out);
    loose.no_clip = true;
    out = finish(rows, 3, &whole, 100, 200, &loose);
    if (CHECK_INT(out.count, 3)) {
        check_box(&out.items[0], -25, -50, 50, 100);
        check_box(&out.items[1], 125, 0, 50, 200);
    }
    yolo_detections_free(&out);
}

/* Boxes side by side, so that none suppresses another. */
static candidate at(int place, float score, int class_id) {
    return (candidate){(float)place / 16, 0.5f, 0.05f, 0.5f, score, class_id, 0};
}

static void thresholds_are_strict_and_by_class(void) {
    static const float by_class[] = {0.25f, 0.6f, 2};
    const candidate rows[] = {at(1, 0.25f, 0), at(2, 0.26f, 0), at(3, 0.5f, 1), at(4, 0.61f, 1),
                              at(5, 1, 2),     at(6, NAN, 0),   at(7, 0.3f, 9)};
    detect_rules own = rules;
    yolo_detections out = finish(rows, 7, &whole, 100, 100, &rules);
    CHECK_INT(out.candidate_count, 5);
    CHECK_INT(out.count, 5);
    yolo_detections_free(&out);
    own.class_thresholds = by_class;
    own.class_count = 3;
    out = finish(rows, 7, &whole, 100, 100, &own);
    if (CHECK_INT(out.count, 3)) {
        CHECK_NEAR(out.items[0].score, 0.61, 1e-6);
        CHECK_INT(out.items[1].class_id, 9); /* no class of the model's: the common threshold */
        CHECK_NEAR(out.items[2].score, 0.26, 1e-6);
    }
    yolo_detections_free(&out);
}

static void best_come_first_and_ties_by_class_then_box(void) {
    const candidate rows[] = {at(1, 0.5f, 2), at(2, 0.5f, 1), at(3, 0.9f, 7), at(4, 0.5f, 1)};
    static const int classes[] = {7, 1, 1, 2};
    static const double lefts[] = {300, 200, 400, 100};
    detect_rules few = rules;
    yolo_detections out = finish(rows, 4, &whole, 1600, 100, &rules);
    for (size_t i = 0; i < 4 && CHECK_INT(out.count, 4); i++) {
        CHECK_INT(out.items[i].class_id, classes[i]);
        CHECK_NEAR(out.items[i].x + 40, lefts[i], 1e-2);
    }
    yolo_detections_free(&out);
    few.max_detections = 2;
    out = finish(rows, 4, &whole, 1600, 100, &few);
    if (CHECK_INT(out.count, 2)) CHECK_INT(out.items[1].class_id, 1);
    CHECK_INT(out.candidate_count, 4);
    yolo_detections_free(&out);
}

static void boxes_that_are_not_finite_go(void) {
    const candidate rows[] = {{3e38f, 0.5f, 3e38f, 1, 0.9f, 0, 0}, {NAN, 0.5f, 1, 1, 0.9f, 0, 0}};
    const letterbox fit = {.network_width = 416, .network_height = 416, .width = 4, .height = 416};
    detect_rules loose = rules;
    loose.no_clip = true;
    yolo_detections out = finish(rows, 2, &fit, 100, 100, &loose);
    CHECK_INT(out.count, 0);
    yolo_detections_free(&out);
}

static void lost_candidates_are_an_error(void) {
    candidates found = {.out_of_memory = true};
    yolo_detections out = {.count = 7};
    yolo_error error;
    CHECK_INT(detect_finish(&found, &whole, 10, 10, &rules, &out, &error), YOLO_NO_MEMORY);
    CHECK_INT(out.count, 7);
}

static void old_items_are_replaced(void) {
    const candidate row = {0.5f, 0.5f, 0.1f, 0.2f, 0.9f, 3, 0};
    yolo_detections out = finish(&row, 1, &whole, 100, 100, &rules);
    candidates none = {0};
    yolo_error error;
    CHECK_INT(detect_finish(&none, &whole, 10, 10, &rules, &out, &error), YOLO_OK);
    CHECK_INT(out.count, 0);
    yolo_detections_free(&out);
}

int main(void) {
    static const test_case cases[] = {
        TEST(stretched_boxes_become_pixels),
        TEST(letterbox_is_undone),
        TEST(odd_offsets_are_darknets),
        TEST(boxes_are_clipped_unless_told),
        TEST(thresholds_are_strict_and_by_class),
        TEST(best_come_first_and_ties_by_class_then_box),
        TEST(boxes_that_are_not_finite_go),
        TEST(lost_candidates_are_an_error),
        TEST(old_items_are_replaced),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
