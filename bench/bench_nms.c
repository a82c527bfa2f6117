/* How long suppression takes for 100,000 boxes of a picture, by kind of NMS and kind of crowd. */
#include "detect/nms.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { COUNT = 100000, ROUNDS = 5 };

static float uniform(float low, float high) {
    return low + (high - low) * (float)rand() / (float)RAND_MAX;
}

/* Objects anywhere, of 1 to 20 % of the picture's side. */
static candidate object(int i) {
    return (candidate){uniform(0, 1), uniform(0, 1), uniform(.01f, .2f), uniform(.01f, .2f), uniform(.25f, 1), 0,
                       (uint32_t)i};
}

/* What a head makes of a dense shelf: many boxes around each of 400 products. */
static candidate around_products(int i) {
    int product = rand() % 400;
    float x = (float)(product % 20) / 20, y = (float)(product / 20) / 20;
    return (candidate){x + uniform(-.01f, .01f),
                       y + uniform(-.01f, .01f),
                       uniform(.04f, .05f),
                       uniform(.04f, .05f),
                       uniform(.25f, 1),
                       0,
                       (uint32_t)i};
}

static candidate identical(int i) {
    return (candidate){.5f, .5f, .1f, .1f, .5f, 0, (uint32_t)i};
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static double median_ms(yolo_nms kind, candidate (*make)(int), candidate *rows) {
    detect_rules rules = {.nms = kind, .iou = 0.45f, .beta = 0.6f, .threshold = 0.25f};
    double times[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        size_t count = COUNT;
        srand(1);
        for (int i = 0; i < COUNT; i++) rows[i] = make(i);
        double start = seconds();
        if (nms_suppress(&rules, rows, &count, NULL)) exit(1);
        times[round] = 1e3 * (seconds() - start);
    }
    qsort(times, ROUNDS, sizeof *times, ascending);
    return times[ROUNDS / 2];
}

int main(void) {
    static const struct {
        const char *name;
        candidate (*make)(int);
    } crowds[] = {{"objects", object}, {"products", around_products}, {"identical", identical}};
    static const struct {
        const char *name;
        yolo_nms kind;
    } kinds[] = {
        {"default", YOLO_NMS_DEFAULT}, {"greedy", YOLO_NMS_GREEDY}, {"diou", YOLO_NMS_DIOU}, {"soft", YOLO_NMS_SOFT}};
    candidate *rows = malloc(COUNT * sizeof *rows);
    if (!rows) return 1;
    printf("NMS of %d boxes, ms (median of %d)\n%-10s", COUNT, ROUNDS, "");
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) printf("%9s", kinds[k].name);
    for (size_t c = 0; c < sizeof crowds / sizeof *crowds; c++) {
        printf("\n%-10s", crowds[c].name);
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            printf("%9.1f", median_ms(kinds[k].kind, crowds[c].make, rows));
    }
    printf("\n");
    free(rows);
    return 0;
}
