/* --classes and --skip-classes: which classes are wanted. */
#ifndef CLI_CLASS_FILTER_H
#define CLI_CLASS_FILTER_H

#include "cli/command.h"

struct session;

/* A threshold for each class, as yolo_detect_options takes them: the settings' for those that are wanted, and
 * CLASS_HIDDEN for the others. *thresholds is NULL where one threshold serves all; free() it. EXIT_WRONG_USAGE, after a
 * sentence on stderr, for a class the model does not have. */
enum { CLASS_HIDDEN = 2 };
enum exit_code class_filter_thresholds(const struct session *session, float **thresholds);

#endif
