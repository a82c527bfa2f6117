#include "network/window.h"
#include "test.h"

enum { TAPS_MAX = 64 };

/* Marks for each output which taps its run says it sees, and checks them against the definition. */
static void check_row(const window *w, const tensor *input, const tensor *output, int y) {
    ptrdiff_t offsets[TAPS_MAX];
    uint16_t tap_of[TAPS_MAX];
    window_row row = window_row_start(w, input, output, y, offsets, tap_of);
    int x = 0;
    while (window_row_next(&row))
        for (size_t p = 0; p < row.run.pixels; p++, x++) {
            size_t found = 0;
            for (int tap = 0; tap < w->size_y * w->size_x; tap++) {
                int in_y = y * w->stride_y - w->top + tap / w->size_x * w->dilation;
                int in_x = x * w->stride_x - w->left + tap % w->size_x * w->dilation;
                if (in_y < 0 || in_x < 0 || in_y >= input->height || in_x >= input->width) continue;
                if (!CHECK(found < row.run.taps) || !CHECK_INT(tap_of[found], tap)) return;
                const float *place = row.run.input + p * row.run.input_step + offsets[found++];
                CHECK(place == tensor_at(input, in_y, in_x));
            }
            CHECK_INT((long long)row.run.taps, (long long)found);
            CHECK(row.run.output + p * row.run.output_stride == tensor_at(output, y, x));
        }
    CHECK_INT(x, output->width);
}

static void runs_see_the_taps_inside_the_map(void) {
    test_random random = test_random_start(1);
    for (int i = 0; i < 3000; i++) {
        window w = {
            .size_y = test_random_int(&random, 1, 5),
            .size_x = test_random_int(&random, 1, 5),
            .stride_y = test_random_int(&random, 1, 3),
            .stride_x = test_random_int(&random, 1, 3),
            .dilation = test_random_int(&random, 1, 3),
            .top = test_random_int(&random, 0, 6),
            .left = test_random_int(&random, 0, 6),
        };
        static float numbers[4096];
        tensor input = {numbers, 2, test_random_int(&random, 1, 9), test_random_int(&random, 1, 9), 3, 0};
        tensor output = {numbers, 2, test_random_int(&random, 1, 9), test_random_int(&random, 1, 9), 5, 0};
        test_note("%dx%d stride %d,%d dilation %d before %d,%d over %dx%d", w.size_x, w.size_y, w.stride_x, w.stride_y,
                  w.dilation, w.left, w.top, input.width, input.height);
        for (int y = 0; y < output.height; y++) check_row(&w, &input, &output, y);
    }
}

static void the_inside_is_one_run(void) {
    static float numbers[64 * 64];
    ptrdiff_t offsets[9];
    window w = {3, 3, 1, 1, 1, 1, 1};
    tensor map = {numbers, 1, 64, 64, 1, 0};
    window_row row = window_row_start(&w, &map, &map, 5, offsets, NULL);
    size_t pixels[4] = {0}, count = 0;
    while (window_row_next(&row) && count < 4) pixels[count++] = row.run.pixels;
    CHECK_INT((long long)count, 3);
    CHECK_INT((long long)pixels[1], 62);
}

int main(void) {
    static const test_case cases[] = {TEST(runs_see_the_taps_inside_the_map), TEST(the_inside_is_one_run)};
    return test_run(cases, sizeof cases / sizeof *cases);
}
