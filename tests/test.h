/* The harness of the unit tests: a program is a list of cases, and a case is a function that checks.
 *
 *     static void suppresses_overlaps(void) { CHECK(count == 1); CHECK_NEAR(iou, 0.5, 1e-6); }
 *
 *     int main(void) {
 *         static const test_case cases[] = {TEST(suppresses_overlaps)};
 *         return test_run(cases, sizeof cases / sizeof *cases);
 *     }
 *
 * A failed check prints where it is and what it found; the case goes on, the program counts it once. The last line
 * printed is `NAME: N passed, N failed, N skipped`, which tests/run adds up.
 */
#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct test_case {
    const char *name;
    void (*run)(void);
} test_case;

#define TEST(function)                                                                                                 \
    { #function, function }

/* Runs the cases and returns the program's exit code: 1 if any failed. */
int test_run(const test_case *cases, size_t count);

/* Each returns whether it held, so that a case may stop early: if (!CHECK(p)) return; */
#define CHECK(condition) test_check((condition), __FILE__, __LINE__, #condition)
#define CHECK_NEAR(found, expected, tolerance)                                                                         \
    test_check_near((found), (expected), (tolerance), __FILE__, __LINE__, #found)
#define CHECK_INT(found, expected) test_check_int((found), (expected), __FILE__, __LINE__, #found)
#define CHECK_STRING(found, expected) test_check_string((found), (expected), __FILE__, __LINE__, #found)
/* Holds where `expected` is a part of `found`: for messages. */
#define CHECK_CONTAINS(found, expected) test_check_contains((found), (expected), __FILE__, __LINE__, #found)
/* The same bits, element by element; a NaN equals itself. */
#define CHECK_SAME_FLOATS(found, expected, count)                                                                      \
    test_check_floats((found), (expected), (count), -1.0, __FILE__, __LINE__, #found)
/* |found - expected| <= tolerance for every element. */
#define CHECK_NEAR_FLOATS(found, expected, count, tolerance)                                                           \
    test_check_floats((found), (expected), (count), (tolerance), __FILE__, __LINE__, #found)

bool test_check(bool holds, const char *file, int line, const char *expression);
bool test_check_near(double found, double expected, double tolerance, const char *file, int line,
                     const char *expression);
bool test_check_int(long long found, long long expected, const char *file, int line, const char *expression);
bool test_check_string(const char *found, const char *expected, const char *file, int line, const char *expression);
bool test_check_contains(const char *found, const char *expected, const char *file, int line, const char *expression);
bool test_check_floats(const float *found, const float *expected, size_t count, double tolerance, const char *file,
                       int line, const char *expression);

/* Says what the checks that follow are about ("3x3 stride 2"): printed with a failure, forgotten after the case. */
void test_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Counts this case as skipped; then return from it. */
void test_skip(const char *reason);

/* What a helper below returns is freed at the end of the case; none returns NULL except as said. */

/* A path under the folder that DETECT_SHARED names, or NULL (the case is then skipped: return) where it is not set. */
const char *test_shared_path(const char *relative);

/* A path in a folder of this process, which is removed with all in it when the program ends. */
const char *test_temp_path(const char *name);

/* Writes a file there and returns its path. */
const char *test_temp_file(const char *name, const void *bytes, size_t byte_count);

/* Memory that ends exactly where an unmapped page begins, so that one element too far faults.
 * Filled with bytes 0xff: as floats, NaN. */
void *test_guarded(size_t byte_count);
void *test_guarded_before(size_t byte_count); /* begins where an unmapped page ends */
float *test_guarded_floats(size_t count);

/* A small generator that gives the same numbers everywhere. */
typedef struct test_random {
    uint64_t state;
} test_random;

test_random test_random_start(uint64_t seed);
int test_random_int(test_random *random, int low, int high); /* low <= result <= high */
float test_random_float(test_random *random);                /* -1 <= result < 1 */
void test_random_floats(test_random *random, float *values, size_t count);

#endif
