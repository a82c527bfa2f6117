/* [region] against textbook loops: Darknet's flat order is [cell][anchor][entry] here. */
#include "head_fixture.h"
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 4, HEIGHT = 3, CELLS = WIDTH * HEIGHT, ANCHORS = 2, CLASSES = 6, ENTRIES = 5 + CLASSES };
enum { SIZE = ANCHORS * ENTRIES, COUNT = CELLS * SIZE };

static const shape map = {SIZE, HEIGHT, WIDTH};

/* Classes 0..2 divide the world, 3..5 divide class 1. */
static const char tree_text[] = "animal -1\nthing -1\nred -1\nblue 1\ncup 1\ndish 1\n";
static const int tree_parent[CLASSES] = {-1, -1, -1, 1, 1, 1};
static const int group_begin[] = {0, 3}, group_end[] = {3, 6};

static double logistic(double x) {
    return 1 / (1 + exp(-x));
}

static void textbook_softmax(float *values, int begin, int end) {
    double sum = 0;
    for (int i = begin; i < end; i++) sum += exp(values[i]);
    for (int i = begin; i < end; i++) values[i] = (float)(exp(values[i]) / sum);
}

/* Of the absolute probabilities, the last above 0.5, and 0 for the others. */
static void textbook_tree(float *classes) {
    bool found = false;
    for (int g = 0; g < 2; g++) textbook_softmax(classes, group_begin[g], group_end[g]);
    for (int c = 0; c < CLASSES; c++) classes[c] *= tree_parent[c] < 0 ? 1 : classes[tree_parent[c]];
    for (int c = CLASSES - 1; c >= 0; c--) {
        bool chosen = !found && classes[c] > 0.5f;
        found = found || chosen;
        classes[c] = chosen ? classes[c] : 0;
    }
}

/* [SIZE][CELLS] to [CELLS][SIZE]. */
static void textbook(const float *planar, bool softmax, bool tree, float *out) {
    for (int i = 0; i < CELLS; i++)
        for (int k = 0; k < SIZE; k++) out[i * SIZE + k] = planar[k * CELLS + i];
    for (int b = 0; b < CELLS * ANCHORS; b++) {
        float *box = out + b * ENTRIES;
        box[4] = (float)logistic(box[4]);
        if (tree)
            textbook_tree(box + 5);
        else if (softmax)
            textbook_softmax(box + 5, 0, CLASSES);
    }
}

static void fill(float *values) {
    test_random random = test_random_start(4);
    for (int i = 0; i < COUNT; i++) values[i] = 3 * test_random_float(&random);
}

/* What Darknet gives for a box. A tree's classes are not weighed by objectness. */
static void textbook_scores(const float *box, bool tree, bool classfix, float score_min, double *scores) {
    double objectness = classfix && box[4] < 0.5f ? 0 : box[4];
    for (int c = 0; c < CLASSES; c++)
        scores[c] = !tree ? objectness * box[5 + c] : objectness > score_min ? box[5 + c] : 0;
}

static void check_decoded(const candidates *found, const float *out, bool tree, bool classfix, float score_min) {
    static const float sizes[] = {1.08f, 1.19f, 3.42f, 4.41f};
    size_t next = 0;
    for (int b = 0; b < CELLS * ANCHORS; b++) {
        const float *box = out + b * ENTRIES;
        double scores[CLASSES];
        textbook_scores(box, tree, classfix, score_min, scores);
        for (int c = 0; c < CLASSES; c++) {
            if (!(scores[c] > score_min) || !CHECK(next < found->count)) continue;
            const candidate *row = &found->items[next++];
            int cell = b / ANCHORS, a = b % ANCHORS;
            CHECK_INT(row->class_id, c);
            CHECK_NEAR(row->score, scores[c], 1e-6);
            CHECK_NEAR(row->x, (cell % WIDTH + logistic(box[0])) / WIDTH, 1e-6);
            CHECK_NEAR(row->y, (cell / WIDTH + logistic(box[1])) / HEIGHT, 1e-6);
            CHECK_NEAR(row->width, exp(box[2]) * sizes[2 * a] / WIDTH, 1e-4);
            CHECK_NEAR(row->height, exp(box[3]) * sizes[2 * a + 1] / HEIGHT, 1e-4);
        }
    }
    CHECK_INT(found->count, next);
    CHECK(next >= 2);
}

static void compare_with_textbook(const char *path, const char *more, bool softmax, bool tree, bool classfix) {
    char section[200];
    float planar[COUNT], expected[COUNT], found[COUNT], score_min = 0.1f;
    head_fixture f;
    snprintf(section, sizeof section, "[region]\nclasses=6\nnum=2\nanchors=1.08,1.19,3.42,4.41,9,9\n%s", more);
    head_open(&f, path, section);
    CHECK_INT(f.status, YOLO_OK);
    CHECK_INT(f.layer.head.class_count, CLASSES);
    fill(planar);
    textbook(planar, softmax, tree, expected);
    for (int variant = 0; variant < 4; variant++) {
        head_case given = {.input = map,
                           .planar = planar,
                           .kernels = kernels_select(variant / 2 ? NULL : "portable"),
                           .threads = 1 + variant,
                           .in_place = variant % 2,
                           .score_min = score_min,
                           .net_width = 128,
                           .net_height = 96};
        test_note("%s variant %d", more, variant);
        candidates rows = head_detect(&f, &given, found);
        CHECK_NEAR_FLOATS(found, expected, COUNT, 2e-6);
        check_decoded(&rows, found, tree, classfix, score_min);
        candidates_free(&rows);
    }
    head_close(&f);
}

static void output_and_boxes_are_darknets(void) {
    const char *tree = test_temp_file("six.tree", tree_text, strlen(tree_text));
    compare_with_textbook("x.cfg", "softmax=1\n", true, false, false);
    compare_with_textbook("x.cfg", "softmax=1\nclassfix=-1\n", true, false, true);
    compare_with_textbook("x.cfg", "", false, false, false);
    compare_with_textbook(tree, "softmax=1\ntree=six.tree\nmap=no.map\n", true, true, false);
}

static void mistakes_are_named(void) {
    const char *tree = test_temp_file("six.tree", tree_text, strlen(tree_text));
    head_fixture f;
    head_open(&f, tree, "[region]\nclasses=7\ntree=six.tree\n");
    CHECK_CONTAINS(f.error.message, ":3: [region] classes is 7, but six.tree has 6 lines");
    head_close(&f);
    head_open(&f, "x.cfg", "[region]\ncoords=5\n");
    CHECK_CONTAINS(f.error.message, "x.cfg:2: [region] coords must be 4");
    head_close(&f);
    head_open(&f, "x.cfg", "[region]\nbackground=1\n");
    CHECK_CONTAINS(f.error.message, "background=1 changes the network's results");
    head_close(&f);
    head_open(&f, "x.cfg", "[region]\nclasses=6\nnum=3\n");
    head_plan(&f, map);
    CHECK_CONTAINS(f.error.message, "reads 22 channels, but 3 anchors of 11 numbers");
    head_close(&f);
}

int main(void) {
    static const test_case cases[] = {
        TEST(output_and_boxes_are_darknets),
        TEST(mistakes_are_named),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
