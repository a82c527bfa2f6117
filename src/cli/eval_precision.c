#include "cli/eval_precision.h"

#include "cli/text.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

enum { DIGIT_BITS = 16, DIGITS = 1 << DIGIT_BITS };

/* A number that is the smaller the higher the score is. */
static uint32_t rank(float score) {
    uint32_t bits;
    memcpy(&bits, &score, sizeof bits);
    return bits >> 31 ? bits : ~bits & 0x7FFFFFFF;
}

/* By one half of the rank; equal halves stay in their order. */
static void sort_by_digit(const struct eval_scored *from, struct eval_scored *to, size_t count, int shift,
                          size_t *places) {
    memset(places, 0, (DIGITS + 1) * sizeof *places);
    for (size_t i = 0; i < count; i++) places[(rank(from[i].score) >> shift & (DIGITS - 1)) + 1]++;
    for (size_t digit = 0; digit < DIGITS; digit++) places[digit + 1] += places[digit];
    for (size_t i = 0; i < count; i++) to[places[rank(from[i].score) >> shift & (DIGITS - 1)]++] = from[i];
}

/* For short lists, where clearing the table above would be most of the work. */
static void sort_by_insertion(struct eval_scored *items, size_t count) {
    for (size_t i = 1; i < count; i++) {
        const struct eval_scored item = items[i];
        size_t place = i;
        for (; place && items[place - 1].score < item.score; place--) items[place] = items[place - 1];
        items[place] = item;
    }
}

void eval_sort(struct eval_scored *items, size_t count) {
    enum { SHORT = 64 };
    if (count <= SHORT) {
        sort_by_insertion(items, count);
        return;
    }
    struct eval_scored *other = allocate(count, sizeof *other);
    size_t *places = allocate(DIGITS + 1, sizeof *places);
    sort_by_digit(items, other, count, 0, places);
    sort_by_digit(other, items, count, DIGIT_BITS, places);
    free(other);
    free(places);
}

/* As numpy's linspace(0, 1, 101) has them. */
double eval_recall(int index) {
    return index == EVAL_RECALL_COUNT - 1 ? 1 : index * 0.01;
}

/* Walks the list from its end: the best precision so far is that of all longer parts. */
void eval_precision(const struct eval_scored *items, size_t count, int iou_index, size_t object_count,
                    double precision[EVAL_RECALL_COUNT]) {
    size_t right = 0, wrong = 0;
    for (size_t i = 0; i < count; i++) {
        right += items[i].match.right >> iou_index & 1;
        wrong += !((items[i].match.right | items[i].match.left_out) >> iou_index & 1);
    }
    int index = EVAL_RECALL_COUNT - 1;
    double best = 0;
    const double objects = (double)object_count;
    for (; index >= 0 && eval_recall(index) > (double)right / objects; index--) precision[index] = 0;
    for (size_t i = count; i-- > 0;) {
        const double here = (double)right / ((double)(right + wrong) + DBL_EPSILON);
        if (here > best) best = here;
        const bool is_right = items[i].match.right >> iou_index & 1;
        const double recall_before = i ? (double)(right - is_right) / objects : -1;
        for (; index >= 0 && eval_recall(index) > recall_before; index--) precision[index] = best;
        right -= is_right;
        wrong -= !((items[i].match.right | items[i].match.left_out) >> iou_index & 1);
    }
    for (; index >= 0; index--) precision[index] = 0;
}

double eval_mean(const double *values, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += values[i];
    return count ? sum / (double)count : 0;
}
