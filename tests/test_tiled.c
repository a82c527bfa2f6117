/* yolo_detect_tiled with the default model, on walls that are put together from the samples. */
#include "test.h"
#include "yolo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PART_WIDTH = 480, PART_HEIGHT = 640, ACROSS = 3, DOWN = 3 };

/* What the cases share. */
typedef struct fixture {
    yolo_model *model;
    yolo_context *context;
    yolo_image parts[2];
} fixture;

static void end(fixture *f) {
    yolo_image_free(&f->parts[0]);
    yolo_image_free(&f->parts[1]);
    yolo_context_free(&f->context);
    yolo_model_free(&f->model);
}

/* A small input, where it does not matter what is found, takes less time. */
enum { SMALL = 320, AS_DRAWN = 640 };

static bool begin(fixture *f, int threads, int side) {
    yolo_error error;
    yolo_model_options options = yolo_model_options_default();
    yolo_context_options context = yolo_context_options_default();
    *f = (fixture){0};
    options.names_path = "configs/shelf.names";
    context.threads = threads;
    context.width = context.height = side;
    bool done = CHECK_INT(yolo_model_load("configs/shelf.cfg", "weights/shelf.weights", &options, &f->model, &error),
                          YOLO_OK) &&
                CHECK_INT(yolo_context_create(f->model, &context, &f->context, &error), YOLO_OK) &&
                CHECK_INT(yolo_image_load("samples/shelf-2.jpg", NULL, &f->parts[0], &error), YOLO_OK) &&
                CHECK_INT(yolo_image_load("samples/shelf-1.jpg", NULL, &f->parts[1], &error), YOLO_OK) &&
                CHECK(f->parts[0].width == PART_WIDTH && f->parts[0].height == PART_HEIGHT &&
                      f->parts[1].width == PART_WIDTH && f->parts[1].height == PART_HEIGHT);
    if (!done) end(f);
    return done;
}

static const yolo_image *part_at(const fixture *f, int column, int row) {
    return &f->parts[(column + row) % 2];
}

static yolo_image make_wall(const fixture *f, int columns, int rows) {
    yolo_image wall = {0};
    yolo_error error;
    if (!CHECK_INT(yolo_image_create(columns * PART_WIDTH, rows * PART_HEIGHT, 3, &wall, &error), YOLO_OK)) return wall;
    for (int y = 0; y < wall.height; y++)
        for (int column = 0; column < columns; column++) {
            const yolo_image *part = part_at(f, column, y / PART_HEIGHT);
            memcpy(wall.pixels + (size_t)y * wall.stride + (size_t)column * PART_WIDTH * 3,
                   part->pixels + (size_t)(y % PART_HEIGHT) * part->stride, (size_t)PART_WIDTH * 3);
        }
    return wall;
}

static yolo_detections detect(yolo_context *context, const yolo_image *image, const yolo_detect_options *options,
                              const yolo_tile_options *tiles) {
    yolo_detections found = {0};
    yolo_error error = {0};
    CHECK_INT(tiles ? yolo_detect_tiled(context, image, options, tiles, &found, &error)
                    : yolo_detect(context, image, options, &found, &error),
              YOLO_OK);
    CHECK_STRING(error.message, "");
    return found;
}

static bool are_the_same(const yolo_detections *a, const yolo_detections *b) {
    return a->count == b->count && a->candidate_count == b->candidate_count &&
           memcmp(a->items, b->items, a->count * sizeof *a->items) == 0;
}

static double common(double a, double a_extent, double b, double b_extent) {
    return fmin(a + a_extent, b + b_extent) - fmax(a, b);
}

static double iou(const yolo_detection *a, const yolo_detection *b) {
    double width = common(a->x, a->width, b->x, b->width), height = common(a->y, a->height, b->y, b->height);
    if (width <= 0 || height <= 0) return 0;
    return width * height / ((double)a->width * a->height + (double)b->width * b->height - width * height);
}

/* Pairs of one class that overlap by more. */
static size_t overlapping_pairs(const yolo_detections *found, double most) {
    size_t pairs = 0;
    for (size_t i = 0; i < found->count; i++)
        for (size_t k = 0; k < i; k++)
            pairs += found->items[i].class_id == found->items[k].class_id &&
                     iou(&found->items[i], &found->items[k]) > most + 1e-5;
    return pairs;
}

static void one_tile_is_no_tile(void) {
    fixture f;
    if (!begin(&f, 1, AS_DRAWN)) return;
    static const yolo_tile_options options[] = {
        {0, 0, 0.2f, false}, {PART_WIDTH, PART_HEIGHT, 0.5f, false}, {5000, 700, 0, true}};
    yolo_detections plain = detect(f.context, &f.parts[0], NULL, NULL);
    CHECK(plain.count > 40);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        yolo_detections tiled = detect(f.context, &f.parts[0], NULL, &options[i]);
        CHECK(are_the_same(&plain, &tiled));
        yolo_detections_free(&tiled);
    }
    yolo_detections_free(&plain);
    end(&f);
}

/* The objects of all parts, each seen alone, at their place in the wall. */
static size_t count_parts(const fixture *f, const yolo_detect_options *options, const yolo_detections *found,
                          size_t *again) {
    size_t total = 0;
    *again = 0;
    for (int row = 0; row < DOWN; row++)
        for (int column = 0; column < ACROSS; column++) {
            yolo_detections alone = detect(f->context, part_at(f, column, row), options, NULL);
            total += alone.count;
            for (size_t i = 0; i < alone.count; i++) {
                yolo_detection there = alone.items[i];
                bool is_found = false;
                there.x += (float)(column * PART_WIDTH);
                there.y += (float)(row * PART_HEIGHT);
                for (size_t k = 0; k < found->count && !is_found; k++)
                    is_found = found->items[k].class_id == there.class_id && iou(&found->items[k], &there) > 0.5;
                *again += is_found;
            }
            yolo_detections_free(&alone);
        }
    return total;
}

/* Borders of tiles fall anywhere in the parts; what is found is what the parts hold, once. Tiles are seen a tenth smaller,
 * so that what is hardly believed may be missed: what is well believed may not. */
static void a_wall_holds_what_its_parts_hold(void) {
    fixture f;
    if (!begin(&f, 1, AS_DRAWN)) return;
    yolo_image wall = make_wall(&f, ACROSS, DOWN);
    yolo_detect_options options = yolo_detect_options_default();
    options.threshold = 0.25f;
    options.nms = YOLO_NMS_DEFAULT;
    yolo_detect_options sure = options;
    sure.threshold = 0.4f;
    static const yolo_tile_options sizes[] = {{700, 640, 0.25f, false}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        yolo_detections found = detect(f.context, &wall, &options, &sizes[i]);
        size_t again, sure_again, total = count_parts(&f, &options, &found, &again);
        size_t sure_total = count_parts(&f, &sure, &found, &sure_again);
        test_note("%d x %d: %zu of %zu again, %zu of %zu sure ones, %zu in all", sizes[i].width, sizes[i].height, again,
                  total, sure_again, sure_total, found.count);
        CHECK(sure_total > 250);
        CHECK((double)sure_again >= 0.9 * (double)sure_total);
        CHECK((double)again >= 0.75 * (double)total);
        CHECK(fabs((double)found.count - (double)total) <= 0.1 * (double)total);
        CHECK_INT(overlapping_pairs(&found, 0.45), 0);
        yolo_detections_free(&found);
    }
    yolo_image_free(&wall);
    end(&f);
}

/* Whatever the network says, however little it believes it. */
static void no_pair_overlaps(void) {
    fixture f;
    if (!begin(&f, 1, SMALL)) return;
    yolo_image wall = make_wall(&f, 2, 1);
    yolo_detect_options options = yolo_detect_options_default();
    options.threshold = 0.005f;
    options.nms = YOLO_NMS_DEFAULT; /* the cfg's measures by DIoU, which leaves more */
    for (int agnostic = 0; agnostic < 2; agnostic++) {
        options.nms_iou = agnostic ? 0.3f : 0.45f;
        options.nms_agnostic = agnostic;
        const yolo_tile_options tiles = {500, 400, 0.3f, false};
        yolo_detections found = detect(f.context, &wall, &options, &tiles);
        test_note("%zu found, %zu candidates", found.count, found.candidate_count);
        CHECK(found.count > 100 && found.candidate_count > found.count);
        CHECK_INT(overlapping_pairs(&found, options.nms_iou), 0);
        for (size_t i = 0; i < found.count; i++) {
            const yolo_detection *d = &found.items[i];
            CHECK(d->x >= 0 && d->y >= 0 && (double)d->x + d->width <= wall.width + 1e-3 &&
                  (double)d->y + d->height <= wall.height + 1e-3);
            CHECK(i == 0 || found.items[i - 1].score >= d->score);
        }
        yolo_detections_free(&found);
    }
    yolo_image_free(&wall);
    end(&f);
}

static void threads_make_no_difference(void) {
    yolo_detections first = {0};
    static const int threads[] = {1, 2, 8};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        fixture f;
        if (!begin(&f, threads[i], SMALL)) break;
        yolo_image wall = make_wall(&f, 2, 1);
        const yolo_tile_options tiles = {700, 500, 0.2f, false};
        yolo_detections found = detect(f.context, &wall, NULL, &tiles);
        if (i == 0)
            first = found;
        else {
            CHECK(are_the_same(&first, &found));
            yolo_detections_free(&found);
        }
        yolo_image_free(&wall);
        end(&f);
    }
    yolo_detections_free(&first);
}

/* The best so many; in pixels of the full size; unclipped only where that was asked for; and grey. */
static void options_hold_in_tiles(void) {
    fixture f;
    if (!begin(&f, 1, SMALL)) return;
    yolo_image wall = make_wall(&f, 2, 1);
    const yolo_tile_options tiles = {800, 400, 0.2f, false};
    yolo_detect_options options = yolo_detect_options_default();
    yolo_detections all = detect(f.context, &wall, &options, &tiles);
    options.max_detections = 5;
    yolo_detections few = detect(f.context, &wall, &options, &tiles);
    CHECK_INT(few.count, 5);
    CHECK(all.count > 50 && memcmp(all.items, few.items, 5 * sizeof *few.items) == 0);
    wall.full_width = 2 * wall.width;
    wall.full_height = 3 * wall.height;
    yolo_detections scaled = detect(f.context, &wall, &options, &tiles);
    CHECK_INT(scaled.count, 5);
    CHECK_NEAR(scaled.items[0].x, 2 * all.items[0].x, 1e-3);
    CHECK_NEAR(scaled.items[0].height, 3 * all.items[0].height, 1e-3);
    wall.full_width = wall.full_height = 0;
    options.max_detections = 0;
    options.no_clip = true;
    yolo_detections loose = detect(f.context, &wall, &options, &tiles);
    size_t beyond = 0;
    for (size_t i = 0; i < loose.count; i++) beyond += loose.items[i].x < 0 || loose.items[i].y < 0;
    CHECK(beyond > 0);
    for (int y = 0; y < wall.height; y++) /* grey, in the same memory */
        for (int x = 0; x < wall.width; x++)
            wall.pixels[(size_t)y * wall.stride + (size_t)x] = wall.pixels[(size_t)y * wall.stride + (size_t)x * 3 + 1];
    wall.channels = 1;
    yolo_detections grey = detect(f.context, &wall, NULL, &tiles);
    CHECK(grey.count > 20);
    yolo_detections_free(&all);
    yolo_detections_free(&few);
    yolo_detections_free(&scaled);
    yolo_detections_free(&loose);
    yolo_detections_free(&grey);
    yolo_image_free(&wall);
    end(&f);
}

static void what_is_refused(void) {
    fixture f;
    if (!begin(&f, 1, AS_DRAWN)) return;
    yolo_error error;
    yolo_detections found = {.count = 7};
    yolo_detect_options crop = yolo_detect_options_default();
    yolo_tile_options tiles = {100, 100, 0.2f, false};
    crop.resize = YOLO_RESIZE_CROP;
    CHECK_INT(yolo_detect_tiled(f.context, &f.parts[0], &crop, &tiles, &found, &error), YOLO_BAD_ARGUMENT);
    CHECK_CONTAINS(error.message, "tiles cannot be cropped");
    CHECK_INT(yolo_detect_tiled(NULL, &f.parts[0], NULL, &tiles, &found, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_detect_tiled(f.context, NULL, NULL, &tiles, &found, &error), YOLO_BAD_ARGUMENT);
    tiles.overlap = 2;
    CHECK_INT(yolo_detect_tiled(f.context, &f.parts[0], NULL, &tiles, &found, &error), YOLO_BAD_ARGUMENT);
    crop.resize = YOLO_RESIZE_AUTO;
    crop.threshold = 1;
    CHECK_INT(yolo_detect_tiled(f.context, &f.parts[0], &crop, NULL, &found, &error), YOLO_BAD_ARGUMENT);
    CHECK_INT(found.count, 7);
    /* A run over tiles leaves no heads that could be read. */
    tiles.overlap = 0;
    tiles.width = tiles.height = 400;
    found.count = 0;
    CHECK_INT(yolo_detect_tiled(f.context, &f.parts[0], NULL, &tiles, &found, &error), YOLO_OK);
    CHECK_INT(yolo_get_detections(f.context, NULL, &found, &error), YOLO_BAD_ARGUMENT);
    yolo_detections_free(&found);
    end(&f);
}

int main(void) {
    static const test_case cases[] = {
        TEST(one_tile_is_no_tile),   TEST(a_wall_holds_what_its_parts_hold),
        TEST(no_pair_overlaps),      TEST(threads_make_no_difference),
        TEST(options_hold_in_tiles), TEST(what_is_refused),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
