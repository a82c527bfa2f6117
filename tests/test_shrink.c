/* Thumbnails: a box filter. */
#include "image/image.h"
#include "pictures.h"
#include "test.h"

#include <math.h>
#include <string.h>

/* The textbook: every old pixel, weighted by the area that it shares with the new one. */
static double mean_under(const yolo_image *image, const yolo_image *smaller, int x, int y, int channel) {
    double step_x = (double)image->width / smaller->width, step_y = (double)image->height / smaller->height, sum = 0;
    for (int v = 0; v < image->height; v++)
        for (int u = 0; u < image->width; u++) {
            double width = fmin((x + 1) * step_x, u + 1) - fmax(x * step_x, u);
            double height = fmin((y + 1) * step_y, v + 1) - fmax(y * step_y, v);
            if (width > 0 && height > 0) sum += width * height * image_row(image, v)[u * image->channels + channel];
        }
    return sum / (step_x * step_y);
}

static void is_the_mean_of_the_area(void) {
    static const int sizes[][4] = {
        {40, 30, 20, 20}, {41, 29, 13, 13}, {7, 90, 5, 11}, {64, 3, 9, 9}, {100, 100, 99, 99}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int channels = 1; channels <= 3; channels += 2) {
            test_note("%d x %d, %d channels", sizes[s][0], sizes[s][1], channels);
            yolo_image image = picture_make(sizes[s][0], sizes[s][1], channels), smaller = {0};
            if (!CHECK_INT(yolo_image_shrink(&image, sizes[s][2], sizes[s][3], &smaller, NULL), YOLO_OK)) return;
            double worst = 0;
            for (int y = 0; y < smaller.height; y++)
                for (int x = 0; x < smaller.width; x++)
                    for (int c = 0; c < channels; c++)
                        worst = fmax(worst, fabs(image_row(&smaller, y)[x * channels + c] -
                                                 mean_under(&image, &smaller, x, y, c)));
            CHECK_NEAR(worst, 0, 0.501);
            yolo_image_free(&image);
            yolo_image_free(&smaller);
        }
}

static void keeps_the_aspect_and_never_enlarges(void) {
    static const int rows[][6] = {{4000, 3000, 320, 320, 320, 240}, {3000, 4000, 320, 320, 240, 320},
                                  {640, 480, 640, 480, 640, 480},   {10, 20, 320, 320, 10, 20},
                                  {2000, 2, 100, 100, 100, 1},      {1, 1, 1, 1, 1, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        yolo_image image = picture_make(rows[i][0], rows[i][1], 1), smaller = {0};
        test_note("%d x %d", rows[i][0], rows[i][1]);
        if (!CHECK_INT(yolo_image_shrink(&image, rows[i][2], rows[i][3], &smaller, NULL), YOLO_OK)) return;
        CHECK_INT(smaller.width, rows[i][4]);
        CHECK_INT(smaller.height, rows[i][5]);
        if (smaller.width == image.width) CHECK_NEAR(picture_difference(&image, &smaller), 0, 0);
        yolo_image_free(&image);
        yolo_image_free(&smaller);
    }
}

static void stays_inside_the_picture(void) {
    yolo_image part = {.pixels = test_guarded(3 * 50 * 3 - 10 * 3),
                       .width = 40,
                       .height = 3,
                       .channels = 3,
                       .stride = 150,
                       .format = YOLO_FORMAT_PNG};
    yolo_image smaller = {0};
    CHECK_INT(yolo_image_shrink(&part, 7, 7, &smaller, NULL), YOLO_OK);
    CHECK_INT(smaller.pixels[0], 255);
    CHECK_INT(smaller.format, YOLO_FORMAT_PNG);
    yolo_image_free(&smaller);
}

static void refuses_nonsense(void) {
    yolo_image image = picture_make(4, 4, 1), smaller = {0};
    yolo_error error;
    CHECK_INT(yolo_image_shrink(&image, 0, 4, &smaller, &error), YOLO_BAD_ARGUMENT);
    CHECK_CONTAINS(error.message, "cannot be shrunk to 0 x 4");
    CHECK_INT(yolo_image_shrink(&image, 4, -1, &smaller, NULL), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_image_shrink(&image, 4, 4, NULL, NULL), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_image_shrink(NULL, 4, 4, &smaller, NULL), YOLO_BAD_ARGUMENT);
    CHECK(!smaller.pixels);
    yolo_image_free(&image);
}

int main(void) {
    static const test_case cases[] = {
        TEST(is_the_mean_of_the_area),
        TEST(keeps_the_aspect_and_never_enlarges),
        TEST(stays_inside_the_picture),
        TEST(refuses_nonsense),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
