/* Panels, plates and outlines: where they are drawn, and that nothing else is. */
#include "test.h"
#include "yolo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t ground = 90;

static yolo_image blank(int width, int height, int channels) {
    yolo_image image = {0};
    CHECK_INT(yolo_image_create(width, height, channels, &image, NULL), YOLO_OK);
    memset(image.pixels, ground, (size_t)height * image.stride);
    return image;
}

/* The smallest rectangle around all pixels that were drawn. */
typedef struct extent {
    int left, top, right, bottom;
} extent;

static extent drawn(const yolo_image *image) {
    extent e = {image->width, image->height, 0, 0};
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < image->width; x++) {
            const uint8_t *pixel = image->pixels + (size_t)y * image->stride + (size_t)x * 3;
            if (pixel[0] == ground && pixel[1] == ground && pixel[2] == ground) continue;
            e = (extent){x < e.left ? x : e.left, y < e.top ? y : e.top, x >= e.right ? x + 1 : e.right,
                         y >= e.bottom ? y + 1 : e.bottom};
        }
    return e;
}

static bool has_color(const yolo_image *image, uint32_t color) {
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < image->width; x++) {
            const uint8_t *p = image->pixels + (size_t)y * image->stride + (size_t)x * 3;
            if (((uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2]) == color) return true;
        }
    return false;
}

static const yolo_panel_line lines[] = {
    {"54", "product", 0xFF8800, true}, {"7", "price tag", 0x00AA66, true}, {"61", "in all", 0, false}};

static void a_panel_lies_in_its_corner(void) {
    yolo_image image = blank(800, 600, 3);
    CHECK_INT(yolo_draw_panel(&image, lines, 3, NULL, NULL), YOLO_OK);
    extent e = drawn(&image);
    CHECK(e.right == 800 && e.top == 0 && e.left > 550 && e.bottom > 50 && e.bottom < 150);
    CHECK(has_color(&image, 0xFF8800) && has_color(&image, 0x00AA66) && has_color(&image, 0xFFFFFF));
    yolo_image_free(&image);
}

static void a_long_panel_takes_half_or_what_there_is(void) {
    yolo_panel_line many[200];
    for (int i = 0; i < 200; i++) many[i] = lines[0];
    yolo_image image = blank(800, 1200, 3);
    CHECK_INT(yolo_draw_panel(&image, many, 30, NULL, NULL), YOLO_OK);
    CHECK(drawn(&image).bottom <= 640);
    CHECK_INT(yolo_draw_panel(&image, many, 200, NULL, NULL), YOLO_OK); /* legible ones, as many as fit */
    CHECK(drawn(&image).bottom > 1100);
    yolo_image_free(&image);
}

static void plates_stay_in_the_picture(void) {
    static const float places[][3] = {{-500, -500, 0}, {5000, 5000, 1}, {100, 50, 0.5f}, {0, 299, 1}, {1e7f, -1e7f, 0}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        yolo_image image = blank(400, 300, 3);
        CHECK_INT(yolo_draw_plate(&image, "row 1: 12", places[i][0], places[i][1], places[i][2], 0x123456, NULL, NULL),
                  YOLO_OK);
        extent e = drawn(&image);
        test_note("plate %zu", i);
        CHECK(e.right - e.left > 50 && e.right - e.left < 130 && e.bottom - e.top > 12 && e.bottom - e.top < 30);
        yolo_image_free(&image);
    }
    yolo_image image = blank(5, 4, 3); /* larger than the picture */
    CHECK_INT(yolo_draw_plate(&image, "row 1: 12", 2, 2, 1, 0x123456, NULL, NULL), YOLO_OK);
    CHECK_INT(yolo_draw_panel(&image, lines, 3, NULL, NULL), YOLO_OK);
    yolo_image_free(&image);
}

/* Each pixel by its distance from the nearest side, as a textbook has it. */
static double distance(double x, double y, const float *a, const float *b) {
    double dx = (double)b[0] - a[0], dy = (double)b[1] - a[1], length = dx * dx + dy * dy;
    double along = length > 0 ? ((x - a[0]) * dx + (y - a[1]) * dy) / length : 0;
    along = fmax(0, fmin(1, along));
    return hypot(x - a[0] - along * dx, y - a[1] - along * dy);
}

static void outlines_are_where_they_should_be(void) {
    static const float points[] = {20, 20, 180, 30.5f, 150, 110, 100, 60, 21, 90};
    yolo_image image = blank(200, 120, 3);
    yolo_draw_options options = yolo_draw_options_default();
    options.line_width = 2; /* drawn 4 wide, and a seam of 1 on either side */
    CHECK_INT(yolo_draw_outline(&image, points, 5, 0xFFEE00, &options, NULL), YOLO_OK);
    for (int y = 0; y < 120; y++)
        for (int x = 0; x < 200; x++) {
            const uint8_t *p = image.pixels + (size_t)y * image.stride + (size_t)x * 3;
            double nearest = 1e9;
            for (int i = 0; i < 5; i++)
                nearest = fmin(nearest, distance(x + 0.5, y + 0.5, points + 2 * i, points + 2 * ((i + 1) % 5)));
            if (nearest < 1.4) CHECK(p[0] == 0xFF && p[1] == 0xEE && p[2] == 0);
            if (nearest > 3.6) CHECK(p[0] == ground && p[1] == ground && p[2] == ground);
        }
    yolo_image_free(&image);
}

static void far_points_cost_nothing(void) {
    static const float points[] = {-1e7f, -1e7f, 1e7f, 1e7f, 1e7f, -1e7f, 50, 50, 50, 50};
    yolo_image image = blank(100, 100, 3);
    CHECK_INT(yolo_draw_outline(&image, points, 5, 0xFFEE00, NULL, NULL), YOLO_OK);
    CHECK_INT(yolo_draw_outline(&image, points, 0, 0xFFEE00, NULL, NULL), YOLO_OK);
    yolo_image_free(&image);
}

static void what_cannot_be_drawn(void) {
    yolo_image image = blank(100, 100, 3), grey = blank(100, 100, 1);
    yolo_draw_options options = yolo_draw_options_default();
    yolo_error error;
    const float nowhere[] = {0, 0, NAN, 0, 5, 5};
    const yolo_panel_line bad = {NULL, "x", 0, false};
    CHECK_INT(yolo_draw_panel(&grey, lines, 3, NULL, &error), YOLO_BAD_ARGUMENT);
    CHECK_CONTAINS(error.message, "only RGB");
    CHECK_INT(yolo_draw_panel(&image, NULL, 3, NULL, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_draw_panel(&image, &bad, 1, NULL, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_draw_plate(&image, NULL, 0, 0, 0, 0, NULL, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_draw_plate(&image, "x", NAN, 0, 0, 0, NULL, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_draw_plate(&image, "x", 0, 0, 2, 0, NULL, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_draw_outline(&image, nowhere, 3, 0, NULL, &error), YOLO_BAD_ARGUMENT);
    CHECK_CONTAINS(error.message, "no outline can be drawn through");
    options.font_scale = 0;
    CHECK_INT(yolo_draw_panel(&image, lines, 3, &options, &error), YOLO_BAD_ARGUMENT);
    CHECK(drawn(&image).right == 0);
    yolo_image_free(&image);
    yolo_image_free(&grey);
}

int main(void) {
    static const test_case cases[] = {
        TEST(a_panel_lies_in_its_corner), TEST(a_long_panel_takes_half_or_what_there_is),
        TEST(plates_stay_in_the_picture), TEST(outlines_are_where_they_should_be),
        TEST(far_points_cost_nothing),    TEST(what_cannot_be_drawn),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
