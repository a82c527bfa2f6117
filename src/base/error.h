/* One function makes every error, so that every message is built, cut and cleaned in the same way. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "yolo.h"

/* Fills `error` (may be NULL) with a printf-style sentence and returns `status`: `return fail(error, ...)`.
 * Control characters become '?', so that a hostile name cannot drive a terminal; the cut keeps UTF-8 whole. */
yolo_status fail(yolo_error *error, yolo_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same about a line of a file: "FILE:LINE: sentence", or "FILE: sentence" where line is 0. */
yolo_status fail_at(yolo_error *error, yolo_status status, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#ifdef __clang_analyzer__ /* sees no other file: the status that goes in comes out */
#define fail(error, status, ...) (fail(error, status, __VA_ARGS__), (status))
#define fail_at(error, status, ...) (fail_at(error, status, __VA_ARGS__), (status))
#endif

#endif
