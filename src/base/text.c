#include "base/text.h"

#include "base/memory.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

char *text_copy_range(const char *begin, size_t length) {
    char *copy = memory_allocate(length + 1, 1);
    if (!copy) return NULL;
    memcpy(copy, begin, length);
    copy[length] = 0;
    return copy;
}

char *text_copy(const char *text) {
    return text_copy_range(text, strlen(text));
}

char *text_beside(const char *path, const char *name) {
    const char *slash = strrchr(path, '/');
    if (name[0] == '/' || !slash) return text_copy(name);
    size_t folder = (size_t)(slash - path) + 1, rest = strlen(name);
    char *joined = memory_allocate(folder + rest + 1, 1);
    if (!joined) return NULL;
    memcpy(joined, path, folder);
    memcpy(joined + folder, name, rest + 1);
    return joined;
}

bool text_integer(const char *text, const char **end, long *value) {
    char *stop;
    errno = 0;
    long read = strtol(text, &stop, 10);
    if (stop == text || errno) return false;
    *end = stop;
    *value = read;
    return true;
}

/* The digits from `c` on, as a number; *scale is multiplied by 10 for each. */
static const char *digits(const char *c, double *number, double *scale) {
    for (; *c >= '0' && *c <= '9'; c++) {
        *number = *number * 10 + (*c - '0');
        *scale *= 10;
    }
    return c;
}

static const char *exponent(const char *c, double *number) {
    if (*c != 'e' && *c != 'E') return c;
    const char *stop;
    long power;
    if (!text_integer(c + 1, &stop, &power)) return c;
    if (power > 400) power = 400;
    if (power < -400) power = -400;
    if (*number != 0) *number *= pow(10, (double)power); /* 0 * infinity would not be 0 */
    return stop;
}

/* strtod would take the decimal point from the locale of the program that the library runs in. */
bool text_number(const char *text, const char **end, double *value) {
    const char *c = text;
    while (*c == ' ' || *c == '\t') c++;
    bool negative = *c == '-';
    if (*c == '-' || *c == '+') c++;
    double number = 0, whole_scale = 1, scale = 1;
    const char *first = c;
    c = digits(c, &number, &whole_scale);
    bool any = c != first;
    if (*c == '.') {
        const char *fraction = c + 1;
        c = digits(fraction, &number, &scale);
        any = any || c != fraction;
    }
    if (!any) return false;
    number /= scale;
    c = exponent(c, &number);
    if (!isfinite(number)) return false;
    *end = c;
    *value = negative ? -number : number;
    return true;
}
