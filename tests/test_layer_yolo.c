/* [yolo] against textbook loops in Darknet's planar order. */
#include "head_fixture.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>

static double logistic(double x) {
    return 1 / (1 + exp(-x));
}

/* Darknet's: entry e of anchor a at a cell is value [a][e][cell]. */
static void textbook(float *values, int cells, int anchors, int classes, double scale, bool new_coords) {
    for (int a = 0; a < anchors; a++)
        for (int e = 0; e < 5 + classes; e++)
            for (int i = 0; i < cells; i++) {
                float *value = &values[(a * (5 + classes) + e) * cells + i];
                double y = *value;
                if (!new_coords && e != 2 && e != 3) y = logistic(y);
                if (e < 2) y = y * scale - 0.5 * (scale - 1);
                *value = (float)y;
            }
}

enum { WIDTH = 5, HEIGHT = 3, CELLS = WIDTH * HEIGHT, ANCHORS = 2, CLASSES = 3, ENTRIES = 5 + CLASSES };
enum { COUNT = CELLS * ANCHORS * ENTRIES };

static const shape map = {ANCHORS * ENTRIES, HEIGHT, WIDTH};

static void fill(float *values, uint64_t seed) {
    test_random random = test_random_start(seed);
    for (int i = 0; i < COUNT; i++) values[i] = 3 * test_random_float(&random);
}

static void compare_with_textbook(const char *section, double scale, bool new_coords) {
    float planar[COUNT], expected[COUNT], found[COUNT];
    head_fixture f;
    head_open(&f, "x.cfg", section);
    CHECK_INT(f.status, YOLO_OK);
    fill(planar, 1);
    for (int i = 0; i < COUNT; i++) expected[i] = planar[i];
    textbook(expected, CELLS, ANCHORS, CLASSES, scale, new_coords);
    for (int variant = 0; variant < 4; variant++) {
        head_case given = {.input = map,
                           .planar = planar,
                           .kernels = kernels_select(variant / 2 ? NULL : "portable"),
                           .threads = 1 + variant,
                           .in_place = variant % 2,
                           .score_min = 1e9f,
                           .net_width = 160,
                           .net_height = 96};
        test_note("%s variant %d", section, variant);
        candidates none = head_detect(&f, &given, found);
        CHECK_INT(none.count, 0);
        CHECK_NEAR_FLOATS(found, expected, COUNT, 2e-6);
        candidates_free(&none);
    }
    head_close(&f);
}

static void output_is_darknets(void) {
    compare_with_textbook("[yolo]\nclasses=3\nnum=3\nmask=1,2\n", 1, false);
    compare_with_textbook("[yolo]\nclasses=3\nnum=2\nscale_x_y=1.05\n", 1.05, false);
    compare_with_textbook("[yolo]\nclasses=3\nnum=2\nscale_x_y=2\nnew_coords=1\n", 2, true);
}

/* All that the textbook finds, in the order of cells and anchors. */
static void check_decoded(const candidates *found, const float *out, bool new_coords, float score_min) {
    static const float sizes[] = {10, 14, 81, 82}; /* anchors 1 and 3 of the list below */
    size_t next = 0;
    long last_box = -1;
    for (int i = 0; i < CELLS; i++)
        for (int a = 0; a < ANCHORS; a++) {
            const float *entry = &out[a * ENTRIES * CELLS + i]; /* [entry * CELLS] */
            float objectness = entry[4 * CELLS];
            for (int c = 0; c < CLASSES && objectness > score_min; c++) {
                float score = objectness * entry[(5 + c) * CELLS];
                if (!(score > score_min) || !CHECK(next < found->count)) continue;
                const candidate *row = &found->items[next++];
                double width = entry[2 * CELLS], height = entry[3 * CELLS];
                width = new_coords ? width * width * 4 : exp(width);
                height = new_coords ? height * height * 4 : exp(height);
                CHECK_INT(row->class_id, c);
                CHECK_NEAR(row->score, score, 1e-7);
                CHECK_NEAR(row->x, (i % WIDTH + entry[0]) / WIDTH, 1e-6);
                CHECK_NEAR(row->y, (i / WIDTH + entry[CELLS]) / HEIGHT, 1e-6);
                CHECK_NEAR(row->width, width * sizes[2 * a] / 160, 1e-5);
                CHECK_NEAR(row->height, height * sizes[2 * a + 1] / 96, 1e-5);
                CHECK(row->box >= last_box);
                last_box = row->box;
            }
        }
    CHECK_INT(found->count, next);
    CHECK(next > 10);
}

static void decodes_like_darknet(void) {
    for (int new_coords = 0; new_coords < 2; new_coords++) {
        float planar[COUNT], out[COUNT];
        head_fixture f;
        head_open(&f, "x.cfg",
                  new_coords ? "[yolo]\nclasses=3\nnum=4\nmask=1,3\nanchors=1,2, 10,14, 3,4, 81,82\nnew_coords=1\n"
                             : "[yolo]\nclasses=3\nnum=4\nmask=1,3\nanchors=1,2, 10,14, 3,4, 81,82\n");
        fill(planar, 2);
        head_case given = {.input = map,
                           .planar = planar,
                           .kernels = kernels_select(NULL),
                           .threads = 1,
                           .score_min = 0.2f,
                           .net_width = 160,
                           .net_height = 96};
        candidates found = head_detect(&f, &given, out);
        check_decoded(&found, out, new_coords, 0.2f);
        candidates_free(&found);
        head_close(&f);
    }
}

/* One cell, one anchor, one class, everything as given. */
static size_t count_of(float width, float objectness, float class_score) {
    const float planar[] = {0.5f, 0.5f, width, 1, objectness, class_score};
    head_fixture f;
    head_open(&f, "x.cfg", "[yolo]\nclasses=1\nnum=1\nanchors=1,1\nnew_coords=1\n");
    head_case given = {.input = {6, 1, 1},
                       .planar = planar,
                       .kernels = kernels_select("portable"),
                       .threads = 1,
                       .score_min = 0.25f,
                       .net_width = 1,
                       .net_height = 1};
    candidates found = head_detect(&f, &given, NULL);
    size_t count = found.count;
    candidates_free(&found);
    head_close(&f);
    return count;
}

static void comparisons_are_strict_and_refuse_nan(void) {
    CHECK_INT(count_of(1, 0.5f, 0.75f), 1);
    CHECK_INT(count_of(1, 0.5f, 0.5f), 0); /* 0.25 is not above 0.25 */
    CHECK_INT(count_of(1, 0.25f, 4), 0);   /* objectness alone must be above it, too */
    CHECK_INT(count_of(1, NAN, 1), 0);
    CHECK_INT(count_of(1, 1, NAN), 0);
    CHECK_INT(count_of(NAN, 1, 1), 0);
    CHECK_INT(count_of(1e30f, 1, 1), 0); /* its square is infinite */
    CHECK_INT(count_of(1, INFINITY, 1), 0);
}

static void check_refused(const char *section, shape input, const char *sentence) {
    head_fixture f;
    head_open(&f, "x.cfg", section);
    if (!f.status) head_plan(&f, input);
    CHECK_INT(f.status, YOLO_BAD_MODEL);
    CHECK_CONTAINS(f.error.message, sentence);
    head_close(&f);
}

static void mistakes_are_named(void) {
    check_refused("[yolo]\nclasses=3\n", map, "x.cfg:1: [yolo] reads 16 channels, but 1 anchors of 8 numbers");
    check_refused("[yolo]\nclasses=3\nnum=2\nmask=0,2\n", map,
                  "x.cfg:4: [yolo] mask names anchor 2, but there are only 2");
    check_refused("[yolo]\nmask=-1\n", map, "x.cfg:2: [yolo] mask must be 0..");
    check_refused("[yolo]\nclasses=0\n", map, "x.cfg:2: [yolo] classes must be 1..");
    check_refused("[yolo]\nnum=0\n", map, "x.cfg:2: [yolo] num must be 1..");
    check_refused("[yolo]\nnms_kind=fast\n", map, "default, greedynms, diounms or cornersnms, not 'fast'");
    check_refused("[yolo]\nclass=1\n", map, "has no option 'class'");
}

static void head_says_what_suppression_it_wants(void) {
    static const char *const sections[] = {"[yolo]\n", "[yolo]\nnms_kind=greedynms\n",
                                           "[yolo]\nnms_kind=diounms\nbeta_nms=0.2\n", "[yolo]\nnms_kind=cornersnms\n"};
    static const yolo_nms kinds[] = {YOLO_NMS_DEFAULT, YOLO_NMS_GREEDY, YOLO_NMS_DIOU, YOLO_NMS_CORNERS};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        head_fixture f;
        head_open(&f, "x.cfg", sections[i]);
        CHECK_INT(f.layer.head.nms, kinds[i]);
        CHECK_INT(f.layer.head.class_count, 20);
        CHECK_NEAR(f.layer.head.nms_beta, i == 2 ? 0.2 : 0.6, 1e-6);
        head_close(&f);
    }
}

/* cspx-p7-mish.cfg names anchors beyond num, cspx-p7-mish_hp.cfg has an odd number of sizes. */
static void odd_anchor_lists_are_taken(void) {
    head_fixture f;
    head_open(&f, "x.cfg", "[yolo]\nclasses=1\nnum=1\nmask=2\nanchors=1,2,3,4,5,6\n");
    CHECK_INT(f.status, YOLO_OK);
    head_close(&f);
    const float planar[] = {0.5f, 0.5f, 0.5f, 0.5f, 1, 1};
    head_open(&f, "x.cfg", "[yolo]\nclasses=1\nnum=2\nmask=1\nanchors=1,2,3###P7\nnew_coords=1\n");
    head_case given = {.input = {6, 1, 1},
                       .planar = planar,
                       .kernels = kernels_select("portable"),
                       .threads = 1,
                       .net_width = 1,
                       .net_height = 1};
    candidates found = head_detect(&f, &given, NULL);
    if (CHECK_INT(found.count, 1)) {
        CHECK_NEAR(found.items[0].width, 3, 1e-6);
        CHECK_NEAR(found.items[0].height, 0.5, 1e-6); /* Darknet's value for what is missing */
    }
    candidates_free(&found);
    head_close(&f);
}

int main(void) {
    static const test_case cases[] = {
        TEST(output_is_darknets),
        TEST(decodes_like_darknet),
        TEST(comparisons_are_strict_and_refuse_nan),
        TEST(mistakes_are_named),
        TEST(head_says_what_suppression_it_wants),
        TEST(odd_anchor_lists_are_taken),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
