/* Strings of the command line. Running out of memory for one ends the program with a sentence. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ends the program with a sentence. */
void out_of_memory(void) __attribute__((noreturn));

/* malloc and realloc that end the program where memory runs out or the product overflows. */
void *allocate(size_t count, size_t element_bytes);
void *reallocate(void *memory, size_t count, size_t element_bytes);

/* A formatted string that free() frees. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *text_copy_of(const char *text);

/* Compares as people sort: digits count as numbers (img2 before img10), letters by byte; never 0 for different
 * strings. */
int text_compare_natural(const char *a, const char *b);

void text_make_lower(char *text);                            /* ASCII letters */
bool text_equal_ignoring_case(const char *a, const char *b); /* of ASCII letters */

/* The entry of `words` [count] that `word` is most likely a slip of; NULL where none is near. */
const char *text_nearest(const char *word, const char *const *words, size_t count);

/* Decodes one character of UTF-8 at `text`, which is not at its final zero byte: the bytes it takes. An invalid byte
 * is one byte long and gives UTF8_INVALID. */
enum { UTF8_INVALID = 0x110000, UTF8_REPLACEMENT = 0xFFFD };
size_t utf8_decode(const char *text, uint32_t *code);

/* Writes a character as UTF-8, U+FFFD for what is none: the bytes it takes, at most 4. */
size_t utf8_encode(uint32_t code, char *out);

/* Whether a character can move the cursor, hide text or turn its direction. */
bool utf8_is_control(uint32_t code);

/* Writes `text` as a terminal may be shown it: control characters and invalid bytes become \n, \x1B, \u202E and so
 * on. `out` holds TEXT_ESCAPE_GROWTH times the length of `text`, and a zero byte; returns the length written. */
enum { TEXT_ESCAPE_GROWTH = 6 };
size_t text_escape(const char *text, char *out);

/* The same as a copy that free() frees. */
char *text_printable(const char *text);

/* Columns that `text` takes, counting a character as one. */
size_t text_columns(const char *text);

#endif
