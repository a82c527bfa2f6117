/* detect eval's arithmetic, on cases that can be computed by hand. */
#include "cli/eval_match.h"
#include "cli/eval_precision.h"
#include "test.h"

#include <float.h>
#include <stdlib.h>

/* A box of 10 x 10 whose left edge is at `x`: two of them, d apart, overlap by (10 - d) / (10 + d). */
static struct eval_box box(double x) {
    return (struct eval_box){x, 0, 10, 10};
}

static struct eval_object object(double x) {
    return (struct eval_object){box(x), false};
}

static struct eval_object crowd(double x, double width) {
    return (struct eval_object){{x, 0, width, 10}, true};
}

enum { ALL = (1 << EVAL_IOU_COUNT) - 1 };

static void overlaps_are_the_textbooks(void) {
    const struct eval_object one = object(0), many = crowd(0, 100);
    const struct eval_box same = box(0), shifted = box(5), beside = box(10), inside = {2, 3, 4, 5}, flat = {2, 3, 4, 0};
    CHECK_NEAR(eval_overlap(&same, &one), 1, 0);
    CHECK_NEAR(eval_overlap(&shifted, &one), 50.0 / 150, 1e-15);
    CHECK_NEAR(eval_overlap(&beside, &one), 0, 0);
    CHECK_NEAR(eval_overlap(&inside, &one), 0.2, 1e-15);
    CHECK_NEAR(eval_overlap(&flat, &one), 0, 0);
    CHECK_NEAR(eval_overlap(&shifted, &many), 1, 0); /* of its own area */
}

static void thresholds_are_numpys(void) {
    /* numpy.linspace(.5, .95, 10) and numpy.linspace(0, 1, 101), where they are not what one would write */
    CHECK_NEAR(eval_iou_threshold(0), 0.5, 0);
    CHECK_NEAR(eval_iou_threshold(5), 0.75, 0);
    CHECK_NEAR(eval_iou_threshold(8), 0.8999999999999999, 0);
    CHECK_NEAR(eval_iou_threshold(9), 0.95, 0);
    CHECK_NEAR(eval_recall(0), 0, 0);
    CHECK_NEAR(eval_recall(29), 0.29, 0);
    CHECK_NEAR(eval_recall(57), 0.5700000000000001, 0);
    CHECK_NEAR(eval_recall(100), 1, 0);
}

static void each_object_is_found_once(void) {
    const struct eval_object objects[] = {object(0), object(100)};
    const struct eval_box found[] = {box(0), box(0), box(101), box(50)};
    struct eval_match matches[4];
    eval_match(objects, 2, found, 4, matches);
    CHECK_INT(matches[0].right, ALL);
    CHECK_INT(matches[1].right, 0);
    CHECK_INT(matches[2].right, 0x7F); /* 9 / 11 = 0.818: .50 to .80 */
    CHECK_INT(matches[3].right, 0);
    for (int i = 0; i < 4; i++) CHECK_INT(matches[i].left_out, 0);
}

static void the_best_score_chooses_first(void) {
    /* The first takes the object that it overlaps most; the second would have fitted only that one. */
    const struct eval_object objects[] = {object(0), object(4)};
    const struct eval_box found[] = {box(1), box(-2)};
    struct eval_match matches[2];
    eval_match(objects, 2, found, 2, matches);
    CHECK_INT(matches[0].right, 0x7F);
    CHECK_INT(matches[1].right, 0);
    /* At IoU .50 a second best serves, too. */
    const struct eval_box both[] = {box(1), box(0)};
    eval_match(objects, 2, both, 2, matches);
    CHECK_INT(matches[0].right, 0x7F);
    CHECK_INT(matches[1].right, ALL & ~0x7F);
}

static void of_equal_objects_the_last_is_taken(void) {
    const struct eval_object objects[] = {object(0), object(0), object(3)};
    const struct eval_box found[] = {box(0), box(2), box(0)};
    struct eval_match matches[3];
    eval_match(objects, 3, found, 3, matches);
    CHECK_INT(matches[0].right, ALL);
    CHECK_INT(matches[1].right, 0x7F); /* the third, which it overlaps by 9 / 11, more than by 8 / 12 */
    CHECK_INT(matches[2].right, ALL);
}

static void crowds_come_last_and_serve_again(void) {
    const struct eval_object objects[] = {crowd(0, 100), object(20)};
    const struct eval_box found[] = {box(21), box(40), box(40), box(20), box(-6)};
    struct eval_match matches[5];
    eval_match(objects, 2, found, 5, matches);
    CHECK_INT(matches[0].right, 0x7F); /* although it lies in the crowd by more */
    CHECK_INT(matches[0].left_out, ALL & ~0x7F);
    CHECK_INT(matches[1].left_out, ALL);
    CHECK_INT(matches[2].left_out, ALL);
    CHECK_INT(matches[3].right, ALL & ~0x7F); /* where the first has not taken it */
    CHECK_INT(matches[3].left_out, 0x7F);
    CHECK_INT(matches[4].right | matches[4].left_out, 0); /* 0.4 of it lie in the crowd */
}

static void just_enough_is_enough(void) {
    const struct eval_object one = {{0, 0, 100, 1}, false};
    struct eval_match match;
    for (int i = 0; i < EVAL_IOU_COUNT; i++) {
        const struct eval_box found = {0, 0, 50 + 5 * i, 1};
        eval_match(&one, 1, &found, 1, &match);
        test_note("IoU %g", 0.5 + 0.05 * i);
        CHECK_INT(match.right, (1 << (i + 1)) - 1);
    }
}

static void nothing_matches_nothing(void) {
    const struct eval_object one = object(0);
    const struct eval_box found = box(0);
    struct eval_match match = {1, 1};
    eval_match(&one, 1, NULL, 0, NULL);
    eval_match(NULL, 0, &found, 1, &match);
    CHECK_INT(match.right | match.left_out, 0);
}

static void sorts_by_score_and_keeps_ties(void) {
    enum { COUNT = 1000 };
    struct eval_scored items[COUNT];
    test_random random = test_random_start(5);
    for (size_t count = 0; count <= COUNT; count = count * 2 + 1) {
        for (size_t i = 0; i < count; i++)
            items[i] = (struct eval_scored){(float)test_random_int(&random, -9, 90) / 64, {(uint16_t)i, 0}};
        eval_sort(items, count);
        for (size_t i = 1; i < count; i++)
            CHECK(items[i - 1].score > items[i].score ||
                  (items[i - 1].score == items[i].score && items[i - 1].match.right < items[i].match.right));
    }
}

/* Right, wrong and left out at IoU .50, best first. */
static size_t make(const char *text, struct eval_scored *items) {
    size_t count = 0;
    for (; text[count]; count++)
        items[count] = (struct eval_scored){1 - (float)count / 100, {text[count] == '+', text[count] == 'o'}};
    return count;
}

static double average(const char *text, size_t objects) {
    struct eval_scored items[64];
    double precision[EVAL_RECALL_COUNT];
    eval_precision(items, make(text, items), 0, objects, precision);
    return eval_mean(precision, EVAL_RECALL_COUNT);
}

static void average_precision_is_cocos(void) {
    CHECK_NEAR(average("", 3), 0, 0);
    CHECK_NEAR(average("---", 3), 0, 0);
    CHECK_NEAR(average("+", 1), 1, 1e-12);
    CHECK_NEAR(average("+", 2), 51.0 / 101, 1e-12); /* recalls 0 to .50 */
    CHECK_NEAR(average("-+", 1), 0.5, 1e-12);       /* also at recall 0: the best that follows */
    CHECK_NEAR(average("+-+", 2), (51 + 50 * 2.0 / 3) / 101, 1e-12);
    CHECK_NEAR(average("-++", 2), 2.0 / 3, 1e-12); /* 1/2 is raised by the 2/3 behind it */
    CHECK_NEAR(average("+oo-o+o", 2), (51 + 50 * 2.0 / 3) / 101, 1e-12);
    CHECK_NEAR(average("oo", 2), 0, 0);
    CHECK_NEAR(average("+-------------------", 100), 2.0 / 101, 1e-12); /* recalls 0 and .01 */
}

static void precision_is_that_of_the_definition(void) {
    enum { COUNT = 60, OBJECTS = 37 };
    test_random random = test_random_start(11);
    char text[COUNT + 1] = "";
    for (int run = 0; run < 200; run++) {
        struct eval_scored items[64];
        double precision[EVAL_RECALL_COUNT];
        size_t right = 0;
        for (int i = 0; i < COUNT; i++) {
            const int kind = test_random_int(&random, 0, 3);
            text[i] = kind == 0 && right < OBJECTS ? '+' : kind == 1 ? 'o' : '-';
            right += text[i] == '+';
        }
        eval_precision(items, make(text, items), 0, OBJECTS, precision);
        for (int r = 0; r < EVAL_RECALL_COUNT; r++) {
            double best = 0, so_far = 0, wrong = 0;
            for (int i = 0; i < COUNT; i++) {
                so_far += text[i] == '+';
                wrong += text[i] == '-';
                const double here = so_far / (so_far + wrong + DBL_EPSILON);
                if (so_far / OBJECTS >= eval_recall(r) && here > best) best = here;
            }
            CHECK_NEAR(precision[r], best, 0);
        }
    }
}

int main(void) {
    static const test_case cases[] = {
        TEST(overlaps_are_the_textbooks),
        TEST(thresholds_are_numpys),
        TEST(each_object_is_found_once),
        TEST(the_best_score_chooses_first),
        TEST(of_equal_objects_the_last_is_taken),
        TEST(crowds_come_last_and_serve_again),
        TEST(just_enough_is_enough),
        TEST(nothing_matches_nothing),
        TEST(sorts_by_score_and_keeps_ties),
        TEST(average_precision_is_cocos),
        TEST(precision_is_that_of_the_definition),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
