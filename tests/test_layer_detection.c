/* [detection] against textbook loops on Darknet's vector. */
#include "head_fixture.h"
#include "test.h"

#include <math.h>

enum { SIDE = 3, CELLS = SIDE * SIDE, BOXES = 2, CLASSES = 4, COUNT = CELLS * (CLASSES + BOXES * 5) };

static void fill(float *values) {
    test_random random = test_random_start(5);
    test_random_floats(&random, values, COUNT);
}

static void check_decoded(const candidates *found, const float *out, bool sqrt, float score_min) {
    size_t next = 0;
    for (int cell = 0; cell < CELLS; cell++)
        for (int n = 0; n < BOXES; n++) {
            const float *box = out + CELLS * (CLASSES + BOXES) + (cell * BOXES + n) * 4;
            for (int c = 0; c < CLASSES; c++) {
                double score = out[CELLS * CLASSES + cell * BOXES + n] * out[cell * CLASSES + c];
                if (!((float)score > score_min) || !CHECK(next < found->count)) continue;
                const candidate *row = &found->items[next++];
                CHECK_INT(row->class_id, c);
                CHECK_NEAR(row->score, score, 1e-6);
                CHECK_NEAR(row->x, (box[0] + cell % SIDE) / SIDE, 1e-6);
                CHECK_NEAR(row->y, (box[1] + cell / SIDE) / SIDE, 1e-6);
                CHECK_NEAR(row->width, sqrt ? box[2] * box[2] : box[2], 1e-6);
                CHECK_NEAR(row->height, sqrt ? box[3] * box[3] : box[3], 1e-6);
            }
        }
    CHECK_INT(found->count, next);
    CHECK(next > 10);
}

static void compare_with_textbook(const char *section, shape input, bool sqrt) {
    float values[COUNT], out[COUNT];
    head_fixture f;
    head_open(&f, "x.cfg", section);
    CHECK_INT(f.status, YOLO_OK);
    fill(values);
    for (int in_place = 0; in_place < 2; in_place++) {
        head_case given = {.input = input,
                           .planar = values,
                           .kernels = kernels_select("portable"),
                           .threads = 1,
                           .in_place = in_place,
                           .score_min = 0.2f,
                           .net_width = 10,
                           .net_height = 10};
        candidates found = head_detect(&f, &given, out);
        CHECK_SAME_FLOATS(out, values, COUNT);
        check_decoded(&found, out, sqrt, 0.2f);
        candidates_free(&found);
    }
    head_close(&f);
}

static void vectors_and_maps_decode_like_darknet(void) {
    const shape vector = {COUNT, 1, 1}, mapped = {COUNT / 9, 3, 3};
    compare_with_textbook("[detection]\nclasses=4\ncoords=4\nnum=2\nside=3\nsqrt=1\n", vector, true);
    compare_with_textbook("[detection]\nclasses=4\ncoords=4\nnum=2\nside=3\n", vector, false);
    compare_with_textbook("[detection]\nclasses=4\ncoords=4\nnum=2\nside=3\n", mapped, false);
}

static void softmax_is_cell_by_cell(void) {
    float values[COUNT], out[COUNT];
    head_fixture f;
    head_open(&f, "x.cfg", "[detection]\nclasses=4\ncoords=4\nnum=2\nside=3\nsoftmax=1\n");
    fill(values);
    head_case given = {
        .input = {COUNT, 1, 1}, .planar = values, .kernels = kernels_select("portable"), .threads = 1, .score_min = 9};
    candidates found = head_detect(&f, &given, out);
    for (int i = 0; i < CELLS; i++) {
        double sum = 0;
        for (int c = 0; c < CLASSES; c++) sum += exp(values[i * CLASSES + c]);
        for (int c = 0; c < CLASSES; c++) CHECK_NEAR(out[i * CLASSES + c], exp(values[i * CLASSES + c]) / sum, 1e-6);
    }
    CHECK_SAME_FLOATS(out + CELLS * CLASSES, values + CELLS * CLASSES, COUNT - CELLS * CLASSES);
    candidates_free(&found);
    head_close(&f);
}

static void mistakes_are_named(void) {
    head_fixture f;
    head_open(&f, "x.cfg", "[detection]\nclasses=4\n");
    CHECK_CONTAINS(f.error.message, "x.cfg:1: [detection] coords must be 4, not 1");
    head_close(&f);
    head_open(&f, "x.cfg", "[detection]\nclasses=4\ncoords=4\nside=0\n");
    CHECK_CONTAINS(f.error.message, "x.cfg:4: [detection] side must be 1..");
    head_close(&f);
    head_open(&f, "x.cfg", "[detection]\nclasses=4\ncoords=4\nnum=2\n");
    head_plan(&f, (shape){100, 1, 1});
    CHECK_CONTAINS(f.error.message, "reads 100 numbers, but 7 x 7 cells of 2 boxes and 4 classes need 686");
    head_close(&f);
}

int main(void) {
    static const test_case cases[] = {
        TEST(vectors_and_maps_decode_like_darknet),
        TEST(softmax_is_cell_by_cell),
        TEST(mistakes_are_named),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
