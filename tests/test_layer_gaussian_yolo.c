/* [Gaussian_yolo] against textbook loops in Darknet's planar order. */
#include "head_fixture.h"
#include "test.h"

#include <math.h>

enum { WIDTH = 3, HEIGHT = 4, CELLS = WIDTH * HEIGHT, ANCHORS = 3, CLASSES = 2, ENTRIES = 9 + CLASSES };
enum { COUNT = CELLS * ANCHORS * ENTRIES };

static const shape map = {ANCHORS * ENTRIES, HEIGHT, WIDTH};

static void textbook(float *values, double scale) {
    for (int i = 0; i < COUNT; i++) {
        int entry = i / CELLS % ENTRIES;
        double y = values[i];
        if (entry != 4 && entry != 6) y = 1 / (1 + exp(-y));
        if (entry == 0 || entry == 2) y = y * scale - 0.5 * (scale - 1);
        values[i] = (float)y;
    }
}

static void fill(float *values) {
    test_random random = test_random_start(3);
    for (int i = 0; i < COUNT; i++) values[i] = 2 * test_random_float(&random);
}

static void output_is_darknets(void) {
    float planar[COUNT], expected[COUNT], found[COUNT];
    head_fixture f;
    fill(planar);
    fill(expected);
    textbook(expected, 1.2);
    head_open(&f, "x.cfg", "[Gaussian_yolo]\nclasses=2\nnum=9\nmask=3,4,5\nscale_x_y=1.2\n");
    for (int variant = 0; variant < 4; variant++) {
        head_case given = {.input = map,
                           .planar = planar,
                           .kernels = kernels_select(variant / 2 ? NULL : "portable"),
                           .threads = 1 + variant,
                           .in_place = variant % 2,
                           .score_min = 2,
                           .net_width = 96,
                           .net_height = 128};
        candidates none = head_detect(&f, &given, found);
        CHECK_INT(none.count, 0);
        CHECK_NEAR_FLOATS(found, expected, COUNT, 2e-6);
        candidates_free(&none);
    }
    head_close(&f);
}

/* `towards`: what yolo_point adds to the centre, in sizes. */
static void check_decoded(const char *section, double towards) {
    static const float sizes[] = {10, 14, 27, 43, 32, 97};
    float planar[COUNT], out[COUNT], score_min = 0.1f;
    head_fixture f;
    fill(planar);
    head_open(&f, "x.cfg", section);
    head_case given = {.input = map,
                       .planar = planar,
                       .kernels = kernels_select(NULL),
                       .threads = 1,
                       .score_min = score_min,
                       .net_width = 96,
                       .net_height = 128};
    candidates found = head_detect(&f, &given, out);
    size_t next = 0;
    for (int i = 0; i < CELLS; i++)
        for (int a = 0; a < ANCHORS; a++) {
            const float *entry = &out[a * ENTRIES * CELLS + i];
            double unsure = (entry[CELLS] + entry[3 * CELLS] + entry[5 * CELLS] + entry[7 * CELLS]) / 4;
            for (int c = 0; c < CLASSES && entry[8 * CELLS] > score_min; c++) {
                double score = entry[8 * CELLS] * entry[(9 + c) * CELLS] * (1 - unsure);
                if (!(score > score_min) || !CHECK(next < found.count)) continue;
                const candidate *row = &found.items[next++];
                double width = exp(entry[4 * CELLS]) * sizes[2 * a] / 96;
                double height = exp(entry[6 * CELLS]) * sizes[2 * a + 1] / 128;
                CHECK_INT(row->class_id, c);
                CHECK_NEAR(row->score, score, 1e-6);
                CHECK_NEAR(row->width, width, 1e-5);
                CHECK_NEAR(row->height, height, 1e-5);
                CHECK_NEAR(row->x, (i % WIDTH + entry[0]) / WIDTH + towards * width, 1e-5);
                CHECK_NEAR(row->y, (i / WIDTH + entry[2 * CELLS]) / HEIGHT + towards * height, 1e-5);
            }
        }
    CHECK_INT(found.count, next);
    CHECK(next > 5);
    candidates_free(&found);
    head_close(&f);
}

static void decodes_like_darknet(void) {
    check_decoded("[Gaussian_yolo]\nclasses=2\nnum=3\nanchors=10,14,27,43,32,97\n", 0);
    check_decoded("[Gaussian_yolo]\nclasses=2\nnum=3\nanchors=10,14,27,43,32,97\nyolo_point=left_top\n", 0.5);
    check_decoded("[Gaussian_yolo]\nclasses=2\nnum=3\nanchors=10,14,27,43,32,97\nyolo_point=right_bottom\n", -0.5);
}

static void channels_must_fit(void) {
    head_fixture f;
    head_open(&f, "x.cfg", "[Gaussian_yolo]\nclasses=3\nnum=3\n");
    head_plan(&f, map);
    CHECK_INT(f.status, YOLO_BAD_MODEL);
    CHECK_CONTAINS(f.error.message, "reads 33 channels, but 3 anchors of 12 numbers");
    head_close(&f);
}

int main(void) {
    static const test_case cases[] = {
        TEST(output_is_darknets),
        TEST(decodes_like_darknet),
        TEST(channels_must_fit),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
