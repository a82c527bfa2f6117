#include "layers/types.h"
#include "test.h"

#include <stdio.h>

static void finds_sections_by_name(void) {
    CHECK(layer_type_find("maxpool") == &layer_maxpool);
    CHECK(layer_type_find("Gaussian_yolo") == &layer_gaussian_yolo);
    CHECK(layer_type_find("reorg3d") == &layer_reorg3d);
    CHECK(layer_type_find("gaussian_yolo") == NULL);
    CHECK(layer_type_find("Maxpool") == NULL);
    CHECK(layer_type_find("net") == NULL);
    CHECK(layer_type_find("") == NULL);
}

static void finds_sections_by_alias(void) {
    static const char *const pairs[][2] = {
        {"conv", "convolutional"},      {"conn", "connected"},    {"max", "maxpool"},  {"avg", "avgpool"},
        {"local_avg", "local_avgpool"}, {"lrn", "normalization"}, {"soft", "softmax"}, {"empty", "silence"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        test_note("%s", pairs[i][0]);
        CHECK(layer_type_find(pairs[i][0]) != NULL);
        CHECK(layer_type_find(pairs[i][0]) == layer_type_find(pairs[i][1]));
    }
}

static void lists_every_type_once(void) {
    size_t count = 0;
    for (; layer_type_at(count); count++) CHECK(layer_type_find(layer_type_at(count)->name) == layer_type_at(count));
    CHECK(count > 30);
    CHECK(layer_type_at(count + 1) == NULL);
}

/* Every section of a cfg is known. */
static void check_cfg(const char *path) {
    cfg c;
    if (!CHECK(cfg_read(path, &c, NULL) == YOLO_OK)) return;
    for (size_t i = 1; i < c.section_count; i++) {
        test_note("%s:%d: [%s]", path, c.sections[i].line, c.sections[i].name);
        CHECK(layer_type_find(c.sections[i].name) != NULL);
    }
    cfg_free(&c);
}

static void knows_what_networks_use(void) {
    static const char *const names[] = {"yolov4",
                                        "yolov3-tiny_occlusion_track",
                                        "enet-coco",
                                        "yolo9000",
                                        "yolov1-yolo-small",
                                        "yolov4-sam-mish-csp-reorg-bfm",
                                        "Gaussian_yolov3_BDD"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char relative[64];
        snprintf(relative, sizeof relative, "cfg/%s.cfg", names[i]);
        const char *path = test_shared_path(relative);
        if (!path) return;
        check_cfg(path);
    }
}

int main(void) {
    static const test_case cases[] = {TEST(finds_sections_by_name), TEST(finds_sections_by_alias),
                                      TEST(lists_every_type_once), TEST(knows_what_networks_use)};
    return test_run(cases, sizeof cases / sizeof *cases);
}
