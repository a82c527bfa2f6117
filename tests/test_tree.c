#include "layers/tree.h"
#include "test.h"

#include <math.h>
#include <string.h>

static yolo_status read_text(const char *text, tree *t, yolo_error *error) {
    const cfg_section section = {.file = test_temp_path("x.cfg"), .name = "region", .line = 3};
    const layer l = {.section = &section};
    test_temp_file("x.tree", text, strlen(text));
    return tree_read(&l, "x.tree", t, error);
}

static void reads_groups(void) {
    tree t;
    if (!CHECK(read_text("a -1\nb -1\nc 0\r\nd 0\ne 1\nf\t2\n\n", &t, NULL) == YOLO_OK)) return;
    static const int parent[] = {-1, -1, 0, 0, 1, 2}, group_of[] = {0, 0, 1, 1, 2, 3};
    static const int first_child[] = {1, 2, 3, -1, -1, -1}, offset[] = {0, 2, 4, 5}, size[] = {2, 2, 1, 1};
    CHECK_INT(t.class_count, 6);
    CHECK_INT(t.group_count, 4);
    CHECK(memcmp(t.parent, parent, sizeof parent) == 0);
    CHECK(memcmp(t.group_of, group_of, sizeof group_of) == 0);
    CHECK(memcmp(t.first_child, first_child, sizeof first_child) == 0);
    CHECK(memcmp(t.group_offset, offset, sizeof offset) == 0);
    CHECK(memcmp(t.group_size, size, sizeof size) == 0);
    tree_free(&t);
    tree_free(&t);
}

static void makes_probabilities(void) {
    tree t;
    float values[] = {0, logf(3), 5, 5, 1};
    if (!CHECK(read_text("a\nb\nc 1\nd 1\ne 3", &t, NULL) == YOLO_OK)) return;
    tree_softmax(&t, values, 1);
    static const float given_parent[] = {0.25f, 0.75f, 0.5f, 0.5f, 1},
                       absolute[] = {0.25f, 0.75f, 0.375f, 0.375f, 0.375f};
    CHECK_NEAR_FLOATS(values, given_parent, 5, 1e-6);
    tree_multiply_down(&t, values);
    CHECK_NEAR_FLOATS(values, absolute, 5, 1e-6);
    tree_free(&t);
}

static void check_refusal(const char *text, int line, const char *sentence) {
    tree t;
    yolo_error error;
    CHECK(read_text(text, &t, &error) == YOLO_BAD_MODEL);
    CHECK_CONTAINS(error.message, "x.tree");
    CHECK_CONTAINS(error.message, sentence);
    CHECK_INT(error.line, line);
    CHECK(t.parent == NULL && t.class_count == 0);
}

static void refuses_what_is_no_tree(void) {
    check_refusal("a -1\nb 1\n", 2, "parent 1 is not a class of an earlier line");
    check_refusal("a -2\n", 1, "parent -2");
    check_refusal("a -1\nb zero\n", 2, "not 'zero'");
    check_refusal("a -1\n\nb 0\n", 2, "a class is missing");
    check_refusal("", 0, "no classes");
    tree t;
    yolo_error error;
    const cfg_section section = {.file = "nowhere/x.cfg", .name = "region", .line = 3};
    const layer l = {.section = &section};
    CHECK(tree_read(&l, "missing.tree", &t, &error) == YOLO_BAD_MODEL);
    CHECK_CONTAINS(error.message, "nowhere/x.cfg:3: [region] tree missing.tree cannot be read");
}

static void reads_yolo9000(void) {
    const char *cfg_path = test_shared_path("cfg/yolo9000.cfg");
    if (!cfg_path) return;
    const cfg_section section = {.file = cfg_path, .name = "region"};
    const layer l = {.section = &section};
    tree t;
    if (!CHECK(tree_read(&l, "data/9k.tree", &t, NULL) == YOLO_OK)) return;
    CHECK_INT(t.class_count, 9418);
    tree_free(&t);
}

int main(void) {
    static const test_case cases[] = {TEST(reads_groups), TEST(makes_probabilities), TEST(refuses_what_is_no_tree),
                                      TEST(reads_yolo9000)};
    return test_run(cases, sizeof cases / sizeof *cases);
}
