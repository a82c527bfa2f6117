#define _POSIX_C_SOURCE 200809L
#include "cli/text.h"

#include "cli/command.h"
#include "cli/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void out_of_memory(void) {
    complain("out of memory");
    exit(EXIT_SOME_FAILED);
}

static void *or_exit(void *memory) {
    if (!memory) out_of_memory();
    return memory;
}

void *allocate(size_t count, size_t element_bytes) {
    return or_exit(calloc(count ? count : 1, element_bytes));
}

void *reallocate(void *memory, size_t count, size_t element_bytes) {
    if (element_bytes && count > SIZE_MAX / element_bytes) return or_exit(NULL);
    const size_t bytes = count * element_bytes;
    return or_exit(realloc(memory, bytes ? bytes : 1)); /* NULL would mean that it is freed */
}

char *text_format(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) return text_copy_of("");
    char *text = allocate((size_t)length + 1, 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

char *text_copy_of(const char *text) {
    return or_exit(strdup(text));
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static unsigned char lower(char c) {
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* Compares the runs of digits at *a and *b as numbers of any length and moves past them. */
static int compare_digits(const char **a, const char **b) {
    while (**a == '0' && is_digit((*a)[1])) (*a)++;
    while (**b == '0' && is_digit((*b)[1])) (*b)++;
    int order = 0;
    for (; is_digit(**a) && is_digit(**b); (*a)++, (*b)++)
        if (!order) order = **a - **b;
    if (is_digit(**a) != is_digit(**b)) return is_digit(**a) ? 1 : -1;
    return order;
}

int text_compare_natural(const char *a, const char *b) {
    const char *const whole_a = a, *const whole_b = b;
    while (*a && *b) {
        if (is_digit(*a) && is_digit(*b)) {
            const int order = compare_digits(&a, &b);
            if (order) return order;
        } else {
            if (*a != *b) return (unsigned char)*a - (unsigned char)*b;
            a++;
            b++;
        }
    }
    if (*a || *b) return *a ? 1 : -1;
    return strcmp(whole_a, whole_b); /* 01 and 1 */
}

void text_make_lower(char *text) {
    for (; *text; text++) *text = (char)lower(*text);
}

bool text_equal_ignoring_case(const char *a, const char *b) {
    for (; *a && *b; a++, b++)
        if (lower(*a) != lower(*b)) return false;
    return *a == *b;
}

enum { WORD_MAX = 64 }; /* longer words are never taken for slips of one another */

/* Insertions, deletions and replacements that turn `a` into `b`, upper and lower case being equal; a swap of two
 * neighbours counts as one. */
static size_t distance(const char *a, const char *b) {
    const size_t rows = strlen(a), columns = strlen(b);
    if (rows > WORD_MAX || columns > WORD_MAX) return WORD_MAX;
    size_t table[3][WORD_MAX + 1]; /* rows i-2, i-1 and i, in turn */
    for (size_t j = 0; j <= columns; j++) table[0][j] = j;
    for (size_t i = 1; i <= rows; i++) {
        size_t *row = table[i % 3];
        const size_t *above = table[(i - 1) % 3], *two_above = table[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            size_t best = above[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
            if (above[j] + 1 < best) best = above[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && two_above[j - 2] + 1 < best)
                best = two_above[j - 2] + 1;
            row[j] = best;
        }
    }
    return table[rows % 3][columns];
}

const char *text_nearest(const char *word, const char *const *words, size_t count) {
    const char *nearest = NULL;
    size_t best = strlen(word) < 6 ? 1 : strlen(word) / 3; /* one slip in three letters */
    for (size_t i = 0; i < count; i++) {
        const size_t off = distance(word, words[i]);
        if (off < best || (off == best && !nearest)) {
            nearest = words[i];
            best = off;
        }
    }
    return nearest;
}
