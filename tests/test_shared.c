/* What yolo.h promises of threads: models are shared, contexts are not, and what comes out is what comes out of one
 * thread alone, bit by bit. The thread sanitizer watches (make config=thread). */
#define _POSIX_C_SOURCE 200809L
#include "pictures.h"
#include "test.h"
#include "yolo.h"

#include <pthread.h>
#include <string.h>

enum { SIDE = 64, PICTURES = 6, CONTEXTS = 8, ROUNDS = 3, MODELS = 2 };

#define CFG(activation)                                                                                                \
    "[net]\nwidth=64\nheight=64\nchannels=3\n"                                                                         \
    "[convolutional]\nfilters=16\nsize=3\nstride=2\npad=1\nactivation=" activation "\n"                                \
    "[convolutional]\nfilters=18\nsize=1\nactivation=linear\n"                                                         \
    "[yolo]\nmask=0,1,2\nanchors=4,4, 9,7, 20,24\nclasses=1\nnum=3\n"

enum { WEIGHTS = 16 + 16 * 27 + 18 + 18 * 16 };

/* A loaded model, pictures, and what a single thread finds in each. */
struct alone {
    yolo_model *model;
    yolo_image *pictures;            /* [PICTURES] */
    yolo_detections found[PICTURES]; /* by one context, one after the other */
};

static bool load(struct alone *a, const char *cfg, uint64_t seed) {
    unsigned char bytes[20 + 4 * WEIGHTS] = {0, 0, 0, 0, 2, 0, 0, 0, 5};
    test_random random = test_random_start(seed);
    float values[WEIGHTS];
    yolo_error error;
    test_random_floats(&random, values, WEIGHTS);
    memcpy(bytes + 20, values, sizeof values);
    return CHECK_INT(yolo_model_load(test_temp_file("s.cfg", cfg, strlen(cfg)),
                                     test_temp_file("s.weights", bytes, sizeof bytes), NULL, &a->model, &error),
                     YOLO_OK);
}

static const yolo_detect_options options = {.threshold = 0.05f, .nms_iou = 0.45f};

static bool detect_all(struct alone *a) {
    const yolo_context_options one_thread = {.threads = 1};
    yolo_context *context = NULL;
    yolo_error error;
    size_t sum = 0;
    if (!CHECK_INT(yolo_context_create(a->model, &one_thread, &context, &error), YOLO_OK)) return false;
    for (int i = 0; i < PICTURES; i++) {
        CHECK_INT(yolo_detect(context, &a->pictures[i], &options, &a->found[i], &error), YOLO_OK);
        sum += a->found[i].count;
    }
    yolo_context_free(&context);
    return CHECK(sum > 100); /* else equality would say little */
}

/* One thread's share: how many pictures were not as they are alone. */
struct worker {
    const struct alone *alone;
    int threads; /* of its context */
    int first;   /* where it begins among the pictures */
    int wrong;
};

static bool is_same(const yolo_detections *a, const yolo_detections *b) {
    return a->count == b->count && a->candidate_count == b->candidate_count &&
           memcmp(a->items, b->items, a->count * sizeof *a->items) == 0;
}

static void *work(void *argument) {
    struct worker *w = argument;
    const yolo_context_options wanted = {.threads = w->threads};
    yolo_context *context = NULL;
    yolo_detections found = {0};
    w->wrong = yolo_context_create(w->alone->model, &wanted, &context, NULL) ? 1000 : 0;
    for (int i = 0; i < ROUNDS * PICTURES && context; i++) {
        const int picture = (w->first + i) % PICTURES;
        if (yolo_detect(context, &w->alone->pictures[picture], &options, &found, NULL) ||
            !is_same(&found, &w->alone->found[picture]))
            w->wrong++;
    }
    yolo_detections_free(&found);
    yolo_context_free(&context);
    return NULL;
}

static void run_together(struct worker *workers, size_t count) {
    pthread_t threads[CONTEXTS];
    size_t started = 0;
    while (started < count && CHECK(pthread_create(&threads[started], NULL, work, &workers[started]) == 0)) started++;
    for (size_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
        test_note("thread %zu", i);
        CHECK_INT(workers[i].wrong, 0);
    }
}

static void release(struct alone *a) {
    for (int i = 0; i < PICTURES; i++) yolo_detections_free(&a->found[i]);
    yolo_model_free(&a->model);
}

static void make_pictures(yolo_image pictures[PICTURES]) {
    for (int i = 0; i < PICTURES; i++) pictures[i] = picture_make(SIDE + 7 * i, SIDE + 30 - 5 * i, i % 2 ? 1 : 3);
}

static void free_pictures(yolo_image pictures[PICTURES]) {
    for (int i = 0; i < PICTURES; i++) yolo_image_free(&pictures[i]);
}

static void one_model_in_eight_contexts(void) {
    yolo_image pictures[PICTURES];
    make_pictures(pictures);
    struct alone a = {.pictures = pictures};
    if (load(&a, CFG("leaky"), 1) && detect_all(&a)) {
        struct worker workers[CONTEXTS];
        for (int i = 0; i < CONTEXTS; i++) workers[i] = (struct worker){&a, 1 + i % 2, i, 0};
        run_together(workers, CONTEXTS);
    }
    release(&a);
    free_pictures(pictures);
}

static void two_models_in_two_threads(void) {
    static const char *const cfgs[MODELS] = {CFG("leaky"), CFG("mish")};
    yolo_image pictures[PICTURES];
    struct alone all[MODELS];
    struct worker workers[MODELS];
    make_pictures(pictures);
    for (int i = 0; i < MODELS; i++) {
        all[i] = (struct alone){.pictures = pictures};
        if (!load(&all[i], cfgs[i], 7 + (uint64_t)i) || !detect_all(&all[i])) return;
        workers[i] = (struct worker){&all[i], 1, 0, 0};
    }
    CHECK(!is_same(&all[0].found[0], &all[1].found[0]));
    run_together(workers, MODELS);
    for (int i = 0; i < MODELS; i++) release(&all[i]);
    free_pictures(pictures);
}

struct loader {
    const char *cfg;
    int wrong;
};

static void *load_and_free(void *argument) {
    struct loader *loader = argument;
    for (int i = 0; i < ROUNDS; i++) {
        yolo_model *model = NULL;
        if (yolo_model_load(loader->cfg, NULL, NULL, &model, NULL)) loader->wrong++;
        yolo_model_free(&model);
    }
    return NULL;
}

static void models_are_loaded_in_threads(void) {
    static const char cfg[] = CFG("relu");
    const char *path = test_temp_file("l.cfg", cfg, sizeof cfg - 1);
    struct loader loaders[CONTEXTS];
    pthread_t threads[CONTEXTS];
    for (int i = 0; i < CONTEXTS; i++) {
        loaders[i] = (struct loader){path, 0};
        CHECK(pthread_create(&threads[i], NULL, load_and_free, &loaders[i]) == 0);
    }
    for (int i = 0; i < CONTEXTS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_INT(loaders[i].wrong, 0);
    }
}

int main(void) {
    const test_case cases[] = {TEST(one_model_in_eight_contexts), TEST(two_models_in_two_threads),
                               TEST(models_are_loaded_in_threads)};
    return test_run(cases, sizeof cases / sizeof *cases);
}
