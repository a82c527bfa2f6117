/* --classes, --skip-classes, --threshold CLASS=T: which classes are wanted, and from which score on. */
#ifndef CLI_CLASS_FILTER_H
#define CLI_CLASS_FILTER_H

#include "cli/command.h"

#include <math.h>
#include <stdbool.h>

struct session;

#define CLASS_HIDDEN INFINITY /* above any score: those of heads without a softmax have no limit */

/* A threshold for each class, as yolo_detect_options takes them: the settings' for those that are wanted, and
 * CLASS_HIDDEN for the others. *thresholds is NULL where one threshold serves all; free() it. EXIT_WRONG_USAGE, after a
 * sentence on stderr, for a class the model does not have. */
enum exit_code class_filter_thresholds(const struct session *session, float **thresholds);

/* Which classes --classes and --skip-classes leave: wanted [class_count], free() it. NULL, after a sentence on stderr,
 * for a class the model does not have. */
bool *class_filter_wanted(const struct session *session);

/* Sets `chosen` [class_count] for the classes in `list`: names or numbers with commas between them, or one name that
 * holds a comma. False, after a sentence on stderr that begins with `option`, for one the model does not have. */
bool class_choose_list(const struct session *session, const char *option, const char *list, bool *chosen);

/* The same for the one class in "CLASS=VALUE". */
bool class_choose_assigned(const struct session *session, const char *option, const char *assignment, bool *chosen);

#endif
