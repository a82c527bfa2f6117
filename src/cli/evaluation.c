#include "cli/evaluation.h"

#include "cli/class_filter.h"
#include "cli/message.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"
#include "cli/truth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is counted of a class while pictures come; of all, without the detections. */
struct tally {
    size_t objects, found, right;
    double error_sum, relative_sum;
    size_t relative_count;
    struct eval_scored *scored; /* [scored_count] */
    size_t scored_count, scored_capacity;
    double ap50, ap;
};

struct evaluation {
    const struct session *session;
    struct truth *truth;
    int class_count;
    bool *has;             /* [class_count] */
    float *thresholds;     /* [class_count] */
    struct tally *tallies; /* [class_count] */
    struct tally all;
    struct eval_pictures pictures;
    size_t shared;                 /* pictures whose labels have served before */
    char *unlabelled, *looked_for; /* the first picture without labels */
    char *sharing;                 /* the first that shares labels */
};

/* ---- Beginning and end ------------------------------------------------------------------------------------------ */

/* --threshold for every class; those that are not wanted are not measured. */
static enum exit_code read_thresholds(struct evaluation *e) {
    const struct settings *settings = e->session->settings;
    float *thresholds;
    const enum exit_code code = class_filter_thresholds(e->session, &thresholds);
    if (code != EXIT_DONE) return code;
    bool *wanted = class_filter_wanted(e->session);
    for (int id = 0; id < e->class_count; id++) {
        e->has[id] = e->has[id] && wanted[id];
        e->thresholds[id] = thresholds ? thresholds[id] : (float)settings->threshold.value;
    }
    free(wanted);
    free(thresholds);
    return EXIT_DONE;
}

static enum exit_code choose_classes(struct evaluation *e) {
    const struct label_classes *labels = truth_classes(e->truth);
    for (size_t i = 0; i < labels->count; i++)
        if (labels->items[i].class_id >= 0) e->has[labels->items[i].class_id] = true;
    const enum exit_code code = read_thresholds(e);
    if (code != EXIT_DONE) return code;
    for (int id = 0; id < e->class_count; id++)
        if (e->has[id]) return EXIT_DONE;
    complain("the labels have none of the classes that --classes and --skip-classes leave");
    return EXIT_WRONG_USAGE;
}

enum exit_code evaluation_open(const struct session *session, struct evaluation **evaluation) {
    struct evaluation *e = allocate(1, sizeof *e);
    const size_t count = (size_t)session->info.class_count;
    e->session = session;
    e->class_count = session->info.class_count;
    e->has = allocate(count, sizeof *e->has);
    e->thresholds = allocate(count, sizeof *e->thresholds);
    e->tallies = allocate(count, sizeof *e->tallies);
    enum exit_code code = truth_open(session, &e->truth);
    if (code == EXIT_DONE) code = choose_classes(e);
    if (code == EXIT_DONE)
        *evaluation = e;
    else
        evaluation_close(e);
    return code;
}

void evaluation_close(struct evaluation *e) {
    if (!e) return;
    for (int id = 0; id < e->class_count; id++) free(e->tallies[id].scored);
    truth_close(e->truth);
    free(e->has);
    free(e->thresholds);
    free(e->tallies);
    free(e->unlabelled);
    free(e->looked_for);
    free(e->sharing);
    free(e);
}

double evaluation_lowest_threshold(const struct evaluation *e) {
    double lowest = EVAL_SCORE_FLOOR;
    for (int id = 0; id < e->class_count; id++)
        if (e->has[id]) lowest = fmin(lowest, (double)e->thresholds[id]);
    return lowest;
}

/* ---- One picture ------------------------------------------------------------------------------------------------ */

/* A picture's objects and detections, each list by class, else in its order. */
struct picture {
    size_t *object_starts, *found_starts; /* [class_count + 1] where a class begins */
    struct eval_object *objects;
    struct eval_box *found;
    float *scores; /* of what is found */
    struct eval_match *matches;
};

/* From counts [class_count + 1], where that of class c stands at c + 1, to starts. */
static void sum_up(size_t *counts, int class_count) {
    for (int id = 0; id < class_count; id++) counts[id + 1] += counts[id];
}

/* Moves the starts, which placing has moved by one class, back. */
static void move_back(size_t *starts, int class_count) {
    memmove(starts + 1, starts, (size_t)class_count * sizeof *starts);
    starts[0] = 0;
}

static void sort_objects(const struct evaluation *e, const struct truth_picture *truth, struct picture *picture) {
    size_t *starts = picture->object_starts;
    for (size_t i = 0; i < truth->count; i++) {
        struct label_class *label = truth->objects[i].label;
        if (label->class_id >= 0)
            starts[label->class_id + 1]++;
        else
            label->objects++;
    }
    sum_up(starts, e->class_count);
    for (size_t i = 0; i < truth->count; i++) {
        const int id = truth->objects[i].label->class_id;
        if (id >= 0) picture->objects[starts[id]++] = truth->objects[i].object;
    }
    move_back(starts, e->class_count);
}

static void sort_found(const struct evaluation *e, const yolo_detections *found, struct picture *picture) {
    size_t *starts = picture->found_starts;
    for (size_t i = 0; i < found->count; i++) starts[found->items[i].class_id + 1]++;
    sum_up(starts, e->class_count);
    for (size_t i = 0; i < found->count; i++) {
        const yolo_detection *d = &found->items[i];
        const size_t place = starts[d->class_id]++;
        picture->found[place] = (struct eval_box){(double)d->x, (double)d->y, (double)d->width, (double)d->height};
        picture->scores[place] = d->score;
    }
    move_back(starts, e->class_count);
}

static struct picture picture_open(const struct evaluation *e, const struct truth_picture *truth,
                                   const yolo_detections *found) {
    const size_t starts = (size_t)e->class_count + 1;
    struct picture picture = {.object_starts = allocate(starts, sizeof *picture.object_starts),
                              .found_starts = allocate(starts, sizeof *picture.found_starts),
                              .objects = allocate(truth->count, sizeof *picture.objects),
                              .found = allocate(found->count, sizeof *picture.found),
                              .scores = allocate(found->count, sizeof *picture.scores),
                              .matches = allocate(found->count, sizeof *picture.matches)};
    sort_objects(e, truth, &picture);
    sort_found(e, found, &picture);
    return picture;
}

static void picture_close(struct picture *picture) {
    free(picture->object_starts);
    free(picture->found_starts);
    free(picture->objects);
    free(picture->found);
    free(picture->scores);
    free(picture->matches);
}

/* Keeps the detections [count] of a class for its average precision, at most as many of a picture as the user asks. */
static void keep_scored(const struct evaluation *e, struct tally *tally, const float *scores,
                        const struct eval_match *matches, size_t count) {
    const uint64_t most = e->session->settings->max_detections;
    if (most && count > most) count = (size_t)most;
    if (tally->scored_capacity - tally->scored_count < count) {
        tally->scored_capacity = tally->scored_capacity * 2 + count;
        tally->scored = reallocate(tally->scored, tally->scored_capacity, sizeof *tally->scored);
    }
    for (size_t i = 0; i < count; i++)
        tally->scored[tally->scored_count++] = (struct eval_scored){scores[i], matches[i]};
}

static void add_counts(struct tally *tally, size_t objects, size_t found, size_t right) {
    const double error = fabs((double)found - (double)objects);
    tally->objects += objects;
    tally->found += found;
    tally->right += right;
    tally->error_sum += error;
    if (!objects) return; /* there is nothing that the error would be a part of */
    tally->relative_sum += error / (double)objects;
    tally->relative_count++;
}

/* Adds one class of the picture; *objects and *found grow by its counts. Returns how many were right. */
static size_t add_class(struct evaluation *e, const struct picture *picture, int id, size_t *objects, size_t *found) {
    const size_t first_object = picture->object_starts[id], first = picture->found_starts[id];
    const size_t object_count = picture->object_starts[id + 1] - first_object;
    const size_t count = picture->found_starts[id + 1] - first;
    size_t true_count = 0, found_count = 0, right = 0;
    if (!object_count && !count) return 0;
    struct eval_match *matches = picture->matches + first;
    eval_match(picture->objects + first_object, object_count, picture->found + first, count, matches);
    keep_scored(e, &e->tallies[id], picture->scores + first, matches, count);
    for (size_t i = 0; i < object_count; i++) true_count += !picture->objects[first_object + i].is_crowd;
    for (size_t i = 0; i < count; i++) {
        if (!(picture->scores[first + i] > e->thresholds[id]) || (matches[i].left_out & 1)) continue;
        found_count++;
        right += matches[i].right & 1;
    }
    add_counts(&e->tallies[id], true_count, found_count, right);
    *objects += true_count;
    *found += found_count;
    return right;
}

static void measure(struct evaluation *e, const struct truth_picture *truth, const yolo_detections *detections) {
    struct picture picture = picture_open(e, truth, detections);
    size_t objects = 0, found = 0, right = 0;
    for (int id = 0; id < e->class_count; id++)
        if (e->has[id]) right += add_class(e, &picture, id, &objects, &found);
    add_counts(&e->all, objects, found, right);
    picture_close(&picture);
    e->pictures.measured++;
}

/* The first of a kind stands for all in messages. */
static void remember(char **first, const char *path) {
    if (!*first) *first = text_copy_of(path);
}

void evaluation_add(struct evaluation *e, const struct result *result) {
    struct truth_picture truth;
    const enum truth_state state = result->error ? TRUTH_BAD : truth_find(e->truth, result, &truth);
    if (state == TRUTH_KNOWN) {
        if (truth.is_shared && e->shared++ == 0) remember(&e->sharing, result->path);
        measure(e, &truth, &result->detections);
    } else if (state == TRUTH_MISSING) {
        remember(&e->unlabelled, result->path);
        remember(&e->looked_for, truth.wanted);
        e->pictures.unlabelled++;
    } else {
        e->pictures.failed++;
    }
}

/* ---- The whole -------------------------------------------------------------------------------------------------- */

static void measure_class(struct tally *tally) {
    double ap[EVAL_IOU_COUNT], precision[EVAL_RECALL_COUNT];
    tally->ap50 = tally->ap = NAN;
    if (!tally->objects) return;
    eval_sort(tally->scored, tally->scored_count);
    for (int i = 0; i < EVAL_IOU_COUNT; i++) {
        eval_precision(tally->scored, tally->scored_count, i, tally->objects, precision);
        ap[i] = eval_mean(precision, EVAL_RECALL_COUNT);
    }
    tally->ap50 = ap[0];
    tally->ap = eval_mean(ap, EVAL_IOU_COUNT);
}

static void measure_all(struct evaluation *e) {
    size_t count = 0;
    for (int id = 0; id < e->class_count; id++) {
        struct tally *tally = &e->tallies[id];
        if (e->has[id]) measure_class(tally);
        if (!e->has[id] || !tally->objects) continue;
        e->all.ap50 += tally->ap50;
        e->all.ap += tally->ap;
        count++;
    }
    e->all.ap50 = count ? e->all.ap50 / (double)count : NAN;
    e->all.ap = count ? e->all.ap / (double)count : NAN;
}

static void warn_of_pictures(const struct evaluation *e) {
    const struct eval_pictures *pictures = &e->pictures;
    if (pictures->unlabelled)
        complain("warning: %zu picture%s without labels %s left out, such as %s (looked for in %s); a picture without "
                 "objects needs an empty file",
                 pictures->unlabelled, pictures->unlabelled == 1 ? "" : "s", pictures->unlabelled == 1 ? "is" : "are",
                 e->unlabelled, e->looked_for);
    if (e->shared)
        complain("warning: %zu picture%s %s the labels of an earlier one, such as %s", e->shared,
                 e->shared == 1 ? "" : "s", e->shared == 1 ? "has" : "have", e->sharing);
}

static void warn_of_classes(const struct evaluation *e) {
    enum { TOLD = 10 };
    const struct label_classes *labels = truth_classes(e->truth);
    size_t told = 0, more = 0, more_objects = 0;
    for (size_t i = 0; i < labels->count; i++) {
        const struct label_class *label = &labels->items[i];
        if (!label->objects) continue;
        if (told++ < TOLD) {
            complain("warning: the model has no class '%s', of which the labels have %zu: left out", label->name,
                     label->objects);
            continue;
        }
        more++;
        more_objects += label->objects;
    }
    if (more) complain("warning: nor %zu more classes, of which the labels have %zu: left out", more, more_objects);
}

bool evaluation_finish(struct evaluation *e) {
    measure_all(e);
    if (!e->session->settings->quiet && e->pictures.measured) {
        warn_of_pictures(e);
        warn_of_classes(e);
    }
    if (!e->pictures.measured && e->pictures.unlabelled)
        complain("none of the pictures has labels: those of %s were looked for in %s", e->unlabelled, e->looked_for);
    else if (!e->pictures.measured)
        complain("no picture could be measured");
    return e->pictures.measured;
}

static struct measures measures_of(const struct evaluation *e, const struct tally *tally) {
    const double objects = (double)tally->objects, found = (double)tally->found, right = (double)tally->right;
    return (struct measures){
        .objects = tally->objects,
        .found = tally->found,
        .ap50 = tally->ap50,
        .ap = tally->ap,
        .precision = tally->found ? right / found : NAN,
        .recall = tally->objects ? right / objects : NAN,
        .f1 = tally->found + tally->objects ? 2 * right / (found + objects) : NAN,
        .count_error = tally->relative_count ? tally->relative_sum / (double)tally->relative_count : NAN,
        .count_error_absolute = e->pictures.measured ? tally->error_sum / (double)e->pictures.measured : NAN};
}

bool evaluation_has(const struct evaluation *e, int class_id) {
    return e->has[class_id];
}

struct measures evaluation_of_class(const struct evaluation *e, int class_id) {
    return measures_of(e, &e->tallies[class_id]);
}

struct measures evaluation_of_all(const struct evaluation *e) {
    return measures_of(e, &e->all);
}

bool evaluation_curve(const struct evaluation *e, int class_id, struct eval_curve *curve) {
    const struct tally *tally = &e->tallies[class_id];
    if (!e->has[class_id] || !tally->objects) return false;
    eval_precision(tally->scored, tally->scored_count, 0, tally->objects, curve->precision);
    return true;
}

bool evaluation_mean_curve(const struct evaluation *e, struct eval_curve *curve) {
    struct eval_curve one;
    size_t count = 0;
    *curve = (struct eval_curve){{0}};
    for (int id = 0; id < e->class_count; id++) {
        if (!evaluation_curve(e, id, &one)) continue;
        for (int i = 0; i < EVAL_RECALL_COUNT; i++) curve->precision[i] += one.precision[i];
        count++;
    }
    for (int i = 0; i < EVAL_RECALL_COUNT && count; i++) curve->precision[i] /= (double)count;
    return count;
}

struct eval_pictures evaluation_pictures(const struct evaluation *e) {
    struct eval_pictures pictures = e->pictures;
    pictures.listed = truth_picture_count(e->truth);
    return pictures;
}

const struct label_classes *evaluation_labels(const struct evaluation *e) {
    return truth_classes(e->truth);
}
