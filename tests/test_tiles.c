/* How pictures are cut into tiles, and how what was found in them is joined. */
#include "detect/seams.h"
#include "detect/tiles.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- The plan --------------------------------------------------------------------------------------------------- */

static yolo_tiling plan(int width, int height, int net, int tile_width, int tile_height, double overlap) {
    yolo_tile_options options = {.width = tile_width, .height = tile_height, .overlap = (float)overlap};
    yolo_tiling tiling = {0};
    yolo_error error;
    CHECK_INT(tiles_plan(&options, width, height, net, net, &tiling, &error), YOLO_OK);
    return tiling;
}

static void small_pictures_are_not_cut(void) {
    static const int sizes[][2] = {{1, 1}, {640, 640}, {1000, 700}, {1280, 1280}, {90, 1280}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        yolo_tiling t = plan(sizes[i][0], sizes[i][1], 640, 0, 0, 0.2);
        CHECK_INT(t.columns * t.rows, 1);
        CHECK_INT(t.width, sizes[i][0]);
        CHECK_INT(t.height, sizes[i][1]);
    }
}

/* About as many tiles as the picture is times larger than the input, each at most so much shrunk. */
static void large_pictures_are_cut_in_proportion(void) {
    yolo_tiling t = plan(4032, 3024, 640, 0, 0, 0.2); /* ratio 6.3: tiles of 640 * 2.51 */
    CHECK_INT(t.width, 1607);
    CHECK_INT(t.columns, 3);
    CHECK_INT(t.rows, 3);
    t = plan(1281, 960, 640, 0, 0, 0.2);
    CHECK_INT(t.columns, 2);
    CHECK_INT(t.rows, 1); /* tiles are 906 wide; a second row would show what the first does */
    CHECK_INT(t.height, 960);
}

static void tiles_cover_the_picture_and_overlap(void) {
    test_random random = test_random_start(7);
    for (int i = 0; i < 2000; i++) {
        int whole = test_random_int(&random, 16, 5000), extent = test_random_int(&random, 16, 1500);
        double overlap = test_random_int(&random, 0, 90) / 100.0;
        yolo_tiling t = plan(whole, 16, 640, extent, 16, overlap);
        test_note("%d in tiles of %d with %g", whole, extent, overlap);
        int least = tiles_overlap(t.columns, t.width, whole);
        CHECK(tiles_begin(0, t.columns, t.width, whole) == 0);
        CHECK(tiles_begin(t.columns - 1, t.columns, t.width, whole) + t.width == whole);
        CHECK(t.columns == 1 ? least == whole : least >= floor(t.width * overlap) - 1);
        CHECK(t.columns < 2 ||
              whole > (t.columns - 2) * floor(extent * (1 - overlap) + 0.001) + extent); /* none in vain */
    }
}

static void options_that_make_no_sense(void) {
    static const struct {
        yolo_tile_options options;
        const char *message;
    } cases[] = {
        {{8, 100, 0.2f, false}, "a tile must be at least 16 pixels wide and high, not 8 x 100"},
        {{100, 0, 0.2f, false}, "not 100 x 0"},
        {{-100, -100, 0.2f, false}, "not -100 x -100"},
        {{100, 100, 0.91f, false}, "tiles must overlap by 0 to 0.9 of their size, not by 0.91"},
        {{100, 100, -0.1f, false}, "not by -0.1"},
        {{100, 100, NAN, false}, "not by nan"},
        {{16, 16, 0.9f, false}, "more than 65536 are too many"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        yolo_tiling tiling = {.columns = 77};
        yolo_error error;
        CHECK_INT(tiles_plan(&cases[i].options, 1000000, 1000000, 640, 640, &tiling, &error), YOLO_BAD_ARGUMENT);
        CHECK_CONTAINS(error.message, cases[i].message);
        CHECK_INT(tiling.columns, 77);
    }
}

/* ---- Joining ---------------------------------------------------------------------------------------------------- */

static const detect_rules by_iou = {.threshold = 0.25f, .nms = YOLO_NMS_DEFAULT, .iou = 0.45f};

/* An object in pixels, and what tiles see of it. */
typedef struct object {
    double left, top, right, bottom;
    float score;
    int class_id;
} object;

static seams begin(int width, int height, const yolo_tiling *t) {
    return (seams){.image_width = width,
                   .image_height = height,
                   .tile_width = t->width,
                   .tile_height = t->height,
                   .overlap_x = tiles_overlap(t->columns, t->width, width),
                   .overlap_y = tiles_overlap(t->rows, t->height, height),
                   .clip = true};
}

static void see(seams *s, const seams_tile *tile, const object *o, double jitter) {
    double left = fmax(o->left + jitter, tile->left), top = fmax(o->top, tile->top);
    double right = fmin(o->right + jitter, tile->right), bottom = fmin(o->bottom, tile->bottom);
    double width = tile->right - tile->left, height = tile->bottom - tile->top;
    yolo_error error;
    if (right - left < 4 || bottom - top < 4) return; /* nobody knows it by so little */
    /* What is cut is known less well. */
    double seen = (right - left) * (bottom - top) / ((o->right - o->left) * (o->bottom - o->top));
    const candidate row = {(float)(((left + right) / 2 - tile->left) / width),
                           (float)(((top + bottom) / 2 - tile->top) / height),
                           (float)((right - left) / width),
                           (float)((bottom - top) / height),
                           o->score * (float)(0.5 + seen / 2),
                           o->class_id,
                           0};
    CHECK_INT(seams_add(s, tile, &row, 1, &error), YOLO_OK);
}

/* All tiles see all objects, each tile a little to one side. */
static seams look(int width, int height, const yolo_tiling *t, const object *objects, size_t count, bool with_whole) {
    seams s = begin(width, height, t);
    for (int row = 0; row < t->rows; row++)
        for (int column = 0; column < t->columns; column++) {
            int left = tiles_begin(column, t->columns, t->width, width);
            int top = tiles_begin(row, t->rows, t->height, height);
            const seams_tile tile = {column, row, left, top, left + t->width, top + t->height};
            for (size_t i = 0; i < count; i++) see(&s, &tile, &objects[i], (column + row) % 3 - 1);
        }
    const seams_tile whole = {SEAMS_WHOLE, SEAMS_WHOLE, 0, 0, width, height};
    for (size_t i = 0; i < count && with_whole; i++) see(&s, &whole, &objects[i], 0.5);
    return s;
}

static void join(seams *s, const detect_rules *rules) {
    yolo_error error;
    CHECK_INT(seams_join(s, rules, &error), YOLO_OK);
}

static double overlap(const seams_box *b, const object *o) {
    double width = fmin(b->box.right, o->right) - fmax(b->box.left, o->left);
    double height = fmin(b->box.bottom, o->bottom) - fmax(b->box.top, o->top);
    if (width <= 0 || height <= 0) return 0;
    double both = width * height;
    return both / ((b->box.right - b->box.left) * (b->box.bottom - b->box.top) +
                   (o->right - o->left) * (o->bottom - o->top) - both);
}

static void check_found_once(const seams *s, const object *objects, size_t count, double least) {
    CHECK_INT(s->count, count);
    for (size_t i = 0; i < count; i++) {
        int found = 0;
        for (size_t k = 0; k < s->count; k++)
            found += s->items[k].class_id == objects[i].class_id && overlap(&s->items[k], &objects[i]) >= least;
        test_note("object %zu at %g,%g", i, objects[i].left, objects[i].top);
        CHECK_INT(found, 1);
    }
    for (size_t k = 1; k < s->count; k++) CHECK(s->items[k - 1].score >= s->items[k].score);
}

/* Shoulder to shoulder, as on a shelf, over all seams; each smaller than the overlap. */
static void a_shelf_is_counted_exactly(void) {
    static object objects[400];
    for (int seed = 0; seed < 20; seed++) {
        test_random random = test_random_start((uint64_t)seed + 1);
        size_t count = 0;
        for (double y = 20; y < 1400; y += 115)
            for (double x = 10, width; x < 1850 && count < 400; x += width + test_random_int(&random, 0, 3)) {
                width = test_random_int(&random, 40, 90);
                double height = test_random_int(&random, 60, 100);
                float score = (float)test_random_int(&random, 500, 999) / 1000;
                objects[count] = (object){x, y + 100 - height, x + width, y + 100, score, (int)count % 2};
                count++;
            }
        for (int with_whole = 0; with_whole < 2; with_whole++) {
            yolo_tiling t = plan(1950, 1450, 640, 640, 600, 0.2);
            seams s = look(1950, 1450, &t, objects, count, with_whole);
            CHECK(s.count > count);
            join(&s, &by_iou);
            test_note("seed %d", seed);
            check_found_once(&s, objects, count, 0.9);
            seams_free(&s);
        }
    }
}

/* Too wide for the overlap, over a seam, over a corner, and through three tiles: the parts are put together. */
static void parts_are_put_together(void) {
    static const object objects[] = {{400, 100, 700, 250, 0.9f, 0},   /* over a border */
                                     {450, 420, 720, 690, 0.8f, 0},   /* over a corner */
                                     {300, 800, 1500, 900, 0.7f, 0},  /* through three */
                                     {300, 905, 1500, 1000, 0.6f, 0}, /* its neighbour */
                                     {20, 20, 90, 90, 0.5f, 0}};
    yolo_tiling t = plan(1800, 1100, 640, 600, 600, 0.1);
    seams s = look(1800, 1100, &t, objects, 5, false);
    join(&s, &by_iou);
    check_found_once(&s, objects, 5, 0.95);
    seams_free(&s);
    s = look(1800, 1100, &t, objects, 5, true); /* the same with the whole */
    join(&s, &by_iou);
    check_found_once(&s, objects, 5, 0.95);
    seams_free(&s);
}

/* What fills most of the picture is seen by the pass over the whole only; its parts do not count beside it. */
static void the_whole_finds_what_is_large(void) {
    static const object large = {100, 80, 1700, 1000, 0.9f, 3};
    yolo_tiling t = plan(1800, 1100, 640, 500, 500, 0.2);
    seams s = look(1800, 1100, &t, &large, 1, true);
    join(&s, &by_iou);
    check_found_once(&s, &large, 1, 0.95);
    seams_free(&s);
}

/* Seen small, neighbours run together: what tiles told apart stays apart. */
static void a_blurred_whole_adds_nothing(void) {
    static const object products[] = {
        {100, 100, 200, 260, 0.6f, 0}, {200, 100, 300, 260, 0.6f, 0}, {300, 100, 400, 260, 0.6f, 0}};
    static const object blurred = {100, 95, 402, 262, 0.95f, 0}, elsewhere = {700, 100, 1500, 900, 0.9f, 0};
    yolo_tiling t = plan(1800, 1100, 640, 500, 500, 0.2);
    seams s = look(1800, 1100, &t, products, 3, false);
    const seams_tile whole = {SEAMS_WHOLE, SEAMS_WHOLE, 0, 0, 1800, 1100};
    see(&s, &whole, &blurred, 0);
    see(&s, &whole, &elsewhere, 0);
    join(&s, &by_iou);
    CHECK_INT(s.count, 4);
    for (size_t i = 0; i < s.count; i++) CHECK(overlap(&s.items[i], &blurred) < 0.5);
    seams_free(&s);
}

/* A guess that a tile has of something behind a part's middle does not take the part away. */
static void what_hardly_scores_hides_nothing(void) {
    static const object whole = {450, 100, 700, 300, 0.9f, 0}, guess = {460, 105, 590, 295, 0.05f, 0};
    yolo_tiling t = plan(1800, 1100, 640, 600, 600, 0.1);
    seams s = begin(1800, 1100, &t);
    const seams_tile first = {0, 0, 0, 0, 600, 600}, second = {1, 0, 400, 0, 1000, 600};
    see(&s, &first, &whole, 0);
    see(&s, &second, &guess, 0);
    join(&s, &by_iou);
    CHECK(s.count >= 1 && s.items[0].score > 0.5f && s.items[0].box.right > 590);
    for (size_t i = 1; i < s.count; i++) CHECK(s.items[i].score < 0.1f);
    seams_free(&s);
}

/* Any boxes at all: no two that stay overlap too much, and all lie in the picture. */
static void no_pair_overlaps(void) {
    for (int seed = 0; seed < 50; seed++) {
        test_random random = test_random_start((uint64_t)seed + 100);
        static object objects[300];
        for (int i = 0; i < 300; i++) {
            double x = test_random_int(&random, -50, 1200), y = test_random_int(&random, -50, 900);
            objects[i] = (object){x,
                                  y,
                                  x + test_random_int(&random, 5, 400),
                                  y + test_random_int(&random, 5, 300),
                                  (float)test_random_int(&random, 300, 1000) / 1000,
                                  test_random_int(&random, 0, 2)};
        }
        detect_rules rules = by_iou;
        rules.agnostic = seed % 2;
        yolo_tiling t = plan(1200, 900, 640, 400 + 10 * seed, 350, seed / 60.0);
        seams s = look(1200, 900, &t, objects, 300, seed % 3);
        join(&s, &rules);
        for (size_t i = 0; i < s.count; i++)
            for (size_t k = 0; k < i; k++) {
                const edges *e = &s.items[k].box;
                const object other = {e->left, e->top, e->right, e->bottom, 0, 0};
                bool rivals = rules.agnostic || s.items[i].class_id == s.items[k].class_id;
                CHECK(!rivals || overlap(&s.items[i], &other) <= 0.45 + 1e-9);
            }
        for (size_t i = 0; i < s.count; i++) {
            const edges *e = &s.items[i].box;
            CHECK(e->left >= 0 && e->top >= 0 && e->right <= 1200 && e->bottom <= 900 && e->right > e->left);
        }
        seams_free(&s);
    }
}

/* With no suppression asked for there is none, between tiles either. */
static void none_keeps_all(void) {
    static const object objects[] = {{400, 100, 600, 250, 0.9f, 0}, {450, 420, 520, 490, 0.8f, 0}};
    detect_rules none = by_iou;
    none.nms = YOLO_NMS_NONE;
    yolo_tiling t = plan(1800, 1100, 640, 600, 600, 0.2);
    seams s = look(1800, 1100, &t, objects, 2, true);
    size_t all = s.count;
    join(&s, &none);
    CHECK_INT(s.count, all);
    CHECK(all > 2);
    seams_free(&s);
}

/* Soft-NMS left two in one tile that overlap; they are told apart in the neighbour, too. */
static void what_soft_nms_left_stays(void) {
    static const object objects[] = {{100, 100, 200, 300, 0.9f, 0}, {130, 100, 230, 300, 0.8f, 0}};
    detect_rules soft = by_iou;
    soft.nms = YOLO_NMS_SOFT;
    yolo_tiling t = plan(1800, 1100, 640, 600, 600, 0.2);
    seams s = look(1800, 1100, &t, objects, 2, false);
    join(&s, &soft);
    CHECK_INT(s.count, 2);
    seams_free(&s);
}

/* ---- What touches ----------------------------------------------------------------------------------------------- */

static bool note(void *argument, size_t number) {
    ((unsigned char *)argument)[number]++;
    return false;
}

static void all_that_touch_are_visited_once(void) {
    enum { COUNT = 500 };
    for (int seed = 0; seed < 20; seed++) {
        test_random random = test_random_start((uint64_t)seed + 5);
        edges boxes[COUNT];
        touching *near = touching_create(COUNT);
        if (!CHECK(near != NULL)) return;
        for (int i = 0; i < COUNT; i++) {
            double size = exp2(test_random_int(&random, -30, 12 + seed)), x = test_random_int(&random, -3000, 9000);
            double y = test_random_int(&random, -3000, 9000);
            boxes[i] = (edges){x, y, x + size * (1.5 + (double)test_random_float(&random)), y + size};
            touching_add(near, &boxes[i]);
        }
        for (int i = 0; i < COUNT; i++) {
            unsigned char visited[COUNT] = {0};
            CHECK(!touching_search(near, &boxes[i], note, visited));
            for (int k = 0; k < COUNT; k++) {
                bool touch = boxes[i].left <= boxes[k].right && boxes[k].left <= boxes[i].right &&
                             boxes[i].top <= boxes[k].bottom && boxes[k].top <= boxes[i].bottom;
                CHECK(visited[k] == 1 || (visited[k] == 0 && !touch));
            }
        }
        touching_free(near);
    }
}

int main(void) {
    static const test_case cases[] = {
        TEST(small_pictures_are_not_cut),
        TEST(large_pictures_are_cut_in_proportion),
        TEST(tiles_cover_the_picture_and_overlap),
        TEST(options_that_make_no_sense),
        TEST(a_shelf_is_counted_exactly),
        TEST(parts_are_put_together),
        TEST(the_whole_finds_what_is_large),
        TEST(a_blurred_whole_adds_nothing),
        TEST(what_hardly_scores_hides_nothing),
        TEST(no_pair_overlaps),
        TEST(none_keeps_all),
        TEST(what_soft_nms_left_stays),
        TEST(all_that_touch_are_visited_once),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
