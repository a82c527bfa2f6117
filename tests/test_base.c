#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "test.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void error_names_file_and_line(void) {
    yolo_error error;
    CHECK_INT(fail_at(&error, YOLO_BAD_MODEL, "a.cfg", 12, "[maxpool] size must be %d..%d", 1, 64), YOLO_BAD_MODEL);
    CHECK_STRING(error.message, "a.cfg:12: [maxpool] size must be 1..64");
    CHECK_INT(error.line, 12);
    fail_at(&error, YOLO_BAD_MODEL, "a.cfg", 0, "is empty");
    CHECK_STRING(error.message, "a.cfg: is empty");
    CHECK_INT(fail(NULL, YOLO_NO_MEMORY, "nobody listens"), YOLO_NO_MEMORY);
}

static void error_is_clean_and_whole(void) {
    yolo_error error;
    fail(&error, YOLO_BAD_FILE, "%s", "evil\x1b[31m\nname\x7f");
    CHECK_STRING(error.message, "evil?[31m?name?");
    char text[2 * sizeof error.message];
    for (int shift = 0; shift < 4; shift++) { /* a character of 3 bytes across the cut, in each position */
        memset(text, 'x', sizeof text);
        for (size_t i = (size_t)shift; i + 3 < sizeof text; i += 3) memcpy(text + i, "\xE2\x82\xAC", 3);
        text[sizeof text - 1] = 0;
        fail(&error, YOLO_BAD_FILE, "%s", text);
        size_t length = strlen(error.message);
        CHECK(length >= sizeof error.message - 4 && length < sizeof error.message);
        CHECK(memcmp(error.message + length - 3, "\xE2\x82\xAC", 3) == 0);
    }
}

static void memory_refuses_what_overflows(void) {
    CHECK(memory_allocate(SIZE_MAX / 2, 4) == NULL);
    CHECK(memory_allocate(SIZE_MAX, 1) == NULL);
    void *nothing = memory_allocate(0, 4);
    CHECK(nothing != NULL);
    memory_free(nothing);
    float *zeros = memory_allocate_zeroed(100, sizeof *zeros);
    CHECK(zeros && zeros[0] == 0 && zeros[99] == 0 && (uintptr_t)zeros % MEMORY_ALIGNMENT == 0);
    memory_free(zeros);
}

static void memory_grows(void) {
    int *items = NULL;
    size_t capacity = 0;
    for (int i = 0; i < 1000; i++) {
        int *grown = memory_grow(items, &capacity, (size_t)i + 1, sizeof *items);
        if (!CHECK(grown != NULL)) break;
        items = grown;
        items[i] = i;
    }
    for (int i = 0; i < 1000; i++) CHECK_INT(items[i], i);
    size_t before = capacity;
    CHECK(memory_grow(items, &capacity, SIZE_MAX / 2, sizeof *items) == NULL);
    CHECK(capacity == before);
    memory_free(items);
}

static void numbers_are_read_as_c_reads_them(void) {
    static const char *const texts[] = {"0",     "1.5",   "-.25", "+3.", "1e3", "2.5E-3", "4e-5###P6", "12abc",
                                        "1e400", "0e500", "abc",  "-",   ".",   "1.0e",   "123456789", "0.1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        test_note("%s", texts[i]);
        char *expected_end;
        double expected = strtod(texts[i], &expected_end), found;
        const char *end;
        bool any = text_number(texts[i], &end, &found);
        CHECK_INT(any, expected_end != texts[i] && isfinite(expected));
        if (any) {
            CHECK(end == expected_end);
            CHECK_NEAR(found, expected, fabs(expected) * 1e-15);
        }
    }
    const char *end;
    long whole;
    CHECK(text_integer("-12,3", &end, &whole) && whole == -12 && *end == ',');
    CHECK(!text_integer("99999999999999999999", &end, &whole));
    CHECK(!text_integer("x", &end, &whole));
}

static void paths_beside(void) {
    char *path = text_beside("cfg/yolo.cfg", "9k.tree");
    CHECK_STRING(path, "cfg/9k.tree");
    memory_free(path);
    path = text_beside("yolo.cfg", "9k.tree");
    CHECK_STRING(path, "9k.tree");
    memory_free(path);
    path = text_beside("cfg/yolo.cfg", "/data/9k.tree");
    CHECK_STRING(path, "/data/9k.tree");
    memory_free(path);
}

static void files_go_out_and_come_in(void) {
    const char *path = test_temp_path("round");
    uint8_t bytes[10000], *back;
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 7);
    yolo_error error;
    size_t count;
    CHECK_INT(file_write(path, bytes, sizeof bytes, &error), YOLO_OK);
    CHECK_INT(file_write(path, bytes, 9999, &error), YOLO_OK); /* over the older one */
    if (!CHECK_INT(file_read(path, 10000, &back, &count, &error), YOLO_OK)) return;
    CHECK_INT(count, 9999);
    CHECK(memcmp(back, bytes, 9999) == 0 && back[9999] == 0);
    memory_free(back);
    CHECK_INT(file_read(path, 9998, &back, &count, &error), YOLO_BAD_FILE);
    CHECK_CONTAINS(error.message, "larger than the 9998 bytes");
    CHECK_INT(file_read("/dev/zero", 100000, &back, &count, &error), YOLO_BAD_FILE);
    CHECK_INT(file_read("/dev/null", 0, &back, &count, &error), YOLO_OK);
    CHECK_INT(count, 0);
    memory_free(back);
}

static void file_errors_say_why(void) {
    yolo_error error;
    uint8_t *back;
    size_t count;
    CHECK_INT(file_read("/no/such/file", 10, &back, &count, &error), YOLO_BAD_FILE);
    CHECK_STRING(error.message, "/no/such/file: cannot be opened: No such file or directory");
    CHECK_INT(file_read("/tmp", 10, &back, &count, &error), YOLO_BAD_FILE);
    CHECK_STRING(error.message, "/tmp: is a folder, not a file");
    CHECK_INT(file_write("/no/such/folder/file", (const uint8_t *)"x", 1, &error), YOLO_BAD_FILE);
    CHECK_CONTAINS(error.message, "cannot be written: No such file or directory");
}

int main(void) {
    static const test_case cases[] = {
        TEST(error_names_file_and_line),        TEST(error_is_clean_and_whole),
        TEST(memory_refuses_what_overflows),    TEST(memory_grows),
        TEST(numbers_are_read_as_c_reads_them), TEST(paths_beside),
        TEST(files_go_out_and_come_in),         TEST(file_errors_say_why),

    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
