/* Boxes, labels, letters and colors. */
#include "base/team.h"
#include "image/draw.h"
#include "image/label.h"
#include "pictures.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const color red = {255, 0, 0};

static yolo_image grey_picture(int width, int height) {
    yolo_image image = {0};
    CHECK_INT(yolo_image_create(width, height, 3, &image, NULL), YOLO_OK);
    memset(image.pixels, 128, image.stride * (size_t)height);
    return image;
}

static bool is_color(const yolo_image *image, int x, int y, color c) {
    const uint8_t *pixel = image_row(image, y) + x * 3;
    return pixel[0] == c.red && pixel[1] == c.green && pixel[2] == c.blue;
}

static bool is_untouched(const yolo_image *image, int x, int y) {
    return is_color(image, x, y, (color){128, 128, 128});
}

/* The rectangle of pixels that differ from grey. */
static rectangle painted(const yolo_image *image) {
    rectangle r = {1e9f, 1e9f, -1, -1};
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < image->width; x++)
            if (!is_untouched(image, x, y)) {
                r.left = fminf(r.left, (float)x), r.top = fminf(r.top, (float)y);
                r.right = fmaxf(r.right, (float)x + 1), r.bottom = fmaxf(r.bottom, (float)y + 1);
            }
    return r;
}

static void draws_sharp_boxes(void) {
    yolo_image image = grey_picture(100, 80);
    draw_item item = {{20, 10, 70, 60}, red, NULL, ""};
    CHECK_INT(draw_items(&image, &item, 1, 4, 1, NULL, NULL), YOLO_OK);
    for (int i = 18; i < 22; i++) CHECK(is_color(&image, i, 40, red));
    for (int i = 68; i < 72; i++) CHECK(is_color(&image, i, 40, red));
    for (int i = 8; i < 12; i++) CHECK(is_color(&image, 45, i, red));
    CHECK(is_untouched(&image, 45, 40));
    rectangle r = painted(&image); /* the box, half a line and a seam of one pixel */
    CHECK(r.left == 17 && r.top == 7 && r.right == 73 && r.bottom == 63);
    yolo_image_free(&image);
}

static rectangle written(const char *text, float x, float y, float part, yolo_status status) {
    yolo_image image = grey_picture(200, 40);
    CHECK_INT(yolo_draw_text(&image, text, x, y, part, 17, 0xFF0000, NULL, NULL), status);
    const rectangle r = painted(&image);
    yolo_image_free(&image);
    return r;
}

static void writes_text_where_asked(void) {
    const rectangle begins = written("HHH", 100, 30, 0, YOLO_OK), ends = written("HHH", 100, 30, 1, YOLO_OK);
    const rectangle middle = written("HHH", 100, 30, 0.5f, YOLO_OK);
    const float width = begins.right - begins.left;
    CHECK(begins.left >= 100 && begins.left <= 104 && begins.bottom == 30 && begins.top < 22 && width > 20);
    CHECK(ends.right <= 100 && ends.right >= 96 && ends.bottom == 30);
    CHECK_NEAR((middle.left + middle.right) / 2, 100, 1.5);
    CHECK(written("", 100, 30, 0, YOLO_OK).right == -1);
    CHECK(written("HHH", 5000, -700, 0, YOLO_OK).right == -1); /* outside of the picture */
    CHECK(written("HHH", NAN, 30, 0, YOLO_BAD_ARGUMENT).right == -1);
    CHECK(written("HHH", 100, 30, 2, YOLO_BAD_ARGUMENT).right == -1);
    CHECK(written(NULL, 100, 30, 0, YOLO_BAD_ARGUMENT).right == -1);
}

static void fills_by_coverage(void) {
    yolo_image image = grey_picture(10, 10);
    canvas_fill(&image, (rectangle){2.5f, 3, 6, 6.25f}, 0, (color){255, 255, 255}, 1);
    CHECK_INT(image_row(&image, 4)[6], 192); /* half of pixel (2, 4) */
    CHECK_INT(image_row(&image, 4)[9], 255);
    CHECK_INT(image_row(&image, 6)[12], 160); /* a quarter of pixel (4, 6) */
    CHECK(is_untouched(&image, 6, 4));
    yolo_image_free(&image);
}

/* Boxes of any finite size on pictures of any size, with guard rows: nothing outside of the picture changes. */
static void stays_inside_the_picture(void) {
    static const int sizes[][2] = {{1, 1}, {2, 50}, {50, 2}, {64, 64}, {300, 200}};
    static const float coordinates[] = {-1e30f, -1000, -3.5f, 0, 0.4f, 1, 25.5f, 64, 1e4f, 1e30f};
    test_random random = test_random_start(3);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        size_t bytes = (size_t)sizes[s][0] * (size_t)sizes[s][1] * 3;
        yolo_image image = {.pixels = test_guarded(bytes),
                            .width = sizes[s][0],
                            .height = sizes[s][1],
                            .channels = 3,
                            .stride = (size_t)sizes[s][0] * 3};
        for (int round = 0; round < 300; round++) {
            float c[4];
            for (int i = 0; i < 4; i++) c[i] = coordinates[test_random_int(&random, 0, 9)];
            draw_item item = {
                {fminf(c[0], c[1]), fminf(c[2], c[3]), fmaxf(c[0], c[1]), fmaxf(c[2], c[3])}, red, "name", "50%"};
            CHECK_INT(draw_items(&image, &item, 1, (float)(round % 9), 1, NULL, NULL), YOLO_OK);
        }
    }
}

static void keeps_labels_inside(void) {
    static const rectangle boxes[] = {{-50, -50, 10, 10}, {190, -20, 260, 20}, {150, 90, 260, 160},
                                      {-30, 95, 20, 99},  {0, 0, 200, 100},    {500, 500, 600, 600}};
    text_writer *writer = text_writer_create(NULL, 16);
    if (!CHECK(writer != NULL)) return;
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        label l;
        label_set_text(&l, writer, "traffic light", "87%", 200);
        label_place(&l, 0, writer, boxes[i], 2, 200, 100);
        test_note("box %zu", i);
        CHECK(l.plate.left >= 0 && l.plate.top >= 0 && l.plate.right <= 200 && l.plate.bottom <= 100);
        CHECK(l.plate.right > l.plate.left + 50 && l.plate.bottom > l.plate.top + 10);
    }
    text_writer_free(writer);
}

static void avoids_overlaps(void) {
    text_writer *writer = text_writer_create(NULL, 16);
    static label labels[4];
    if (!CHECK(writer != NULL)) return;
    for (size_t i = 0; i < 4; i++) {
        label_set_text(&labels[i], writer, "dog", "87%", 400);
        label_place(labels, i, writer, (rectangle){100, 100, 300, 300}, 2, 400, 400);
        for (size_t j = 0; j < i; j++) {
            rectangle a = labels[i].plate, b = labels[j].plate;
            CHECK(a.bottom <= b.top || b.bottom <= a.top || a.right <= b.left || b.right <= a.left);
        }
    }
    text_writer_free(writer);
}

static void shortens_long_names(void) {
    text_writer *writer = text_writer_create(NULL, 16);
    label l;
    char endless[5000];
    if (!CHECK(writer != NULL)) return;
    memset(endless, 'm', sizeof endless - 1);
    endless[sizeof endless - 1] = 0;
    label_set_text(&l, writer, "horse", "9%", 1000);
    CHECK_STRING(l.text, "horse 9%");
    label_set_text(&l, writer, "horse", "", 1000);
    CHECK_STRING(l.text, "horse");
    label_set_text(&l, writer, "", "9%", 1000);
    CHECK_STRING(l.text, "9%");
    label_set_text(&l, writer, "hippopotamus", "9%", 100);
    CHECK_CONTAINS(l.text, "hippo");
    CHECK_CONTAINS(l.text, "\xE2\x80\xA6 9%");
    label_set_text(&l, writer, endless, "100%", 150);
    CHECK(strlen(l.text) < 40);
    label_set_text(&l, writer, endless, "100%", 1e9f);
    CHECK_CONTAINS(l.text, "m 100%");
    text_writer_free(writer);
}

static void reads_utf8(void) {
    const char *text = "a\xC3\xA4\xE4\xB8\xAD\xF0\x9F\x90\xB6\xFF\xC0\x80\xE2\x82z\xED\xA0\x80";
    static const uint32_t expected[] = {'a',    0xE4, 0x4E2D, 0x1F436, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD,
                                        0xFFFD, 'z',  0xFFFD, 0xFFFD,  0xFFFD, 0,      0};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) CHECK_INT(text_next_character(&text), expected[i]);
    CHECK(!text_character_visible('\n') && !text_character_visible(0x1B) && !text_character_visible(0x9B));
    CHECK(!text_character_visible(0x202E) && text_character_visible('a') && text_character_visible(0x4E2D));
}

/* Controls take no room and leave no mark. */
static void never_draws_controls(void) {
    text_writer *writer = text_writer_create(NULL, 20);
    if (!CHECK(writer != NULL)) return;
    CHECK(text_width(writer, "\x1B\n\t\xC2\x9B\xE2\x80\xAE") == 0);
    CHECK(text_width(writer, "a\nb") == text_width(writer, "ab"));
    CHECK(text_width(writer, "mm") > 1.9f * text_width(writer, "m"));
    yolo_image image = grey_picture(60, 40);
    CHECK(text_write(writer, &image, (rectangle){0, 0, 60, 40}, 5, 30, "\x1B\n\t\xC2\x9B\xE2\x80\xAE", red));
    CHECK(painted(&image).right < 0);
    CHECK(text_write(writer, &image, (rectangle){0, 0, 60, 40}, 5, 30, "Ag\xE4\xB8\xAD", red));
    rectangle r = painted(&image);
    CHECK(r.left >= 4 && r.right > 20 && r.bottom > 31 && r.bottom <= 36 && r.top >= 10);
    yolo_image_free(&image);
    text_writer_free(writer);
}

static void colors_differ(void) {
    for (int a = 0; a < 80; a++) {
        color first = color_of_class(a), again = color_of_class(a);
        CHECK(!memcmp(&first, &again, sizeof first));
        for (int b = a + 1; b < a + 8; b++) {
            color second = color_of_class(b);
            CHECK(abs(first.red - second.red) + abs(first.green - second.green) + abs(first.blue - second.blue) > 30);
        }
    }
    CHECK_INT(color_readable_on((color){255, 255, 0}).red, 0);
    CHECK_INT(color_readable_on((color){0, 0, 160}).red, 255);
    color c = color_of_class(-5); /* any number will do */
    (void)c;
    CHECK_INT(color_from_hex(0x123456).green, 0x34);
}

/* A font may be shared: the same pixels from any thread. */
static void draw_in_thread(void *argument, size_t begin, size_t end, int thread) {
    yolo_image *images = argument;
    (void)thread;
    draw_item items[] = {{{20, 30, 90, 90}, red, "caf\xC3\xA9", "12%"},
                         {{50, 40, 190, 95}, red, "\xE4\xB8\xAD", "99%"}};
    for (size_t i = begin; i < end; i++) CHECK_INT(draw_items(&images[i], items, 2, 0, 1, NULL, NULL), YOLO_OK);
}

static void draw_together(void *argument, team *t) {
    team_for(t, 8, 1, draw_in_thread, argument);
}

static void threads_draw_the_same(void) {
    yolo_image images[8];
    for (int i = 0; i < 8; i++) images[i] = grey_picture(200, 100);
    team_run(4, draw_together, images);
    for (int i = 1; i < 8; i++) CHECK(picture_difference(&images[0], &images[i]) == 0);
    for (int i = 0; i < 8; i++) yolo_image_free(&images[i]);
}

static void loads_fonts(void) {
    yolo_font *font = NULL;
    yolo_error error;
    CHECK_INT(yolo_font_load("/nowhere/font.ttf", &font, &error), YOLO_BAD_FILE);
    const char *broken = test_temp_file("broken.ttf", "\0\1\0\0\0\x12\1\0\0\4\0\x20 this is no font", 28);
    CHECK_INT(yolo_font_load(broken, &font, &error), YOLO_BAD_FILE);
    CHECK_CONTAINS(error.message, "broken.ttf: not a TrueType or OpenType font");
    CHECK_INT(yolo_font_load(NULL, &font, &error), YOLO_BAD_ARGUMENT);
    CHECK(font == NULL);
    yolo_font_free(&font);
    yolo_font_free(NULL);
}

static void refuses_wrong_calls(void) {
    yolo_image image = grey_picture(10, 10);
    yolo_detections none = {0};
    yolo_error error;
    CHECK_INT(yolo_draw_detections(&image, NULL, &none, NULL, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_draw_detections(NULL, NULL, &none, NULL, &error), YOLO_BAD_ARGUMENT);
    CHECK(yolo_draw_options_default().font_scale == 1);
    yolo_image_free(&image);
}

int main(void) {
    static const test_case cases[] = {
        TEST(draws_sharp_boxes),
        TEST(fills_by_coverage),
        TEST(stays_inside_the_picture),
        TEST(keeps_labels_inside),
        TEST(avoids_overlaps),
        TEST(shortens_long_names),
        TEST(reads_utf8),
        TEST(never_draws_controls),
        TEST(colors_differ),
        TEST(threads_draw_the_same),
        TEST(loads_fonts),
        TEST(refuses_wrong_calls),
        TEST(writes_text_where_asked),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
