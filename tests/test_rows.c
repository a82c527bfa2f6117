/* Rows of shelves whose truth is known: drawn here, tilted and in perspective, and read from labels. */
#include "test.h"
#include "yolo.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 2000 };

/* A shelf, and the row of each box as it was made. */
typedef struct shelf {
    yolo_detection items[MOST];
    int rows[MOST];
    size_t count;
    int row_count;
} shelf;

/* How a shelf is seen. */
typedef struct view {
    double tilt;        /* degrees */
    double perspective; /* how much larger the right end is than the middle, in parts */
    double noise;       /* of every edge, in parts of the box's height */
} view;

enum { WIDTH = 1600, HEIGHT = 1200 };

static double in_range(test_random *random, double low, double high) {
    return low + (high - low) * ((double)test_random_float(random) + 1) / 2;
}

/* A point of the shelf as the picture shows it: boards meet far to the left, then everything is turned. */
static void project(const view *v, double *x, double *y) {
    double across = *x - WIDTH / 2.0, down = *y - HEIGHT / 2.0, angle = v->tilt * acos(-1) / 180;
    double scale = 1 + v->perspective * across / (WIDTH / 2.0);
    down *= scale;
    *x = WIDTH / 2.0 + across * cos(angle) - down * sin(angle);
    *y = HEIGHT / 2.0 + across * sin(angle) + down * cos(angle);
}

/* A box stands upright around what it shows, its lower edge where the middle of its foot is. */
static void add(shelf *s, test_random *random, const view *v, int row, double left, double width, double height,
                double foot) {
    double x = left + width / 2, y = foot, top_x = x, top_y = foot - height;
    if (s->count == MOST) return;
    project(v, &x, &y);
    project(v, &top_x, &top_y);
    double seen = y - top_y, wide = width * (1 + v->perspective * (left - WIDTH / 2.0) / (WIDTH / 2.0));
    double jitter[4];
    for (int i = 0; i < 4; i++) jitter[i] = in_range(random, -v->noise, v->noise) * seen;
    s->rows[s->count] = row;
    s->items[s->count++] = (yolo_detection){(float)(x - wide / 2 + jitter[0]),
                                            (float)(top_y + jitter[1]),
                                            (float)(wide + jitter[2] - jitter[0]),
                                            (float)(seen + jitter[3] - jitter[1]),
                                            0.9f,
                                            0};
}

/* Boards from top to bottom; each is filled with runs of products of uneven heights. */
static void fill(shelf *s, test_random *random, const view *v, int rows, double left, double right, double shift,
                 double missing) {
    double pitch = (HEIGHT - 100.0) / rows;
    for (int row = 0; row < rows; row++) {
        double foot = 50 + pitch * (row + 1) + shift * pitch, x = left;
        while (x < right - 20) {
            double width = in_range(random, 0.25, 0.8) * pitch, height = in_range(random, 0.35, 0.85) * pitch;
            for (int run = test_random_int(random, 1, 5); run > 0 && x + width < right; run--, x += width)
                if (in_range(random, 0, 1) >= missing)
                    add(s, random, v, row, x, width * 0.97, height, foot - in_range(random, 0, 0.03) * pitch);
            x += 2 + (x + width >= right ? right : 0);
        }
    }
    s->row_count = rows;
}

static int found_rows(const shelf *s, yolo_place *places) {
    const yolo_detections detections = {(yolo_detection *)(uintptr_t)s->items, s->count, 0};
    yolo_error error;
    int row_count = -1;
    CHECK_INT(yolo_find_rows(&detections, NULL, places, &row_count, &error), YOLO_OK);
    return row_count;
}

/* Whether every box is in the row that it was put in. */
static bool is_right(const shelf *s) {
    static yolo_place places[MOST];
    if (found_rows(s, places) != s->row_count) return false;
    for (size_t i = 0; i < s->count; i++)
        if (places[i].row != s->rows[i] + 1) return false;
    return true;
}

/* The share of shelves that come out without a single mistake. */
static double share_right(double tilt, double perspective, double noise, double missing, int shelves) {
    int right = 0;
    for (int seed = 0; seed < shelves; seed++) {
        static shelf s;
        test_random random = test_random_start((uint64_t)seed * 31 + 7);
        const view v = {in_range(&random, -tilt, tilt), in_range(&random, -perspective, perspective), noise};
        s.count = 0;
        fill(&s, &random, &v, test_random_int(&random, 2, 9), 30, WIDTH - 30, 0, missing);
        bool ok = is_right(&s);
        right += ok;
    }
    return (double)right / shelves;
}

static void level_shelves(void) {
    CHECK_NEAR(share_right(0, 0, 0.02, 0, 200), 1, 0);
}

static void tilted_shelves(void) {
    CHECK(share_right(15, 0, 0.02, 0, 200) >= 0.99);
}

static void shelves_in_perspective(void) {
    CHECK(share_right(8, 0.25, 0.02, 0, 200) >= 0.98);
}

static void products_are_missing(void) {
    CHECK(share_right(10, 0.1, 0.02, 0.2, 200) >= 0.98);
}

/* Seen from above, cans two and three high on a board whose other products stand alone. */
static void stacked_products_belong_to_their_board(void) {
    for (int seed = 0; seed < 50; seed++) {
        static shelf s;
        test_random random = test_random_start((uint64_t)seed + 3);
        const view v = {in_range(&random, -10, 10), 0, 0.01};
        s = (shelf){.row_count = 3};
        for (int row = 0; row < 3; row++)
            for (int place = 0; place < 12; place++) {
                int high = place < 3 || row == 1 ? 1 + (place + seed) % 3 : 1;
                double height = high > 1 ? 90 : in_range(&random, 150, 280);
                for (int level = 0; level < high; level++)
                    add(&s, &random, &v, row, 40 + 125 * place, 110, height, 380 + 350 * row - level * height);
            }
        test_note("seed %d", seed);
        CHECK(is_right(&s));
    }
}

/* What stands behind a sign shows no foot. */
static void hidden_feet_make_no_row(void) {
    static shelf s;
    const view v = {5, 0, 0.01};
    test_random random = test_random_start(2);
    s = (shelf){.row_count = 3};
    for (int row = 0; row < 3; row++)
        for (int place = 0; place < 12; place++)
            add(&s, &random, &v, row, 40 + 125 * place, 110, place == 5 ? 100 : 200,
                380 + 350 * row - (place == 5 ? 100 : 0));
    CHECK(is_right(&s));
}

/* Two bays: boards less than a third of a product's height apart are one row, others are rows of their own. */
static void bays_with_other_boards(void) {
    static shelf s;
    static yolo_place places[MOST];
    const view level = {0, 0, 0};
    test_random random = test_random_start(9);
    s.count = 0;
    for (int place = 0; place < 16; place++)
        for (int row = 0; row < 3; row++)
            add(&s, &random, &level, row, 20 + 95 * place, 90, 200, 350 + 350 * row + (place < 8 ? 0 : 40));
    CHECK_INT(found_rows(&s, places), 3);
    s.count = 0;
    for (int place = 0; place < 16; place++)
        for (int row = 0; row < 3; row++)
            add(&s, &random, &level, row, 20 + 95 * place, 90, 200, 350 + 350 * row + (place < 8 ? 0 : 150));
    CHECK_INT(found_rows(&s, places), 6);
    for (size_t i = 0; i < s.count; i++)
        CHECK_INT(places[i].row, 2 * s.rows[i] + (s.items[i].x < 20 + 95 * 7.5 ? 1 : 2));
}

/* Price tags hang below the edge that products stand on; places count from the left. */
static void others_join_the_nearest_row(void) {
    yolo_detection items[24];
    bool stands[24];
    yolo_place places[24];
    for (int i = 0; i < 12; i++) {
        int row = i / 6, place = 5 - i % 6;
        items[i] = (yolo_detection){20 + 100 * (float)place, 100 + 300 * (float)row, 80, 150, 0.9f, 0};
        items[12 + i] = (yolo_detection){30 + 100 * (float)place, 255 + 300 * (float)row, 50, 25, 0.8f, 1};
        stands[i] = true;
        stands[12 + i] = false;
    }
    const yolo_detections detections = {items, 24, 0};
    int row_count;
    CHECK_INT(yolo_find_rows(&detections, stands, places, &row_count, NULL), YOLO_OK);
    CHECK_INT(row_count, 2);
    for (int i = 0; i < 24; i++) {
        CHECK_INT(places[i].row, i % 12 / 6 + 1);
        CHECK_INT(places[i].place, 6 - i % 6);
    }
}

static void few_and_strange_boxes(void) {
    static yolo_detection items[3000];
    static yolo_place places[3000];
    int row_count;
    yolo_error error;
    yolo_detections detections = {items, 0, 0};
    CHECK_INT(yolo_find_rows(&detections, NULL, NULL, &row_count, &error), YOLO_OK);
    CHECK_INT(row_count, 0);
    items[0] = (yolo_detection){10, 10, 20, 20, 1, 0};
    detections.count = 1;
    CHECK_INT(yolo_find_rows(&detections, NULL, places, &row_count, &error), YOLO_OK);
    CHECK_INT(row_count, 1);
    CHECK_INT(places[0].row * 10 + places[0].place, 11);
    const bool none = false;
    CHECK_INT(yolo_find_rows(&detections, &none, places, &row_count, &error), YOLO_OK);
    CHECK_INT(row_count, 0);
    CHECK_INT(places[0].row * 10 + places[0].place, 0);
    test_random random = test_random_start(4);
    for (int i = 0; i < 3000; i++) {
        static const float odd[] = {0, NAN, INFINITY, -INFINITY, 1e38f, -1e38f, 1e-38f, 7};
        for (int k = 0; k < 4; k++) (&items[i].x)[k] = odd[test_random_int(&random, 0, 7)];
    }
    detections.count = 3000;
    CHECK_INT(yolo_find_rows(&detections, NULL, places, &row_count, &error), YOLO_OK);
    CHECK(row_count >= 1 && row_count <= 3000);
    for (int i = 0; i < 3000; i++) CHECK(places[i].row >= 0 && places[i].row <= row_count);
    CHECK_INT(yolo_find_rows(NULL, NULL, places, &row_count, &error), YOLO_BAD_ARGUMENT);
    CHECK_CONTAINS(error.message, "yolo_find_rows needs detections");
}

/* ---- Pictures whose products are labelled ----------------------------------------------------------------------- */

/* The boxes of class 0 in a file of YOLO labels; false where it cannot be read. */
static bool read_labels(const char *path, const yolo_image *image, shelf *s) {
    FILE *file = fopen(path, "r");
    double x, y, width, height;
    int class_id;
    s->count = 0;
    while (file && fscanf(file, "%d %lf %lf %lf %lf%*[^\n]", &class_id, &x, &y, &width, &height) == 5) {
        if (class_id != 0 || s->count == MOST) continue;
        s->items[s->count++] = (yolo_detection){(float)((x - width / 2) * image->width),
                                                (float)((y - height / 2) * image->height),
                                                (float)(width * image->width),
                                                (float)(height * image->height),
                                                0.9f,
                                                0};
    }
    if (file) fclose(file);
    return file && s->count > 0;
}

static void check_rows_of(const char *picture, const char *labels, int rows) {
    static shelf s;
    static yolo_place places[MOST];
    yolo_image image = {0};
    test_note("%s", labels);
    if (!CHECK_INT(yolo_image_load(picture, NULL, &image, NULL), YOLO_OK)) return;
    if (CHECK(read_labels(labels, &image, &s))) CHECK_INT(found_rows(&s, places), rows);
    yolo_image_free(&image);
}

/* The numbers are what a person sees. */
static void true_boxes_of_the_samples(void) {
    static const int rows[] = {2, 6, 2, 3, 6, 1};
    for (int i = 0; i < 6; i++) {
        char picture[64], labels[64];
        snprintf(picture, sizeof picture, "samples/shelf-%d.jpg", i + 1);
        snprintf(labels, sizeof labels, "samples/shelf-%d.txt", i + 1);
        check_rows_of(picture, labels, rows[i]);
    }
}

static void true_boxes_of_photos(void) {
    static const struct {
        const char *name;
        int rows;
    } photos[] = {{"e1", 1}, {"e2", 1}, {"e3", 1}, {"e4", 2}, {"e5", 1},
                  {"m1", 1}, {"m2", 1}, {"m3", 1}, {"m4", 1}, {"m5", 2}};
    const char *folder = test_shared_path("shelf/cereal");
    if (!folder) return;
    for (size_t i = 0; i < sizeof photos / sizeof *photos; i++) {
        char picture[1024], labels[1024];
        snprintf(picture, sizeof picture, "%s/images/%s.png", folder, photos[i].name);
        snprintf(labels, sizeof labels, "%s/labels/%s.txt", folder, photos[i].name);
        check_rows_of(picture, labels, photos[i].rows);
    }
}

/* The order in which boxes come makes no difference. */
static void order_does_not_matter(void) {
    static shelf s;
    static yolo_place places[MOST], shuffled[MOST];
    test_random random = test_random_start(11);
    const view v = {7, 0.15, 0.05};
    fill(&s, &random, &v, 6, 30, WIDTH - 30, 0, 0.1);
    int row_count = found_rows(&s, places);
    shelf *other = malloc(sizeof *other);
    if (!CHECK(other != NULL)) return;
    *other = s;
    for (size_t i = 0; i < s.count; i++) other->items[i] = s.items[s.count - 1 - i];
    CHECK_INT(found_rows(other, shuffled), row_count);
    for (size_t i = 0; i < s.count; i++) CHECK_INT(shuffled[s.count - 1 - i].row, places[i].row);
    free(other);
}

int main(void) {
    static const test_case cases[] = {
        TEST(level_shelves),
        TEST(tilted_shelves),
        TEST(shelves_in_perspective),
        TEST(products_are_missing),
        TEST(stacked_products_belong_to_their_board),
        TEST(hidden_feet_make_no_row),
        TEST(bays_with_other_boards),
        TEST(others_join_the_nearest_row),
        TEST(few_and_strange_boxes),
        TEST(order_does_not_matter),
        TEST(true_boxes_of_the_samples),
        TEST(true_boxes_of_photos),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
