/* A label file of YOLO's, and the names of its classes: the text up to the first empty line is --label-names, the rest
 * the labels of a picture. */
#define _GNU_SOURCE /* memmem */
#include "cli/options.h"
#include "cli/truth.h"
#include "fuzz.h"
#include "fuzz_session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void use(struct truth *truth) {
    const struct result result = {.path = "a.jpg", .name = "a.jpg", .stem = "a", .width = 64, .height = 48};
    struct truth_picture picture;
    if (truth_find(truth, &result, &picture) != TRUTH_KNOWN) return;
    for (size_t i = 0; i < picture.count; i++) {
        const struct eval_box *box = &picture.objects[i].object.box;
        fuzz_require(isfinite(box->x) && isfinite(box->y) && box->width > 0 && box->height > 0);
        fuzz_require(picture.objects[i].label != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    const uint8_t *gap = count ? memmem(bytes, count, "\n\n", 2) : NULL;
    const uint8_t *labels = gap ? gap + 2 : bytes;
    char *names = gap ? fuzz_file("label.names", bytes, (size_t)(gap - bytes)) : NULL;
    char *path = fuzz_file("a.txt", labels, count - (size_t)(labels - bytes));
    struct settings settings = settings_default();
    settings.labels = fuzz_folder();
    settings.label_names = names;
    struct session session = fuzz_session(&settings);
    struct truth *truth = NULL;
    if (truth_open(&session, &truth) == EXIT_DONE) use(truth);
    truth_close(truth);
    settings_free(&settings);
    free(path);
    free(names);
    return 0;
}
