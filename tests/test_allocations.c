/* Every allocation of the library made to fail once: the call says YOLO_NO_MEMORY in a sentence, leaks nothing, leaves
 * what it was given as it was, and works when it is made again.
 *
 * The Makefile links this program with --wrap, so that the library's malloc, calloc, realloc and free are the ones
 * below. What other libraries allocate inside of themselves is made to fail by tests/cli/memory.py. */
#include "pictures.h"
#include "test.h"
#include "yolo.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *memory, size_t bytes);
void __real_free(void *memory);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);
void __wrap_free(void *memory);

enum { SLOTS = 1 << 14 };

static struct {
    atomic_bool counts;
    atomic_size_t calls, live;
    size_t failing; /* the call that fails, from 1; 0: none */
    pthread_mutex_t lock;
    void *known[SLOTS]; /* memory that was handed out here: other libraries' comes to free(), too */
} heap = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Puts `with` in the place of `what`, one of them NULL, near where the other belongs; false where `what` is unknown. */
static bool replace(const void *what, void *with) {
    const size_t home = (size_t)((uintptr_t)(what ? what : with) / 16);
    bool found = false;
    pthread_mutex_lock(&heap.lock);
    for (size_t i = 0; i < SLOTS && !found; i++) {
        void **slot = &heap.known[(home + i) % SLOTS];
        found = *slot == what;
        if (found) *slot = with;
    }
    pthread_mutex_unlock(&heap.lock);
    return found;
}

static bool is_to_fail(void) {
    return atomic_load(&heap.counts) && atomic_fetch_add(&heap.calls, 1) + 1 == heap.failing;
}

static void *noted(void *memory) {
    if (memory && replace(NULL, memory)) atomic_fetch_add(&heap.live, 1);
    return memory;
}

void *__wrap_malloc(size_t bytes) {
    return is_to_fail() ? NULL : noted(__real_malloc(bytes));
}

void *__wrap_calloc(size_t count, size_t bytes) {
    return is_to_fail() ? NULL : noted(__real_calloc(count, bytes));
}

void *__wrap_realloc(void *memory, size_t bytes) {
    if (is_to_fail()) return NULL;
    void *moved = __real_realloc(memory, bytes);
    if (moved && memory && replace(memory, NULL)) atomic_fetch_sub(&heap.live, 1);
    return noted(moved);
}

void __wrap_free(void *memory) {
    if (memory && replace(memory, NULL)) atomic_fetch_sub(&heap.live, 1);
    __real_free(memory);
}

/* ---- Driving ---------------------------------------------------------------------------------------------------- */

static yolo_error error;
static size_t failures; /* of all cases */

/* A call with everything that it leaves freed again. */
typedef yolo_status call(void *argument);

static yolo_status attempt(call *function, void *argument, size_t failing) {
    error = (yolo_error){0};
    heap.failing = failing;
    atomic_store(&heap.calls, 0);
    atomic_store(&heap.counts, true);
    yolo_status status = function(argument);
    atomic_store(&heap.counts, false);
    return status;
}

/* `may_do_without`: allocations that the call can do without. */
static void fail_each(const char *name, call *function, void *argument, size_t may_do_without) {
    test_note("%s", name);
    const size_t live = atomic_load(&heap.live);
    if (!CHECK_INT(attempt(function, argument, 0), YOLO_OK)) printf("  %s\n", error.message);
    const size_t count = atomic_load(&heap.calls);
    size_t done_without = 0;
    CHECK(count > 0);
    for (size_t i = 1; i <= count; i++) {
        test_note("%s, allocation %zu of %zu", name, i, count);
        const yolo_status status = attempt(function, argument, i);
        if (status == YOLO_OK && done_without < may_do_without)
            done_without++;
        else if (CHECK_INT(status, YOLO_NO_MEMORY))
            CHECK(error.status == YOLO_NO_MEMORY && strstr(error.message, "memory"));
        CHECK_INT(atomic_load(&heap.live), live);
        if (i % 4 != 1) continue;
        CHECK_INT(attempt(function, argument, 0), YOLO_OK); /* nothing is broken */
        CHECK_INT(atomic_load(&heap.live), live);
    }
    failures += count;
    printf("%s: %zu allocations failed, one after another\n", name, count);
    fflush(stdout);
}

/* ---- Models ----------------------------------------------------------------------------------------------------- */

#define INPUT "[net]\nwidth=32\nheight=32\nchannels=3\n"
#define CONV "[convolutional]\nbatch_normalize=1\nfilters=18\nsize=3\nstride=1\npad=1\nactivation=leaky\n"
#define YOLO "[yolo]\nmask=0,1\nanchors=4,4,9,9\nclasses=4\nnum=2\n"

static const char maps_cfg[] =
    INPUT CONV "[maxpool]\nsize=2\nstride=2\n" CONV "[shortcut]\nfrom=-2\nweights_type=per_channel\n" CONV
               "[route]\nlayers=-1,-2\n[batchnorm]\n"
               "[convolutional]\nfilters=18\nsize=3\npad=1\nxnor=1\n[convolutional]\nfilters=18\nsize=3\npad=1\n"
               "stride=2\nantialiasing=1\n[convolutional]\nfilters=18\nsize=1\nflipped=1\n" YOLO
               "[route]\nlayers=-2\n[upsample]\n" CONV
               "[convolutional]\nfilters=18\nsize=3\npad=1\nshare_index=-1\nbatch_normalize=1\n"
               "[convolutional]\nfilters=18\nsize=1\n" YOLO;

static const char states_cfg[] =
    INPUT "[crnn]\noutput=4\nhidden=3\nsize=3\npad=1\n[conv_lstm]\noutput=4\nsize=3\npad=1\npeephole=1\n"
          "[local]\nfilters=2\nsize=3\nstride=2\n[connected]\noutput=9\nbatch_normalize=1\n[rnn]\noutput=7\nhidden=5\n"
          "[gru]\noutput=6\n[lstm]\noutput=5\nbatch_normalize=1\n[softmax]\n";

static const char tree_cfg[] = INPUT "[convolutional]\nfilters=8\nsize=1\n"
                                     "[region]\nclasses=3\nnum=1\ntree=a.tree\nanchors=1,1\n";

static const char late_cfg[] = INPUT "[convolutional]\nfilters=20\nsize=1\nactivation=linear\n"
                                     "[convolutional]\nfilters=70\nsize=1\nactivation=linear\n"
                                     "[yolo]\nmask=0,1\nanchors=4,4,9,9\nclasses=30\nnum=2\n";

typedef struct loading {
    const char *cfg, *weights, *names;
} loading;

static yolo_status load(const loading *l, yolo_model **model) {
    yolo_model_options options = yolo_model_options_default();
    const yolo_context_options context = yolo_context_options_default();
    options.names_path = l->names;
    options.context = &context;
    *model = NULL;
    return yolo_model_load(l->cfg, l->weights, &options, model, &error);
}

static yolo_status load_and_free(void *argument) {
    yolo_model *model;
    yolo_status status = load(argument, &model);
    CHECK((model != NULL) == !status);
    yolo_model_free(&model);
    return status;
}

static const char *text_file(const char *name, const char *text) {
    return test_temp_file(name, text, strlen(text));
}

static loading maps_network(void) {
    return (loading){text_file("maps.cfg", maps_cfg), NULL, text_file("maps.names", "a\nb\nc\nd\n")};
}

static void loads(void) {
    loading maps = maps_network(), states = {text_file("states.cfg", states_cfg), NULL, NULL};
    loading tree = {text_file("tree.cfg", tree_cfg), NULL, NULL}, late = {text_file("late.cfg", late_cfg), NULL, NULL};
    text_file("a.tree", "x -1\ny 0\nz 0\n");
    fail_each("loading maps", load_and_free, &maps, 0);
    fail_each("loading states", load_and_free, &states, 0);
    fail_each("loading a tree", load_and_free, &tree, 0);
    fail_each("loading late layers", load_and_free, &late, 0);
}

/* More than 4 MiB of weights, so that threads share the packing; those can be done without. */
static void loads_large_weights(void) {
    static const char cfg[] = INPUT "[maxpool]\nsize=32\nstride=32\n"
                                    "[convolutional]\nfilters=1024\nsize=1\n[convolutional]\nfilters=1024\nsize=1\n"
                                    "[convolutional]\nfilters=2\nsize=1\n";
    enum { COUNT = 1024 * 4 + 1024 * 1025 + 2 * 1025 };
    uint8_t *bytes = calloc(20 + COUNT * sizeof(float), 1);
    bytes[4] = 2, bytes[8] = 5;
    loading large = {text_file("large.cfg", cfg), test_temp_file("large.weights", bytes, 20 + COUNT * sizeof(float)),
                     NULL};
    free(bytes);
    fail_each("loading weights", load_and_free, &large, 3);
}

/* ---- Contexts and detecting ------------------------------------------------------------------------------------- */

typedef struct running {
    yolo_model *model;
    yolo_context *context;
    yolo_image image;
    yolo_detect_options options;
    yolo_tile_options tiles;
    int threads;
} running;

static yolo_status create_and_free(void *argument) {
    const running *r = argument;
    yolo_context_options options = yolo_context_options_default();
    yolo_context *context = NULL;
    options.threads = r->threads;
    yolo_status status = yolo_context_create(r->model, &options, &context, &error);
    CHECK((context != NULL) == !status);
    yolo_context_free(&context);
    return status;
}

static yolo_status detect(void *argument) {
    running *r = argument;
    yolo_detections found = {0};
    yolo_status status = yolo_detect(r->context, &r->image, &r->options, &found, &error);
    CHECK(status ? !found.items && !found.count : found.candidate_count > 100);
    yolo_detections_free(&found);
    return status;
}

static yolo_status detect_tiled(void *argument) {
    running *r = argument;
    yolo_detections found = {0};
    yolo_status status = yolo_detect_tiled(r->context, &r->image, &r->options, &r->tiles, &found, &error);
    CHECK(status ? !found.items && !found.count : found.candidate_count > 100);
    yolo_detections_free(&found);
    return status;
}

static bool open_running(running *r) {
    const loading maps = maps_network();
    *r = (running){.image = picture_make(100, 70, 3), .threads = 1, .options = yolo_detect_options_default()};
    r->tiles = (yolo_tile_options){.width = 64, .height = 50, .overlap = 0.2f};
    r->options.threshold = 0.1f; /* weights of zeros: every score is a quarter */
    return CHECK_INT(load(&maps, &r->model), YOLO_OK) &&
           CHECK_INT(yolo_context_create(r->model, &(yolo_context_options){.threads = 1}, &r->context, &error),
                     YOLO_OK);
}

static void close_running(running *r) {
    yolo_context_free(&r->context);
    yolo_model_free(&r->model);
    yolo_image_free(&r->image);
}

static void contexts_are_made(void) {
    running r;
    if (open_running(&r)) {
        fail_each("a context", create_and_free, &r, 0);
        r.threads = 3;
        fail_each("a context of three threads", create_and_free, &r, 1);
    }
    close_running(&r);
}

static void detects(void) {
    static const struct {
        const char *name;
        yolo_nms nms;
    } kinds[] = {{"default", YOLO_NMS_DEFAULT}, {"none", YOLO_NMS_NONE}, {"soft", YOLO_NMS_SOFT}};
    running r;
    bool opened = open_running(&r);
    for (size_t i = 0; opened && i < sizeof kinds / sizeof *kinds; i++) {
        char name[64];
        r.options.nms = kinds[i].nms;
        r.options.threshold = kinds[i].nms == YOLO_NMS_SOFT ? 0.24f : 0.1f;
        snprintf(name, sizeof name, "detecting, NMS %s", kinds[i].name);
        fail_each(name, detect, &r, 0);
        snprintf(name, sizeof name, "detecting in tiles, NMS %s", kinds[i].name);
        fail_each(name, detect_tiled, &r, 0);
    }
    close_running(&r);
}

/* What runs between setting the input and reading the heads is promised to allocate nothing. */
static void running_allocates_nothing(void) {
    running r;
    if (open_running(&r)) {
        atomic_store(&heap.calls, 0);
        atomic_store(&heap.counts, true);
        CHECK_INT(yolo_set_input(r.context, &r.image, YOLO_RESIZE_AUTO, &error), YOLO_OK);
        CHECK_INT(yolo_run(r.context, &error), YOLO_OK);
        atomic_store(&heap.counts, false);
        CHECK_INT(atomic_load(&heap.calls), 0);
    }
    close_running(&r);
}

static yolo_status find_rows(void *argument) {
    const yolo_detections *found = argument;
    yolo_place *places = __real_malloc(found->count * sizeof *places);
    int count = -1;
    yolo_status status = yolo_find_rows(found, NULL, places, &count, &error);
    CHECK(status ? count == -1 : count > 0);
    __real_free(places);
    return status;
}

static void rows_are_found(void) {
    enum { COUNT = 60 };
    yolo_detection items[COUNT];
    test_random random = test_random_start(3);
    for (int i = 0; i < COUNT; i++)
        items[i] = (yolo_detection){
            (float)(i % 15) * 20, (float)(i / 15) * 100 + 3 * test_random_float(&random), 18, 80, 0.5f, 0};
    yolo_detections found = {items, COUNT, COUNT};
    fail_each("rows", find_rows, &found, 0);
}

/* ---- Pictures --------------------------------------------------------------------------------------------------- */

typedef struct file {
    const char *name;
    const uint8_t *bytes;
    size_t byte_count;
    yolo_image_options options;
} file;

static yolo_status decode(void *argument) {
    const file *f = argument;
    yolo_image image = {0};
    yolo_status status = yolo_image_decode(f->bytes, f->byte_count, f->name, &f->options, &image, &error);
    CHECK((image.pixels != NULL) == !status);
    yolo_image_free(&image);
    return status;
}

/* `looked_at`: formats that allocate before they find out that it is not them. */
static void decode_each(const char *name, const void *bytes, size_t byte_count, size_t looked_at) {
    for (int channels = 0; channels <= 3; channels += 3) {
        file f = {name, bytes, byte_count, yolo_image_options_default()};
        f.options.channels = channels;
        fail_each(name, decode, &f, looked_at);
    }
}

static void small_formats_are_decoded(void) {
    static const uint8_t gif[] =
        "GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2L\1\0;";
    static const uint8_t tga[18 + 6] = {[2] = 2, [12] = 2, [14] = 1, [16] = 24, 1, 2, 3, 4, 5, 6};
    static const uint8_t psd[] =
        "8BPS\0\1\0\0\0\0\0\0\0\3\0\0\0\1\0\0\0\2\0\10\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\2\3\4\5\6";
    static const char hdr[] = "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 2\n\1\2\3\x80\4\5\6\x80";
    static const char pnm[] = "P6 2 1 255\nabcdef";
    static const uint8_t bmp[54 + 8] = {'B', 'M', 62, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40,
                                        0,   0,   0,  2, 0, 0, 0, 1, 0, 0, 0,  1, 0, 24};
    decode_each("a GIF", gif, sizeof gif - 1, 0);
    decode_each("a TGA", tga, sizeof tga, 1);
    decode_each("a PSD", psd, sizeof psd - 1, 1);
    decode_each("an HDR", hdr, sizeof hdr - 1, 1);
    decode_each("a PNM", pnm, sizeof pnm - 1, 0);
    decode_each("a BMP", bmp, sizeof bmp, 0);
}

typedef struct encoding {
    const yolo_image *image;
    yolo_format format;
    const char *path;
} encoding;

static yolo_status encode(void *argument) {
    const encoding *e = argument;
    uint8_t *bytes = NULL;
    size_t count = 0;
    yolo_status status = yolo_image_encode(e->image, e->format, 90, &bytes, &count, &error);
    CHECK((bytes != NULL) == !status);
    yolo_bytes_free(bytes);
    return status;
}

static yolo_status save(void *argument) {
    const encoding *e = argument;
    remove(e->path);
    yolo_status status = yolo_image_save(e->image, e->path, e->format, 90, &error);
    FILE *written = fopen(e->path, "rb");
    CHECK((written != NULL) == !status); /* whole or absent */
    if (written) fclose(written);
    return status;
}

static void pictures_are_encoded_and_decoded(void) {
    static const yolo_format formats[] = {YOLO_FORMAT_JPEG, YOLO_FORMAT_PNG};
    for (int channels = 1; channels <= 3; channels += 2) {
        yolo_image image = picture_make(90, 60, channels);
        for (size_t i = 0; i < 2; i++) {
            uint8_t *bytes = NULL;
            size_t count;
            const char *name = formats[i] == YOLO_FORMAT_JPEG ? "a JPEG" : "a PNG";
            encoding e = {&image, formats[i], test_temp_path("picture")};
            printf("encoding and saving ");
            fail_each(name, encode, &e, 0);
            fail_each(name, save, &e, 0);
            CHECK_INT(yolo_image_encode(&image, formats[i], 90, &bytes, &count, &error), YOLO_OK);
            decode_each(name, bytes, count, 0);
            yolo_bytes_free(bytes);
        }
        yolo_image_free(&image);
    }
}

static yolo_status shrink(void *argument) {
    yolo_image smaller = {0};
    yolo_status status = yolo_image_shrink(argument, 20, 20, &smaller, &error);
    CHECK((smaller.pixels != NULL) == !status);
    yolo_image_free(&smaller);
    return status;
}

static yolo_status draw(void *argument) {
    running *r = argument;
    yolo_detection items[] = {{5, 5, 40, 30, 0.9f, 0}, {30, 20, 40, 30, 0.5f, 3}};
    const yolo_detections found = {items, 2, 2};
    const yolo_panel_line lines[] = {{"12", "cats", 0xFF0000, true}, {"3", "dogs", 0, false}};
    const float points[] = {5, 5, 90, 10, 50, 60};
    yolo_status status = yolo_draw_detections(&r->image, r->model, &found, NULL, &error);
    if (!status) status = yolo_draw_panel(&r->image, lines, 2, NULL, &error);
    if (!status) status = yolo_draw_plate(&r->image, "a plate", 40, 40, 0.5f, 0x00FF00, NULL, &error);
    if (!status) status = yolo_draw_text(&r->image, "text", 10, 50, 0, 12, 0xFFFFFF, NULL, &error);
    return status ? status : yolo_draw_outline(&r->image, points, 3, 0x0000FF, NULL, &error);
}

static void pictures_are_shrunk_and_drawn_on(void) {
    running r;
    if (open_running(&r)) {
        fail_each("shrinking", shrink, &r.image, 0);
        fail_each("drawing", draw, &r, 0);
    }
    close_running(&r);
}

static void says_how_many(void) {
    printf("%zu allocations were made to fail\n", failures);
    CHECK(failures > 1000);
}

int main(void) {
    static const test_case cases[] = {
        TEST(loads),
        TEST(loads_large_weights),
        TEST(contexts_are_made),
        TEST(detects),
        TEST(running_allocates_nothing),
        TEST(rows_are_found),
        TEST(small_formats_are_decoded),
        TEST(pictures_are_encoded_and_decoded),
        TEST(pictures_are_shrunk_and_drawn_on),
        TEST(says_how_many),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
