/* COCO's instances file, as `detect eval --coco` reads it, and so all of JSON. */
#include "cli/options.h"
#include "cli/truth.h"
#include "fuzz.h"
#include "fuzz_session.h"

#include <math.h>
#include <stdlib.h>

static void use(struct truth *truth) {
    static const char *const paths[] = {"a.jpg", "folder/b.png", "c.jpg", "../d"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const struct result result = {.path = paths[i], .name = paths[i], .stem = "a", .width = 64, .height = 48};
        struct truth_picture picture;
        if (truth_find(truth, &result, &picture) != TRUTH_KNOWN) continue;
        for (size_t k = 0; k < picture.count; k++) {
            const struct eval_box *box = &picture.objects[k].object.box;
            fuzz_require(isfinite(box->x) && isfinite(box->y) && box->width >= 0 && box->height >= 0);
            fuzz_require(picture.objects[k].label != NULL);
        }
    }
    fuzz_require(truth_picture_count(truth) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    char *path = fuzz_file("a.json", bytes, count);
    struct settings settings = settings_default();
    settings.true_coco = path;
    settings.quiet = count % 2;
    struct session session = fuzz_session(&settings);
    struct truth *truth = NULL;
    if (truth_open(&session, &truth) == EXIT_DONE) use(truth);
    truth_close(truth);
    settings_free(&settings);
    free(path);
    return 0;
}
