/* Strings: copies, and numbers with Darknet's reading of them. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A copy that memory_free frees; NULL when memory runs out. */
char *text_copy(const char *text);
char *text_copy_range(const char *begin, size_t length);

/* `name` in the folder of `path`, or `name` itself where it is absolute: memory_free; NULL when memory runs out. */
char *text_beside(const char *path, const char *name);

/* Reads a number at the start of `text` whatever the locale, as C's strtol and strtod do, and leaves what follows it
 * at `*end`. False where no number begins, or it is out of the type's range (an integer) or not finite. */
bool text_integer(const char *text, const char **end, long *value);
bool text_number(const char *text, const char **end, double *value);

#endif
