/* detect eval: compares what is found with what is really there, picture by picture, and measures the whole. */
#ifndef CLI_EVALUATION_H
#define CLI_EVALUATION_H

#include "cli/command.h"
#include "cli/eval_precision.h"
#include "cli/result.h"

struct session;
struct label_classes;

/* Detections above this score take part in the average precision, however high --threshold is. */
#define EVAL_SCORE_FLOOR 0.001

/* Of a class, or of all of them. What cannot be told is NaN: the precision where nothing was found, the recall and the
 * average precision where nothing was to be found. */
struct measures {
    size_t objects, found; /* at the threshold; what lies in crowds is left out */
    double ap50, ap;       /* of all: the mean of the classes that have one */
    double precision, recall, f1;
    double count_error;          /* mean over the pictures that have objects of |found - true| / true */
    double count_error_absolute; /* mean over all pictures of |found - true| */
};

/* Of a class at IoU 0.5. */
struct eval_curve {
    double precision[EVAL_RECALL_COUNT];
};

struct evaluation;

/* For the settings' threshold, classes and labels; the session must outlive it. EXIT_DONE, or another code after a
 * sentence on stderr. */
enum exit_code evaluation_open(const struct session *session, struct evaluation **evaluation);
void evaluation_close(struct evaluation *evaluation); /* NULL is allowed */

/* The threshold that pictures must be run with. */
double evaluation_lowest_threshold(const struct evaluation *evaluation);

/* One picture, in the order of the inputs. */
void evaluation_add(struct evaluation *evaluation, const struct result *result);

/* Computes what follows, and says on stderr what was left out. False, after a sentence, where nothing was measured. */
bool evaluation_finish(struct evaluation *evaluation);

/* Which classes are measured: those that the labels know, less those that the user does not want. */
bool evaluation_has(const struct evaluation *evaluation, int class_id);
struct measures evaluation_of_class(const struct evaluation *evaluation, int class_id);
struct measures evaluation_of_all(const struct evaluation *evaluation);

/* Precision over recall; false where the class has no objects. Of all: the mean. */
bool evaluation_curve(const struct evaluation *evaluation, int class_id, struct eval_curve *curve);
bool evaluation_mean_curve(const struct evaluation *evaluation, struct eval_curve *curve);

/* Of pictures: measured; without labels; broken, or with broken labels; in the labels, where those list them. */
struct eval_pictures {
    size_t measured, unlabelled, failed, listed;
};
struct eval_pictures evaluation_pictures(const struct evaluation *evaluation);
const struct label_classes *evaluation_labels(const struct evaluation *evaluation);

#endif
