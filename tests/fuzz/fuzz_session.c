#include "fuzz_session.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static const char cfg[] = "[net]\nwidth=8\nheight=8\nchannels=3\n[convolutional]\nfilters=9\nsize=1\n[yolo]\nmask=0\n"
                          "anchors=4,4\nclasses=4\nnum=1\n";
static const char names[] = "dog\ncat\na=b\nprice tag\n";

static yolo_model *loaded;

static void release(void) {
    yolo_model_free(&loaded);
}

static void load(void) {
    char *cfg_path = fuzz_file("session.cfg", cfg, strlen(cfg));
    char *names_path = fuzz_file("session.names", names, strlen(names));
    yolo_model_options options = yolo_model_options_default();
    options.names_path = names_path;
    fuzz_require(yolo_model_load(cfg_path, NULL, &options, &loaded, NULL) == YOLO_OK);
    atexit(release);
    free(names_path);
    free(cfg_path);
}

struct session fuzz_session(const struct settings *settings) {
    if (!loaded) load();
    struct session session = {.settings = settings, .model = loaded};
    fuzz_require(yolo_model_get_info(loaded, &session.info) == YOLO_OK);
    return session;
}
