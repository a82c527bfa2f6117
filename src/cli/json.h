/* JSON as it is written here: valid whatever the strings and the numbers are. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "cli/output.h"
#include "cli/result.h"

struct session;

/* A string in quotes; bytes that are no UTF-8 become U+FFFD. */
void json_text(struct output *output, const char *text);

/* The same inside a page's <script>: nothing in it can end that, or begin a comment. */
void json_script_text(struct output *output, const char *text);

/* A number with at most `decimals` digits after the point, zeros at its end left out; null where it is not finite. */
void json_decimal(struct output *output, double value, int decimals);

/* A number with all digits of a float; "nan", "inf" or "-inf" as a string where it is not finite. */
void json_float(struct output *output, double value);

/* A picture's result as one object, without a newline. */
void json_result(struct output *output, const struct session *session, const struct result *result);

/* The model in use, as an object. */
void json_model(struct output *output, const struct session *session);

#endif
