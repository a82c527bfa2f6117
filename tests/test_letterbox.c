/* The resize, compared with what Darknet fed to its networks and with a textbook loop. */
#define _POSIX_C_SOURCE 200809L

#include "base/memory.h"
#include "image/letterbox.h"
#include "test.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Darknet's own two passes in double, one output value. */
static double textbook(const yolo_image *image, int width, int height, int x, int y, int channel) {
    double sample[2][2], dx = 0, dy = 0;
    int left = image->width - 1, top = image->height - 1;
    if (width > 1 && image->width > 1 && x < width - 1) {
        float at = (float)x * ((float)(image->width - 1) / (float)(width - 1));
        left = (int)at, dx = at - (float)left;
    }
    if (height > 1 && image->height > 1) {
        float at = (float)y * ((float)(image->height - 1) / (float)(height - 1));
        top = (int)at, dy = at - (float)top;
    }
    for (int j = 0; j < 2; j++)
        for (int i = 0; i < 2; i++) {
            int column = left + i < image->width ? left + i : image->width - 1;
            int row = top + j < image->height ? top + j : image->height - 1;
            sample[j][i] = image_row(image, row)[column * image->channels + channel] / 255.0;
        }
    double upper = sample[0][0] * (1 - dx) + sample[0][1] * dx, lower = sample[1][0] * (1 - dx) + sample[1][1] * dx;
    bool no_lower = y == height - 1 || image->height == 1;
    return no_lower ? (1 - dy) * upper : (1 - dy) * upper + dy * lower;
}

static yolo_image noise(int width, int height, int channels, uint64_t seed) {
    yolo_image image = {0};
    CHECK_INT(yolo_image_create(width, height, channels, &image, NULL), YOLO_OK);
    test_random random = test_random_start(seed);
    for (size_t i = 0; i < image.stride * (size_t)height; i++)
        image.pixels[i] = (uint8_t)test_random_int(&random, 0, 255);
    return image;
}

typedef struct resize_job {
    const letterbox *box;
    const yolo_image *image;
    const kernels *kernels;
    void *scratch;
    float *output;
    size_t stride;
    int channels;
} resize_job;

static void run_resize(void *argument, team *t) {
    const resize_job *j = argument;
    letterbox_resize(j->box, j->image, j->kernels, t, j->scratch, j->output, j->stride, j->channels);
}

/* [height][width][stride], NaN where nothing was written. */
static float *resize(const letterbox *box, const yolo_image *image, const char *set, int threads, size_t stride,
                     int channels) {
    size_t count = (size_t)box->network_width * (size_t)box->network_height * stride;
    float *output = test_guarded_floats(count);
    void *scratch = memory_allocate(letterbox_scratch_bytes(box->network_width, threads), 1);
    resize_job job = {box, image, kernels_select(set), scratch, output, stride, channels};
    team_run(threads, run_resize, &job);
    memory_free(scratch);
    return output;
}

static void matches_the_textbook(void) {
    static const int sizes[][4] = {{1, 1, 1, 1},     {1, 1, 8, 8},    {5, 1, 7, 3},    {1, 5, 3, 7},
                                   {2, 2, 97, 61},   {97, 61, 1, 1},  {97, 61, 33, 2}, {64, 48, 64, 48},
                                   {640, 3, 32, 32}, {3, 640, 32, 32}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int channels = 1; channels <= 3; channels += 2) {
            test_note("%d x %d x %d to %d x %d", sizes[i][0], sizes[i][1], channels, sizes[i][2], sizes[i][3]);
            yolo_image image = noise(sizes[i][0], sizes[i][1], channels, i);
            letterbox box = letterbox_fit(image.width, image.height, sizes[i][2], sizes[i][3], YOLO_RESIZE_STRETCH);
            float *output = resize(&box, &image, NULL, 1, (size_t)channels, channels);
            double worst = 0;
            for (int y = 0; y < box.height; y++)
                for (int x = 0; x < box.width; x++)
                    for (int c = 0; c < channels; c++) {
                        double expected = textbook(&image, box.width, box.height, x, y, c);
                        double found = output[(y * box.width + x) * channels + c];
                        if (!(fabs(found - expected) <= worst)) worst = fabs(found - expected);
                    }
            CHECK(worst < 1e-6);
            yolo_image_free(&image);
        }
}

static void threads_and_strides_change_nothing(void) {
    yolo_image image = noise(301, 203, 3, 1);
    letterbox box = letterbox_fit(image.width, image.height, 160, 128, YOLO_RESIZE_LETTERBOX);
    float *one = resize(&box, &image, NULL, 1, 3, 3);
    for (int threads = 2; threads <= 5; threads++) {
        size_t count = 160 * 128, stride = (size_t)threads + 1;
        float *many = resize(&box, &image, NULL, threads, stride, 3);
        size_t different = 0, touched = 0;
        for (size_t i = 0; i < count; i++) {
            different += memcmp(many + i * stride, one + i * 3, 3 * sizeof(float)) != 0;
            for (size_t c = 3; c < stride; c++) touched += !isnan(many[i * stride + c]);
        }
        CHECK_INT(different, 0);
        CHECK_INT(touched, 0);
    }
    yolo_image_free(&image);
}

static void keeps_the_aspect(void) {
    letterbox box = letterbox_fit(768, 576, 416, 416, YOLO_RESIZE_LETTERBOX);
    CHECK_INT(box.width, 416), CHECK_INT(box.height, 312), CHECK_INT(box.offset_y, 52), CHECK_INT(box.offset_x, 0);
    box = letterbox_fit(353, 500, 320, 256, YOLO_RESIZE_LETTERBOX);
    CHECK_INT(box.width, 180), CHECK_INT(box.height, 256), CHECK_INT(box.offset_x, 70), CHECK_INT(box.offset_y, 0);
    box = letterbox_fit(100000, 10, 416, 416, YOLO_RESIZE_LETTERBOX); /* Darknet's arithmetic gives a height of 0 */
    CHECK_INT(box.width, 416), CHECK_INT(box.height, 1), CHECK_INT(box.offset_y, 207);
    box = letterbox_fit(1000000, 1000000, 4096, 4096, YOLO_RESIZE_LETTERBOX); /* beyond 32 bits */
    CHECK_INT(box.width, 4096), CHECK_INT(box.height, 4096);
}

static void surrounds_with_grey(void) {
    yolo_image image = noise(20, 10, 3, 2);
    letterbox box = letterbox_fit(20, 10, 16, 16, YOLO_RESIZE_LETTERBOX);
    float *output = resize(&box, &image, NULL, 2, 3, 3);
    for (int y = 0; y < 16; y++) {
        bool inside = y >= 4 && y < 12;
        CHECK((output[y * 48] == 0.5f && output[y * 48 + 47] == 0.5f) == !inside);
    }
    yolo_image_free(&image);
}

static void changes_channels(void) {
    yolo_image image = noise(150, 40, 3, 3), grey = noise(150, 40, 1, 0);
    for (int y = 0; y < 40; y++) image_grey_row(image_row(&image, y), 150, image_row(&grey, y));
    letterbox box = letterbox_fit(150, 40, 99, 31, YOLO_RESIZE_STRETCH);
    float *converted = resize(&box, &image, NULL, 1, 1, 1), *expected = resize(&box, &grey, NULL, 1, 1, 1);
    CHECK_SAME_FLOATS(converted, expected, 99 * 31);
    float *repeated = resize(&box, &grey, NULL, 1, 4, 3);
    int different = 0;
    for (int i = 0; i < 99 * 31; i++)
        for (int c = 0; c < 3; c++) different += repeated[i * 4 + c] != expected[i];
    CHECK_INT(different, 0);
    yolo_image_free(&image);
    yolo_image_free(&grey);
}

/* A crop is the middle of the whole picture, resized. */
static void crops_the_middle(void) {
    static const int sizes[][4] = {
        {90, 40, 30, 30}, {40, 90, 30, 30}, {33, 33, 30, 30}, {7, 90, 64, 32}, {90, 7, 32, 64}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int width = sizes[i][2], height = sizes[i][3];
        test_note("%dx%d to %dx%d", sizes[i][0], sizes[i][1], width, height);
        yolo_image image = noise(sizes[i][0], sizes[i][1], 3, i);
        letterbox box = letterbox_fit(image.width, image.height, width, height, YOLO_RESIZE_CROP);
        CHECK(box.width >= width && box.height >= height && (box.width == width || box.height == height));
        CHECK(box.offset_x == -((box.width - width) / 2) && box.offset_y == -((box.height - height) / 2));
        letterbox all = letterbox_fit(image.width, image.height, box.width, box.height, YOLO_RESIZE_STRETCH);
        float *found = resize(&box, &image, NULL, 2, 3, 3), *whole = resize(&all, &image, NULL, 1, 3, 3);
        for (int y = 0; y < height; y++) {
            const float *expected = whole + 3 * ((y - box.offset_y) * box.width - box.offset_x);
            CHECK_SAME_FLOATS(found + 3 * y * width, expected, (size_t)width * 3);
        }
        yolo_image_free(&image);
    }
}

/* A picture a million times as long as high, of which hardly anything stays. */
static void crops_the_middle_of_a_line(void) {
    enum { SHORT = 16, LONG = 4096 };
    for (int turned = 0; turned < 2; turned++) {
        yolo_image image = {0};
        const int width = turned ? LONG : SHORT, height = turned ? SHORT : LONG;
        CHECK_INT(yolo_image_create(turned ? 1 : 1000000, turned ? 1000000 : 1, 3, &image, NULL), YOLO_OK);
        memset(image.pixels, 255, image.stride * (size_t)image.height);
        letterbox box = letterbox_fit(image.width, image.height, width, height, YOLO_RESIZE_CROP);
        CHECK(box.width >= width && box.height >= height && box.offset_x <= 0 && box.offset_y <= 0);
        float *found = resize(&box, &image, NULL, 1, 3, 3);
        int other = 0;
        for (size_t i = 0; i < (size_t)width * (size_t)height * 3; i++) other += found[i] != 1;
        CHECK_INT(other, 0);
        yolo_image_free(&image);
    }
}

static void kernel_sets_agree(void) {
    yolo_image image = noise(333, 222, 3, 4);
    letterbox box = letterbox_fit(333, 222, 160, 128, YOLO_RESIZE_LETTERBOX);
    float *expected = resize(&box, &image, "portable", 1, 3, 3);
    for (size_t i = 0; kernels_at(i); i++)
        if (kernels_supported(kernels_at(i)))
            CHECK_NEAR_FLOATS(resize(&box, &image, kernels_at(i)->name, 2, 3, 3), expected, 160 * 128 * 3, 1e-6);
    yolo_image_free(&image);
}

/* ---- Darknet's inputs: DETECT_SHARED/reference/trained ---- */

typedef struct reference {
    int width, height, channels;
    double mean, rms, min, max, step, samples[24];
    int sample_count;
} reference;

/* The number after "key": at or after `text`; NaN where there is none. */
static double number_of(const char *text, const char *key) {
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\"", key);
    const char *found = text ? strstr(text, quoted) : NULL;
    if (found) found = strchr(found, ':');
    return found ? strtod(found + 1, NULL) : NAN;
}

static reference parse(const char *json) {
    const char *network = strstr(json, "\"network\""), *input = strstr(json, "\"input\"");
    reference r = {(int)number_of(network, "width"),
                   (int)number_of(network, "height"),
                   (int)number_of(network, "channels"),
                   number_of(input, "mean"),
                   number_of(input, "rms"),
                   number_of(input, "min"),
                   number_of(input, "max"),
                   number_of(input, "sample_step"),
                   {0},
                   0};
    const char *next = strchr(strstr(input, "\"samples\""), '[');
    while (next && *next != ']' && r.sample_count < 24) {
        char *end;
        r.samples[r.sample_count++] = strtod(next + 1, &end);
        next = strpbrk(end, ",]");
    }
    return r;
}

static void compare(const reference *r, const yolo_image *image, bool keep_aspect) {
    letterbox box = letterbox_fit(image->width, image->height, r->width, r->height,
                                  keep_aspect ? YOLO_RESIZE_LETTERBOX : YOLO_RESIZE_STRETCH);
    float *output = resize(&box, image, NULL, 2, (size_t)r->channels, r->channels);
    size_t pixels = (size_t)r->width * (size_t)r->height, count = pixels * (size_t)r->channels;
    for (int i = 0; i < r->sample_count; i++) {
        size_t planar = (size_t)i * (size_t)r->step;
        CHECK_NEAR(output[planar % pixels * (size_t)r->channels + planar / pixels], r->samples[i], 1e-5);
    }
    double sum = 0, squares = 0, least = 1, most = 0;
    for (size_t i = 0; i < count; i++) {
        sum += output[i], squares += (double)output[i] * output[i];
        if (output[i] < least) least = output[i];
        if (output[i] > most) most = output[i];
    }
    CHECK_NEAR(sum / (double)count, r->mean, 2e-6);
    CHECK_NEAR(sqrt(squares / (double)count), r->rms, 2e-6);
    CHECK_NEAR(least, r->min, 1e-5);
    CHECK_NEAR(most, r->max, 1e-5);
}

/* NETWORK.IMAGE.RESIZE.json */
static bool compare_file(const char *folder, const char *name) {
    const char *extension = strstr(name, ".json");
    if (!extension) return false;
    const char *way = extension, *picture;
    do way--;
    while (*way != '.');
    picture = way;
    do picture--;
    while (*picture != '.');
    char path[512], photo[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(photo, sizeof photo, "images/%.*s.png", (int)(way - picture - 1), picture + 1);
    FILE *file = fopen(path, "r");
    if (!CHECK(file != NULL)) return false;
    char *json = calloc(1, 65536);
    size_t length = fread(json, 1, 65535, file);
    fclose(file);
    test_note("%s", name);
    CHECK(length > 0);
    reference r = parse(json);
    free(json);
    yolo_image image = {0};
    yolo_image_options options = yolo_image_options_default();
    options.channels = r.channels;
    if (!CHECK_INT(yolo_image_load(test_shared_path(photo), &options, &image, NULL), YOLO_OK)) return false;
    compare(&r, &image, !strncmp(way, ".letterbox", 10));
    yolo_image_free(&image);
    return true;
}

static void equals_darknet(void) {
    const char *folder = test_shared_path("reference/trained");
    DIR *listing = folder ? opendir(folder) : NULL;
    if (!folder || !CHECK(listing != NULL)) return;
    int compared = 0;
    for (struct dirent *entry; (entry = readdir(listing));) compared += compare_file(folder, entry->d_name);
    closedir(listing);
    CHECK(compared > 100);
}

int main(void) {
    static const test_case cases[] = {
        TEST(matches_the_textbook),
        TEST(threads_and_strides_change_nothing),
        TEST(crops_the_middle_of_a_line),
        TEST(crops_the_middle),
        TEST(keeps_the_aspect),
        TEST(surrounds_with_grey),
        TEST(changes_channels),
        TEST(kernel_sets_agree),
        TEST(equals_darknet),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
