/* Reads JSON as it comes, so that a document may be larger than memory: the caller says what it expects, and skips the
 * rest.
 *
 *     json_begin_object(reader);
 *     while ((key = json_next_key(reader)))
 *         if (strcmp(key, "width") == 0) width = json_read_number(reader);
 *         else json_skip(reader);
 *     if (json_end(reader)) ...
 *
 * The first mistake is kept as a sentence; all that follows does nothing and returns zeros, and lists are at their end.
 */
#ifndef CLI_JSON_READER_H
#define CLI_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_reader;

/* NULL, after a sentence on stderr, where the file cannot be opened. `path` must outlive it. */
struct json_reader *json_reader_open(const char *path);

/* Frees it. False, after a sentence on stderr, where there was a mistake. */
bool json_reader_close(struct json_reader *reader);

enum json_kind { JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_NUMBER, JSON_TRUE, JSON_FALSE, JSON_NULL, JSON_NOTHING };

/* What comes next. */
enum json_kind json_peek(struct json_reader *reader);

void json_begin_object(struct json_reader *reader);
const char *json_next_key(struct json_reader *reader); /* valid until the next call; NULL at the object's end */
void json_begin_array(struct json_reader *reader);
bool json_next_item(struct json_reader *reader); /* false at the array's end */

/* Texts are valid until the next call, and without zero bytes. */
const char *json_read_text(struct json_reader *reader);
double json_read_number(struct json_reader *reader);   /* finite */
int64_t json_read_integer(struct json_reader *reader); /* whole, also as 1.0 */
bool json_read_flag(struct json_reader *reader);       /* true or false, also as 1 or 0 */
void json_skip(struct json_reader *reader);            /* any value */

/* Whether nothing but blanks follows. */
bool json_end(struct json_reader *reader);

/* For mistakes in what a document means: "FILE, line N: ...". */
void json_fail(struct json_reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool json_failed(const struct json_reader *reader);

#endif
