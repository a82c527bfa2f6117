/* The public interface, called wrongly: every function of yolo.h has a row here (tools/check_symbols.sh looks). What is
 * wrong is refused with YOLO_BAD_ARGUMENT and a sentence, and leaves outputs as they were. */
#define _POSIX_C_SOURCE 200809L
#include "test.h"
#include "yolo.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NET "[net]\nwidth=8\nheight=8\nchannels=3\n"
#define CONV "[convolutional]\nfilters=6\nsize=1\nactivation=linear\n"
#define HEAD "[yolo]\nmask=0\nanchors=4,4\nclasses=1\nnum=1\n"
#define SORTER "[avgpool]\n[softmax]\n"

/* A network that finds boxes and one that sorts pictures, each in a context that has run, and one that has not. */
struct fixture {
    yolo_model *model, *sorter;
    yolo_context *fresh, *ran, *sorted;
    yolo_image image, grey;
};

static yolo_error error;

static const char *cfg_file(const char *name, const char *text) {
    return test_temp_file(name, text, strlen(text));
}

static bool setup(struct fixture *f) {
    *f = (struct fixture){0};
    const yolo_context_options keeping = {.threads = 1, .keep_layers = true};
    return CHECK_INT(yolo_model_load(cfg_file("a.cfg", NET CONV HEAD), NULL, NULL, &f->model, &error), YOLO_OK) &&
           CHECK_INT(yolo_model_load(cfg_file("b.cfg", NET CONV SORTER), NULL, NULL, &f->sorter, &error), YOLO_OK) &&
           CHECK_INT(yolo_context_create(f->model, NULL, &f->fresh, &error), YOLO_OK) &&
           CHECK_INT(yolo_context_create(f->model, &keeping, &f->ran, &error), YOLO_OK) &&
           CHECK_INT(yolo_context_create(f->sorter, &keeping, &f->sorted, &error), YOLO_OK) &&
           CHECK_INT(yolo_image_create(20, 10, 3, &f->image, &error), YOLO_OK) &&
           CHECK_INT(yolo_image_create(20, 10, 1, &f->grey, &error), YOLO_OK) &&
           CHECK_INT(yolo_set_input(f->ran, &f->image, YOLO_RESIZE_AUTO, &error), YOLO_OK) &&
           CHECK_INT(yolo_run(f->ran, &error), YOLO_OK) &&
           CHECK_INT(yolo_set_input(f->sorted, &f->image, YOLO_RESIZE_AUTO, &error), YOLO_OK) &&
           CHECK_INT(yolo_run(f->sorted, &error), YOLO_OK);
}

static void teardown(struct fixture *f) {
    yolo_context_free(&f->fresh);
    yolo_context_free(&f->ran);
    yolo_context_free(&f->sorted);
    yolo_model_free(&f->model);
    yolo_model_free(&f->sorter);
    yolo_image_free(&f->image);
    yolo_image_free(&f->grey);
}

/* Refused, with a sentence; and the same where nobody wants the sentence, which the caller tries by a second call. */
static void refused(yolo_status status) {
    CHECK_INT(status, YOLO_BAD_ARGUMENT);
    CHECK_INT(error.status, YOLO_BAD_ARGUMENT);
    CHECK(error.message[0] != 0 && !strchr(error.message, '\n'));
    memset(&error, 0, sizeof error);
}

#define REFUSED(...) (test_note("%s", #__VA_ARGS__), refused(__VA_ARGS__))

/* ---- Images ----------------------------------------------------------------------------------------------------- */

static const yolo_image nothing;

/* Pictures that no function may take: sides, channels, stride and full size that make no sense. */
static size_t wrong_images(const yolo_image *right, yolo_image wrong[16]) {
    size_t count = 0;
    for (int i = 0; i < 12; i++) wrong[i] = *right;
    wrong[count++].pixels = NULL;
    wrong[count++].width = 0;
    wrong[count++].width = -20;
    wrong[count++].height = 0;
    wrong[count++].height = -1;
    wrong[count++].width = INT32_MAX;
    wrong[count++].channels = 0;
    wrong[count++].channels = 4;
    wrong[count++].stride = right->stride - 1;
    wrong[count++].stride = SIZE_MAX;
    wrong[count++].full_width = -1;
    wrong[count++].full_height = 7; /* without a width */
    return count;
}

typedef yolo_status takes_image(struct fixture *f, yolo_image *image);

static void refuses_wrong_images(struct fixture *f, takes_image *function) {
    yolo_image wrong[16];
    const size_t count = wrong_images(&f->image, wrong);
    for (size_t i = 0; i < count; i++) {
        test_note("wrong image %zu", i);
        refused(function(f, &wrong[i]));
    }
    test_note("no image");
    refused(function(f, NULL));
}

static void misuse_yolo_version(struct fixture *f) {
    (void)f;
    CHECK(yolo_version() && yolo_version()[0]);
}

static void misuse_yolo_image_options_default(struct fixture *f) {
    (void)f;
    const yolo_image_options options = yolo_image_options_default();
    CHECK(options.max_pixels == 100000000 && options.channels == 0 && !options.ignore_orientation);
}

static void misuse_yolo_image_load(struct fixture *f) {
    yolo_image image = nothing;
    (void)f;
    REFUSED(yolo_image_load(NULL, NULL, &image, &error));
    REFUSED(yolo_image_load("x.png", NULL, NULL, &error));
    CHECK_INT(yolo_image_load(NULL, NULL, NULL, NULL), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_image_load("", NULL, &image, &error), YOLO_BAD_FILE);
    CHECK(memcmp(&image, &nothing, sizeof image) == 0);
}

static void misuse_yolo_image_decode(struct fixture *f) {
    static const uint8_t bytes[] = "P6 1 1 255\nabc";
    yolo_image image = nothing;
    yolo_image_options options = yolo_image_options_default();
    (void)f;
    REFUSED(yolo_image_decode(NULL, 5, "x", NULL, &image, &error));
    REFUSED(yolo_image_decode(bytes, sizeof bytes - 1, "x", NULL, NULL, &error));
    options.channels = 2;
    REFUSED(yolo_image_decode(bytes, sizeof bytes - 1, "x", &options, &image, &error));
    options.channels = -1;
    REFUSED(yolo_image_decode(bytes, sizeof bytes - 1, "x", &options, &image, &error));
    options = yolo_image_options_default();
    options.fit_width = -1;
    REFUSED(yolo_image_decode(bytes, sizeof bytes - 1, "x", &options, &image, &error));
    CHECK_INT(yolo_image_decode(NULL, 0, NULL, NULL, &image, NULL), YOLO_BAD_IMAGE);
    CHECK(memcmp(&image, &nothing, sizeof image) == 0);
    CHECK_INT(yolo_image_decode(bytes, sizeof bytes - 1, NULL, NULL, &image, NULL), YOLO_OK);
    yolo_image_free(&image);
}

static void misuse_yolo_image_create(struct fixture *f) {
    static const int wrong[][3] = {{0, 1, 3},
                                   {1, 0, 3},
                                   {-1, 1, 3},
                                   {1, -1, 1},
                                   {1, 1, 0},
                                   {1, 1, 2},
                                   {1, 1, -3},
                                   {INT32_MAX, INT32_MAX, 3},
                                   {INT32_MIN, INT32_MIN, 1}};
    yolo_image image = nothing;
    (void)f;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        REFUSED(yolo_image_create(wrong[i][0], wrong[i][1], wrong[i][2], &image, &error));
    REFUSED(yolo_image_create(1, 1, 3, NULL, &error));
    CHECK(memcmp(&image, &nothing, sizeof image) == 0);
}

static yolo_status save(struct fixture *f, yolo_image *image) {
    (void)f;
    return yolo_image_save(image, test_temp_path("x.png"), YOLO_FORMAT_PNG, 0, &error);
}

static void misuse_yolo_image_save(struct fixture *f) {
    const char *path = test_temp_path("x.png");
    refuses_wrong_images(f, save);
    REFUSED(yolo_image_save(&f->image, NULL, YOLO_FORMAT_PNG, 0, &error));
    REFUSED(yolo_image_save(&f->image, path, YOLO_FORMAT_UNKNOWN, 90, &error));
    REFUSED(yolo_image_save(&f->image, path, YOLO_FORMAT_GIF, 90, &error));
    REFUSED(yolo_image_save(&f->image, path, (yolo_format)99, 90, &error));
    REFUSED(yolo_image_save(&f->image, path, (yolo_format)-1, 90, &error));
    REFUSED(yolo_image_save(&f->image, path, YOLO_FORMAT_JPEG, 0, &error));
    REFUSED(yolo_image_save(&f->image, path, YOLO_FORMAT_JPEG, 101, &error));
    CHECK(access(path, F_OK) != 0);
}

static yolo_status encode(struct fixture *f, yolo_image *image) {
    uint8_t *bytes = NULL;
    size_t count = 0;
    (void)f;
    return yolo_image_encode(image, YOLO_FORMAT_PNG, 0, &bytes, &count, &error);
}

static void misuse_yolo_image_encode(struct fixture *f) {
    uint8_t *bytes = NULL;
    size_t count = 77;
    refuses_wrong_images(f, encode);
    REFUSED(yolo_image_encode(&f->image, YOLO_FORMAT_PNG, 0, NULL, &count, &error));
    REFUSED(yolo_image_encode(&f->image, YOLO_FORMAT_PNG, 0, &bytes, NULL, &error));
    REFUSED(yolo_image_encode(&f->image, YOLO_FORMAT_JPEG, -1, &bytes, &count, &error));
    REFUSED(yolo_image_encode(&f->image, YOLO_FORMAT_BMP, 90, &bytes, &count, &error));
    CHECK(!bytes && count == 77);
}

static void misuse_yolo_bytes_free(struct fixture *f) {
    (void)f;
    yolo_bytes_free(NULL);
}

static yolo_status shrink(struct fixture *f, yolo_image *image) {
    yolo_image smaller = nothing;
    (void)f;
    return yolo_image_shrink(image, 5, 5, &smaller, &error);
}

static void misuse_yolo_image_shrink(struct fixture *f) {
    yolo_image smaller = nothing;
    refuses_wrong_images(f, shrink);
    REFUSED(yolo_image_shrink(&f->image, 0, 5, &smaller, &error));
    REFUSED(yolo_image_shrink(&f->image, 5, -5, &smaller, &error));
    REFUSED(yolo_image_shrink(&f->image, 5, 5, NULL, &error));
    CHECK(memcmp(&smaller, &nothing, sizeof smaller) == 0);
}

static void misuse_yolo_image_free(struct fixture *f) {
    yolo_image_free(NULL);
    yolo_image_free(&f->image);
    CHECK(memcmp(&f->image, &nothing, sizeof nothing) == 0);
    yolo_image_free(&f->image);
}

/* ---- Models ----------------------------------------------------------------------------------------------------- */

static void misuse_yolo_model_options_default(struct fixture *f) {
    (void)f;
    const yolo_model_options options = yolo_model_options_default();
    CHECK(!options.names_path && !options.kernels && !options.algorithm && !options.threads && !options.warn);
}

static void misuse_yolo_model_load(struct fixture *f) {
    const char *cfg = cfg_file("c.cfg", NET CONV HEAD);
    yolo_model *model = NULL;
    (void)f;
    REFUSED(yolo_model_load(NULL, NULL, NULL, &model, &error));
    REFUSED(yolo_model_load(cfg, NULL, NULL, NULL, &error));
    CHECK_INT(yolo_model_load(NULL, NULL, NULL, NULL, NULL), YOLO_BAD_ARGUMENT);
    static const yolo_model_options wrong[] = {
        {.kernels = "none such"}, {.kernels = ""}, {.algorithm = "none such"}, {.threads = -1}, {.threads = INT32_MAX}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        REFUSED(yolo_model_load(cfg, NULL, &wrong[i], &model, &error));
    CHECK_INT(yolo_model_load("", NULL, NULL, &model, NULL), YOLO_BAD_FILE);
    CHECK(!model);
}

static void misuse_yolo_model_free(struct fixture *f) {
    yolo_model *model = NULL;
    yolo_model_free(NULL);
    yolo_model_free(&model);
    CHECK_INT(yolo_model_load(cfg_file("c.cfg", NET CONV HEAD), NULL, NULL, &model, &error), YOLO_OK);
    yolo_model_free(&model);
    CHECK(!model);
    yolo_model_free(&model);
    (void)f;
}

static void misuse_yolo_model_get_info(struct fixture *f) {
    yolo_model_info info;
    CHECK_INT(yolo_model_get_info(NULL, &info), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_model_get_info(f->model, NULL), YOLO_BAD_ARGUMENT);
}

static void misuse_yolo_model_class_name(struct fixture *f) {
    CHECK_STRING(yolo_model_class_name(NULL, 0), "");
    CHECK_STRING(yolo_model_class_name(f->model, -1), "");
    CHECK_STRING(yolo_model_class_name(f->model, 1), "");
    CHECK_STRING(yolo_model_class_name(f->model, INT32_MIN), "");
    CHECK_STRING(yolo_model_class_name(f->model, 0), "class 0");
}

static void misuse_yolo_kernels_name(struct fixture *f) {
    (void)f;
    CHECK(yolo_kernels_name(0) && !yolo_kernels_name(1000) && !yolo_kernels_name(SIZE_MAX));
}

static void misuse_yolo_kernels_supported(struct fixture *f) {
    (void)f;
    CHECK(!yolo_kernels_supported(1000) && !yolo_kernels_supported(SIZE_MAX));
}

static void misuse_yolo_algorithm_name(struct fixture *f) {
    (void)f;
    CHECK(yolo_algorithm_name(0) && !yolo_algorithm_name(1000) && !yolo_algorithm_name(SIZE_MAX));
}

/* ---- Contexts --------------------------------------------------------------------------------------------------- */

static void misuse_yolo_context_options_default(struct fixture *f) {
    (void)f;
    const yolo_context_options options = yolo_context_options_default();
    CHECK(!options.width && !options.height && !options.threads && !options.keep_layers);
}

static void misuse_yolo_context_create(struct fixture *f) {
    static const yolo_context_options wrong[] = {{.width = -1},         {.height = -8},       {.width = INT32_MAX},
                                                 {.threads = -1},       {.threads = 1000000}, {.height = 65537},
                                                 {.threads = INT32_MIN}};
    yolo_context *context = NULL;
    REFUSED(yolo_context_create(NULL, NULL, &context, &error));
    REFUSED(yolo_context_create(f->model, NULL, NULL, &error));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        REFUSED(yolo_context_create(f->model, &wrong[i], &context, &error));
    CHECK(!context);
}

static void misuse_yolo_context_free(struct fixture *f) {
    yolo_context_free(NULL);
    yolo_context_free(&f->fresh);
    CHECK(!f->fresh);
    yolo_context_free(&f->fresh);
}

static void misuse_yolo_context_get_info(struct fixture *f) {
    yolo_context_info info;
    CHECK_INT(yolo_context_get_info(NULL, &info), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_context_get_info(f->fresh, NULL), YOLO_BAD_ARGUMENT);
}

static void misuse_yolo_context_get_layer(struct fixture *f) {
    yolo_layer_info info;
    CHECK_INT(yolo_context_get_layer(NULL, 0, &info), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_context_get_layer(f->fresh, 0, NULL), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_context_get_layer(f->fresh, -1, &info), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_context_get_layer(f->fresh, 2, &info), YOLO_BAD_ARGUMENT);
    CHECK_INT(yolo_context_get_layer(f->fresh, INT32_MIN, &info), YOLO_BAD_ARGUMENT);
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

static void misuse_yolo_detect_options_default(struct fixture *f) {
    (void)f;
    const yolo_detect_options options = yolo_detect_options_default();
    CHECK_NEAR(options.threshold, 0.25, 1e-6);
}

static void misuse_yolo_detections_free(struct fixture *f) {
    yolo_detections found = {0};
    (void)f;
    yolo_detections_free(NULL);
    yolo_detections_free(&found);
    yolo_detections_free(&found);
    CHECK(!found.items && !found.count);
}

/* Options that no function which finds boxes may take. */
static size_t wrong_options(yolo_detect_options wrong[16]) {
    static const float nan_of_class[] = {NAN}, below_zero[] = {-0.5f};
    size_t count = 0;
    for (int i = 0; i < 12; i++) wrong[i] = yolo_detect_options_default();
    wrong[count++].threshold = NAN;
    wrong[count++].threshold = -0.1f;
    wrong[count++].threshold = 1;
    wrong[count++].threshold = INFINITY;
    wrong[count++].nms_iou = NAN;
    wrong[count++].nms_iou = 1.5f;
    wrong[count++].nms_iou = -INFINITY;
    wrong[count++].nms = (yolo_nms)-1;
    wrong[count++].nms = (yolo_nms)99;
    wrong[count++].class_thresholds = nan_of_class;
    wrong[count++].class_thresholds = below_zero;
    return count;
}

static yolo_status detect(struct fixture *f, yolo_image *image) {
    yolo_detections found = {0};
    return yolo_detect(f->fresh, image, NULL, &found, &error);
}

static void misuse_yolo_detect(struct fixture *f) {
    yolo_detect_options wrong[16];
    yolo_detections found = {0};
    refuses_wrong_images(f, detect);
    REFUSED(yolo_detect(NULL, &f->image, NULL, &found, &error));
    REFUSED(yolo_detect(f->fresh, &f->image, NULL, NULL, &error));
    REFUSED(yolo_detect(f->sorted, &f->image, NULL, &found, &error));
    for (size_t i = wrong_options(wrong); i-- > 0;)
        REFUSED(yolo_detect(f->fresh, &f->image, &wrong[i], &found, &error));
    const yolo_detect_options no_resize = {.resize = (yolo_resize)77};
    REFUSED(yolo_detect(f->fresh, &f->image, &no_resize, &found, &error));
    CHECK(!found.items && !found.count);
}

static void misuse_yolo_tile_options_default(struct fixture *f) {
    (void)f;
    const yolo_tile_options options = yolo_tile_options_default();
    CHECK_NEAR(options.overlap, 0.2, 1e-6);
}

/* Tiles that cannot be. */
static const yolo_tile_options wrong_tiles[] = {
    {.width = -1},    {.width = 32},      {.height = 32},     {.width = 3, .height = 3},
    {.overlap = NAN}, {.overlap = -0.1f}, {.overlap = 0.95f}, {.overlap = INFINITY}};
enum { WRONG_TILES = sizeof wrong_tiles / sizeof *wrong_tiles };

static void misuse_yolo_plan_tiles(struct fixture *f) {
    yolo_tiling tiling = {0};
    const yolo_tile_options tiny = {.width = 16, .height = 16, .overlap = 0.9f};
    REFUSED(yolo_plan_tiles(NULL, 10, 10, NULL, &tiling, &error));
    REFUSED(yolo_plan_tiles(f->fresh, 10, 10, NULL, NULL, &error));
    REFUSED(yolo_plan_tiles(f->fresh, 0, 10, NULL, &tiling, &error));
    REFUSED(yolo_plan_tiles(f->fresh, 10, -10, NULL, &tiling, &error));
    REFUSED(yolo_plan_tiles(f->fresh, INT32_MAX, INT32_MAX, &tiny, &tiling, &error));
    for (size_t i = 0; i < WRONG_TILES; i++)
        REFUSED(yolo_plan_tiles(f->fresh, 100, 100, &wrong_tiles[i], &tiling, &error));
    CHECK_INT(tiling.columns, 0);
}

static yolo_status detect_tiled(struct fixture *f, yolo_image *image) {
    yolo_detections found = {0};
    return yolo_detect_tiled(f->fresh, image, NULL, NULL, &found, &error);
}

static void misuse_yolo_detect_tiled(struct fixture *f) {
    yolo_detect_options wrong[16];
    yolo_detections found = {0};
    yolo_image large = nothing;
    const yolo_tile_options tiles = {.width = 16, .height = 16};
    yolo_detect_options crop = yolo_detect_options_default();
    crop.resize = YOLO_RESIZE_CROP;
    refuses_wrong_images(f, detect_tiled);
    CHECK_INT(yolo_image_create(64, 64, 3, &large, &error), YOLO_OK);
    REFUSED(yolo_detect_tiled(NULL, &large, NULL, &tiles, &found, &error));
    REFUSED(yolo_detect_tiled(f->fresh, &large, NULL, &tiles, NULL, &error));
    REFUSED(yolo_detect_tiled(f->sorted, &large, NULL, &tiles, &found, &error));
    REFUSED(yolo_detect_tiled(f->fresh, &large, &crop, &tiles, &found, &error));
    for (size_t i = wrong_options(wrong); i-- > 0;)
        REFUSED(yolo_detect_tiled(f->fresh, &large, &wrong[i], &tiles, &found, &error));
    for (size_t i = 0; i < WRONG_TILES; i++)
        REFUSED(yolo_detect_tiled(f->fresh, &large, NULL, &wrong_tiles[i], &found, &error));
    CHECK(!found.items);
    yolo_image_free(&large);
}

static void misuse_yolo_find_rows(struct fixture *f) {
    yolo_detection item = {1, 2, 3, 4, 0.5f, 0};
    const yolo_detections one = {&item, 1, 1}, none = {0}, lost = {NULL, 3, 3}, endless = {&item, SIZE_MAX, 0};
    yolo_place place = {7, 7};
    int rows = 7;
    (void)f;
    REFUSED(yolo_find_rows(NULL, NULL, &place, &rows, &error));
    REFUSED(yolo_find_rows(&one, NULL, NULL, &rows, &error));
    REFUSED(yolo_find_rows(&one, NULL, &place, NULL, &error));
    REFUSED(yolo_find_rows(&lost, NULL, &place, &rows, &error));
    CHECK_INT(yolo_find_rows(&endless, NULL, &place, &rows, &error), YOLO_NO_MEMORY);
    CHECK(rows == 7 && place.row == 7);
    CHECK_INT(yolo_find_rows(&none, NULL, NULL, &rows, NULL), YOLO_OK);
    item.x = NAN;
    item.height = -INFINITY;
    CHECK_INT(yolo_find_rows(&one, NULL, &place, &rows, NULL), YOLO_OK);
    CHECK_INT(place.row, 0);
}

static yolo_status set_input(struct fixture *f, yolo_image *image) {
    return yolo_set_input(f->fresh, image, YOLO_RESIZE_AUTO, &error);
}

static void misuse_yolo_set_input(struct fixture *f) {
    refuses_wrong_images(f, set_input);
    REFUSED(yolo_set_input(NULL, &f->image, YOLO_RESIZE_AUTO, &error));
    REFUSED(yolo_set_input(f->fresh, &f->image, (yolo_resize)-1, &error));
    REFUSED(yolo_set_input(f->fresh, &f->image, (yolo_resize)4, &error));
    REFUSED(yolo_run(f->fresh, &error)); /* what was refused is no input */
}

static void misuse_yolo_run(struct fixture *f) {
    REFUSED(yolo_run(NULL, &error));
    REFUSED(yolo_run(f->fresh, &error));
    REFUSED(yolo_run(f->ran, &error)); /* the input is used up */
    CHECK_INT(yolo_run(NULL, NULL), YOLO_BAD_ARGUMENT);
}

static void misuse_yolo_run_timed(struct fixture *f) {
    double seconds[2] = {-1, -1};
    REFUSED(yolo_run_timed(NULL, seconds, &error));
    REFUSED(yolo_run_timed(f->fresh, seconds, &error));
    CHECK_NEAR(seconds[0], -1, 0);
    CHECK_INT(yolo_set_input(f->fresh, &f->image, YOLO_RESIZE_AUTO, NULL), YOLO_OK);
    CHECK_INT(yolo_run_timed(f->fresh, NULL, NULL), YOLO_OK);
}

static void misuse_yolo_measure_machine(struct fixture *f) {
    yolo_machine machine;
    REFUSED(yolo_measure_machine(NULL, &machine, &error));
    REFUSED(yolo_measure_machine(f->fresh, NULL, &error));
}

static void misuse_yolo_get_detections(struct fixture *f) {
    yolo_detect_options wrong[16];
    yolo_detections found = {0};
    REFUSED(yolo_get_detections(NULL, NULL, &found, &error));
    REFUSED(yolo_get_detections(f->ran, NULL, NULL, &error));
    REFUSED(yolo_get_detections(f->fresh, NULL, &found, &error));
    REFUSED(yolo_get_detections(f->sorted, NULL, &found, &error));
    for (size_t i = wrong_options(wrong); i-- > 0;) REFUSED(yolo_get_detections(f->ran, &wrong[i], &found, &error));
    CHECK(!found.items);
    CHECK_INT(yolo_set_input(f->ran, &f->image, YOLO_RESIZE_AUTO, &error), YOLO_OK);
    REFUSED(yolo_get_detections(f->ran, NULL, &found, &error)); /* there is a new input, which was not run */
}

static void misuse_yolo_get_scores(struct fixture *f) {
    yolo_score score = {-7, -7};
    size_t found = 77;
    REFUSED(yolo_get_scores(NULL, 1, &score, &found, &error));
    REFUSED(yolo_get_scores(f->sorted, 1, NULL, &found, &error));
    REFUSED(yolo_get_scores(f->sorted, 1, &score, NULL, &error));
    REFUSED(yolo_get_scores(f->ran, 1, &score, &found, &error));
    REFUSED(yolo_get_scores(f->fresh, 1, &score, &found, &error));
    CHECK(score.class_id == -7 && found == 77);
    CHECK_INT(yolo_get_scores(f->sorted, 0, &score, &found, NULL), YOLO_OK);
    CHECK(score.class_id == -7 && found == 0);
}

static void misuse_yolo_context_layer_output(struct fixture *f) {
    float values[6 * 8 * 8];
    REFUSED(yolo_context_layer_output(NULL, 0, values, &error));
    REFUSED(yolo_context_layer_output(f->ran, 0, NULL, &error));
    REFUSED(yolo_context_layer_output(f->ran, -2, values, &error));
    REFUSED(yolo_context_layer_output(f->ran, 2, values, &error));
    REFUSED(yolo_context_layer_output(f->fresh, 0, values, &error)); /* it keeps none, and has not run */
    CHECK_INT(yolo_set_input(f->fresh, &f->image, YOLO_RESIZE_AUTO, NULL), YOLO_OK);
    CHECK_INT(yolo_run(f->fresh, NULL), YOLO_OK);
    REFUSED(yolo_context_layer_output(f->fresh, 0, values, &error));
    CHECK_INT(yolo_context_layer_output(f->ran, 0, values, NULL), YOLO_OK);
}

/* ---- Drawing ---------------------------------------------------------------------------------------------------- */

static void misuse_yolo_font_load(struct fixture *f) {
    yolo_font *font = NULL;
    (void)f;
    REFUSED(yolo_font_load(NULL, &font, &error));
    REFUSED(yolo_font_load("x.ttf", NULL, &error));
    CHECK_INT(yolo_font_load(cfg_file("x.ttf", "no font"), &font, NULL), YOLO_BAD_FILE);
    CHECK(!font);
}

static void misuse_yolo_font_free(struct fixture *f) {
    yolo_font *font = NULL;
    (void)f;
    yolo_font_free(NULL);
    yolo_font_free(&font);
}

static void misuse_yolo_draw_options_default(struct fixture *f) {
    (void)f;
    CHECK_NEAR(yolo_draw_options_default().font_scale, 1, 0);
}

static void misuse_yolo_class_color(struct fixture *f) {
    (void)f;
    CHECK(yolo_class_color(-1) <= 0xFFFFFF && yolo_class_color(INT32_MIN) <= 0xFFFFFF &&
          yolo_class_color(INT32_MAX) <= 0xFFFFFF);
}

static const yolo_draw_options wrong_pens[] = {{.font_scale = 0},
                                               {.font_scale = NAN},
                                               {.font_scale = -1},
                                               {.font_scale = INFINITY},
                                               {.font_scale = 1, .line_width = NAN},
                                               {.font_scale = 1, .line_width = -1}};
enum { WRONG_PENS = sizeof wrong_pens / sizeof *wrong_pens };

static yolo_status draw_text(struct fixture *f, yolo_image *image) {
    (void)f;
    return yolo_draw_text(image, "x", 1, 1, 0, 12, 0, NULL, &error);
}

static void misuse_yolo_draw_text(struct fixture *f) {
    static const float wrong[][4] = {{NAN, 1, 0, 12},  {1, INFINITY, 0, 12}, {1, 1, -0.1f, 12}, {1, 1, 1.1f, 12},
                                     {1, 1, NAN, 12},  {1, 1, 0, 0},         {1, 1, 0, NAN},    {1, 1, 0, 1e9f},
                                     {1e9f, 1, 0, 12}, {1, 1, 0, -3}};
    refuses_wrong_images(f, draw_text);
    REFUSED(yolo_draw_text(&f->grey, "x", 1, 1, 0, 12, 0, NULL, &error));
    REFUSED(yolo_draw_text(&f->image, NULL, 1, 1, 0, 12, 0, NULL, &error));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        REFUSED(yolo_draw_text(&f->image, "x", wrong[i][0], wrong[i][1], wrong[i][2], wrong[i][3], 0, NULL, &error));
    CHECK_INT(yolo_draw_text(&f->image, "\xff\x80\xe2", -500, 5, 1, 12, 0xFFFFFFFF, NULL, NULL), YOLO_OK);
}

static yolo_status draw_detections(struct fixture *f, yolo_image *image) {
    const yolo_detections none = {0};
    return yolo_draw_detections(image, f->model, &none, NULL, &error);
}

static void misuse_yolo_draw_detections(struct fixture *f) {
    yolo_detection odd[] = {{NAN, 1, 1, 1, 1, 0},
                            {1, 1, -5, 3, 1, 0},
                            {-1e30f, -1e30f, 1e31f, 1e31f, 2, -7},
                            {1, 1, INFINITY, 1, NAN, 5000},
                            {3e38f, 3e38f, 3e38f, 1, -1, INT32_MAX}};
    const yolo_detections some = {odd, sizeof odd / sizeof *odd, 0}, lost = {NULL, 2, 2};
    refuses_wrong_images(f, draw_detections);
    REFUSED(yolo_draw_detections(&f->grey, f->model, &some, NULL, &error));
    REFUSED(yolo_draw_detections(&f->image, NULL, &some, NULL, &error));
    REFUSED(yolo_draw_detections(&f->image, f->model, NULL, NULL, &error));
    REFUSED(yolo_draw_detections(&f->image, f->model, &lost, NULL, &error));
    for (size_t i = 0; i < WRONG_PENS; i++)
        REFUSED(yolo_draw_detections(&f->image, f->model, &some, &wrong_pens[i], &error));
    CHECK_INT(yolo_draw_detections(&f->image, f->model, &some, NULL, NULL), YOLO_OK);
}

static const yolo_panel_line line = {"1", "x", 0, false};

static yolo_status draw_panel(struct fixture *f, yolo_image *image) {
    (void)f;
    return yolo_draw_panel(image, &line, 1, NULL, &error);
}

static void misuse_yolo_draw_panel(struct fixture *f) {
    const yolo_panel_line lacking[] = {{"1", NULL, 0, false}, {NULL, "x", 0, true}};
    refuses_wrong_images(f, draw_panel);
    REFUSED(yolo_draw_panel(&f->grey, &line, 1, NULL, &error));
    REFUSED(yolo_draw_panel(&f->image, NULL, 1, NULL, &error));
    REFUSED(yolo_draw_panel(&f->image, &lacking[0], 1, NULL, &error));
    REFUSED(yolo_draw_panel(&f->image, &lacking[1], 1, NULL, &error));
    for (size_t i = 0; i < WRONG_PENS; i++) REFUSED(yolo_draw_panel(&f->image, &line, 1, &wrong_pens[i], &error));
}

static yolo_status draw_plate(struct fixture *f, yolo_image *image) {
    (void)f;
    return yolo_draw_plate(image, "x", 1, 1, 0, 0, NULL, &error);
}

static void misuse_yolo_draw_plate(struct fixture *f) {
    static const float wrong[][3] = {{NAN, 1, 0}, {1, NAN, 0}, {1, 1, NAN}, {1, 1, 2}, {1, 1, -1}, {1, -INFINITY, 0}};
    refuses_wrong_images(f, draw_plate);
    REFUSED(yolo_draw_plate(&f->grey, "x", 1, 1, 0, 0, NULL, &error));
    REFUSED(yolo_draw_plate(&f->image, NULL, 1, 1, 0, 0, NULL, &error));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        REFUSED(yolo_draw_plate(&f->image, "x", wrong[i][0], wrong[i][1], wrong[i][2], 0, NULL, &error));
    for (size_t i = 0; i < WRONG_PENS; i++)
        REFUSED(yolo_draw_plate(&f->image, "x", 1, 1, 0, 0, &wrong_pens[i], &error));
}

static yolo_status draw_outline(struct fixture *f, yolo_image *image) {
    static const float points[] = {1, 1, 5, 5};
    (void)f;
    return yolo_draw_outline(image, points, 2, 0, NULL, &error);
}

static void misuse_yolo_draw_outline(struct fixture *f) {
    static const float points[] = {1, 1, 5, 5}, odd[] = {1, NAN}, far[] = {1, 1, 1e30f, 2};
    refuses_wrong_images(f, draw_outline);
    REFUSED(yolo_draw_outline(&f->grey, points, 2, 0, NULL, &error));
    REFUSED(yolo_draw_outline(&f->image, NULL, 2, 0, NULL, &error));
    REFUSED(yolo_draw_outline(&f->image, odd, 1, 0, NULL, &error));
    REFUSED(yolo_draw_outline(&f->image, far, 2, 0, NULL, &error));
    for (size_t i = 0; i < WRONG_PENS; i++) REFUSED(yolo_draw_outline(&f->image, points, 2, 0, &wrong_pens[i], &error));
    CHECK_INT(yolo_draw_outline(&f->image, points, 0, 0, NULL, NULL), YOLO_OK);
}

/* ---- The table -------------------------------------------------------------------------------------------------- */

#define ROW(function)                                                                                                  \
    { #function, misuse_##function }

static const struct {
    const char *name;
    void (*misuse)(struct fixture *f);
} rows[] = {
    ROW(yolo_version),
    ROW(yolo_image_options_default),
    ROW(yolo_image_load),
    ROW(yolo_image_decode),
    ROW(yolo_image_create),
    ROW(yolo_image_save),
    ROW(yolo_image_encode),
    ROW(yolo_bytes_free),
    ROW(yolo_image_shrink),
    ROW(yolo_image_free),
    ROW(yolo_model_options_default),
    ROW(yolo_model_load),
    ROW(yolo_model_free),
    ROW(yolo_model_get_info),
    ROW(yolo_model_class_name),
    ROW(yolo_kernels_name),
    ROW(yolo_kernels_supported),
    ROW(yolo_algorithm_name),
    ROW(yolo_context_options_default),
    ROW(yolo_context_create),
    ROW(yolo_context_free),
    ROW(yolo_context_get_info),
    ROW(yolo_context_get_layer),
    ROW(yolo_detect_options_default),
    ROW(yolo_detections_free),
    ROW(yolo_detect),
    ROW(yolo_tile_options_default),
    ROW(yolo_plan_tiles),
    ROW(yolo_detect_tiled),
    ROW(yolo_find_rows),
    ROW(yolo_set_input),
    ROW(yolo_run),
    ROW(yolo_run_timed),
    ROW(yolo_measure_machine),
    ROW(yolo_get_detections),
    ROW(yolo_get_scores),
    ROW(yolo_context_layer_output),
    ROW(yolo_font_load),
    ROW(yolo_font_free),
    ROW(yolo_draw_options_default),
    ROW(yolo_class_color),
    ROW(yolo_draw_text),
    ROW(yolo_draw_detections),
    ROW(yolo_draw_panel),
    ROW(yolo_draw_plate),
    ROW(yolo_draw_outline),
};

static void every_function_refuses(void) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture f;
        test_note("%s", rows[i].name);
        if (setup(&f)) rows[i].misuse(&f);
        teardown(&f);
    }
}

/* A context that outlives its model is undefined; builds for debugging say so where the model is freed. */
static void a_model_in_use_is_not_freed(void) {
    if (!YOLO_DEBUG) {
        test_skip("only builds for debugging look (make config=debug)");
        return;
    }
    struct fixture f;
    if (!setup(&f)) return;
    const pid_t child = fork();
    if (child == 0) {
        close(STDERR_FILENO);
        yolo_model_free(&f.model);
        _exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    teardown(&f);
}

int main(void) {
    const test_case cases[] = {TEST(every_function_refuses), TEST(a_model_in_use_is_not_freed)};
    return test_run(cases, sizeof cases / sizeof *cases);
}
