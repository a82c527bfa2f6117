/* Every file of DETECT_SHARED/stress is decoded or refused with a sentence, in bounded memory and time. */
#define _XOPEN_SOURCE 700

#include "image/image.h"
#include "test.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif

typedef struct tally {
    int decoded, refused;
    double slowest;
} tally;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void try_file(const char *path, tally *t) {
    yolo_image image = {0};
    yolo_error error = {0};
    double start = now();
    yolo_status status = yolo_image_load(path, NULL, &image, &error);
    double seconds = now() - start;
    if (seconds > t->slowest) t->slowest = seconds;
    test_note("%s", path);
    if (status == YOLO_OK) {
        t->decoded++;
        CHECK_INT(image_check(&image, NULL), YOLO_OK);
        CHECK((uint64_t)image.width * (uint64_t)image.height <= 100000000);
        CHECK(image.format != YOLO_FORMAT_UNKNOWN);
    } else {
        t->refused++;
        CHECK_INT(status, YOLO_BAD_IMAGE);
        CHECK(!strncmp(error.message, path, strlen(path)));
        CHECK(strlen(error.message) > strlen(path) + 10);
        CHECK(image.pixels == NULL);
    }
    yolo_image_free(&image);
}

static void walk(const char *folder, tally *t) {
    DIR *listing = opendir(folder);
    if (!CHECK(listing != NULL)) return;
    for (struct dirent *entry; (entry = readdir(listing));) {
        char path[1024];
        struct stat facts;
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (stat(path, &facts)) continue;
        if (S_ISDIR(facts.st_mode))
            walk(path, t);
        else
            try_file(path, t);
    }
    closedir(listing);
}

/* Under a limit of memory where one can be set: a decoder that wants more fails, and memory that it takes in vain
 * shows in the peak. */
static void survives_everything(void) {
    const char *folder = test_shared_path("stress");
    if (!folder) return;
    tally t = {0};
#ifndef SANITIZED
    struct rlimit old, limit;
    getrlimit(RLIMIT_AS, &old);
    limit = old;
    limit.rlim_cur = 1500000000;
    setrlimit(RLIMIT_AS, &limit);
#endif
    walk(folder, &t);
#ifndef SANITIZED
    setrlimit(RLIMIT_AS, &old);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    CHECK(usage.ru_maxrss < 300 * 1024); /* nothing there is large: 110 MB is what the largest takes */
#endif
    CHECK(t.decoded > 500);
    CHECK(t.refused > 200);
    CHECK(t.slowest < 10);
}

static void refuses_all_of(const char *folder, const char *except) {
    const char *path = test_shared_path(folder);
    DIR *listing = path ? opendir(path) : NULL;
    if (!path || !CHECK(listing != NULL)) return;
    for (struct dirent *entry; (entry = readdir(listing));) {
        char file[1024];
        yolo_image image = {0};
        if (entry->d_name[0] == '.') continue;
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        bool good = strstr(except, entry->d_name) != NULL;
        test_note("%s", entry->d_name);
        CHECK((yolo_image_load(file, NULL, &image, NULL) == YOLO_OK) == good);
        yolo_image_free(&image);
    }
    closedir(listing);
}

static void refuses_corrupt_and_hostile_files(void) {
    refuses_all_of("stress/pngsuite-stb/pngsuite/corrupt", "");
    refuses_all_of("stress/hostile-sizes", "bmp_topdown_ok_4x4.bmp pgm_16bit_ok.pgm png_10000x1.png png_1x1.png "
                                           "png_1x10000.png");
}

/* Changed bytes in good files of every format: nothing may crash, and what is decoded is a picture. */
static void survives_changed_bytes(void) {
    static const char *const seeds[] = {
        "stress/bmpsuite/g/pal8rle.bmp",
        "stress/bmpsuite/g/pal4rle.bmp",
        "stress/bmpsuite/g/rgb16-565pal.bmp",
        "stress/bmpsuite/q/rgba32-2.bmp",
        "stress/bmpsuite/g/pal1.bmp",
        "stress/pngsuite-stb/pngsuite/primary/basi3p08.png",
        "stress/pngsuite-stb/pngsuite/primary/tbrn2c08.png",
        "stress/jpeg-decoder/tests/reftest/images/restarts.jpg",
        "stress/jpeg-decoder/tests/reftest/images/progressive3.jpg",
        "stress/pngsuite-stb/pbm/comment.pgm",
        "stress/jpeg-decoder/tests/reftest/images/mozilla/jpg-cmyk-1.jpg",
    };
    test_random random = test_random_start(7);
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        const char *path = test_shared_path(seeds[i]);
        if (!path) return;
        static uint8_t bytes[300000], changed[300000];
        FILE *file = fopen(path, "rb");
        size_t count = file ? fread(bytes, 1, sizeof bytes, file) : 0;
        if (file) fclose(file);
        CHECK(count > 0);
        for (int round = 0; round < 60; round++) {
            yolo_image image = {0};
            memcpy(changed, bytes, count);
            int most = round % 3 == 0 ? (int)count : count < 200 ? (int)count : 200; /* often in the header */
            for (int k = 0; k <= round % 5; k++)
                changed[test_random_int(&random, 2, most - 1)] = (uint8_t)test_random_int(&random, 0, 255);
            size_t length = round % 7 == 0 ? (size_t)test_random_int(&random, 0, (int)count) : count;
            if (yolo_image_decode(changed, length, "changed", NULL, &image, NULL) == YOLO_OK)
                CHECK_INT(image_check(&image, NULL), YOLO_OK);
            yolo_image_free(&image);
        }
    }
}

int main(void) {
    static const test_case cases[] = {
        TEST(survives_everything),
        TEST(refuses_corrupt_and_hostile_files),
        TEST(survives_changed_bytes),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
