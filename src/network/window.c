#include "network/window.h"

static int divide_up(int a, int b) {
    return (a + b - 1) / b;
}

window_taps window_taps_seen(int output, int size, int stride, int dilation, int before, int input) {
    int first = output * stride - before;
    window_taps seen = {0, size};
    if (first < 0) seen.begin = divide_up(-first, dilation);
    if (first + (size - 1) * dilation >= input) seen.end = first < input ? divide_up(input - first, dilation) : 0;
    if (seen.begin > seen.end) seen.begin = seen.end;
    return seen;
}

window_row window_row_start(const window *w, const tensor *input, const tensor *output, int y, ptrdiff_t *offsets,
                            uint16_t *tap_of) {
    return (window_row){.window = w, .input = input, .output = output, .y = y, .offsets = offsets, .tap_of = tap_of};
}

/* The end of the outputs from row->x on that see the same columns of taps. */
static int run_end(const window_row *row, window_taps columns) {
    const window *w = row->window;
    if (columns.end - columns.begin < w->size_x) return row->x + 1;
    int last = (row->input->width + w->left - (w->size_x - 1) * w->dilation - 1) / w->stride_x;
    return last + 1 < row->output->width ? last + 1 : row->output->width;
}

/* Lists the taps, and returns how many there are; offsets count from the first. */
static size_t list_taps(window_row *row, window_taps rows, window_taps columns) {
    const window *w = row->window;
    ptrdiff_t step = (ptrdiff_t)row->input->stride * w->dilation, row_step = step * row->input->width;
    size_t count = 0;
    for (int y = rows.begin; y < rows.end; y++)
        for (int x = columns.begin; x < columns.end; x++, count++) {
            row->offsets[count] = (y - rows.begin) * row_step + (x - columns.begin) * step;
            if (row->tap_of) row->tap_of[count] = (uint16_t)(y * w->size_x + x);
        }
    return count;
}

bool window_row_next(window_row *row) {
    const window *w = row->window;
    const tensor *input = row->input, *output = row->output;
    if (row->x >= output->width) return false;
    window_taps rows = window_taps_seen(row->y, w->size_y, w->stride_y, w->dilation, w->top, input->height);
    window_taps columns = window_taps_seen(row->x, w->size_x, w->stride_x, w->dilation, w->left, input->width);
    size_t taps = list_taps(row, rows, columns);
    int end = run_end(row, columns);
    int y = row->y * w->stride_y - w->top + rows.begin * w->dilation;
    int x = row->x * w->stride_x - w->left + columns.begin * w->dilation;
    row->run = (window_run){
        .pixels = (size_t)(end - row->x),
        .channels = (size_t)output->channels,
        .input = taps ? tensor_at(input, y, x) : input->data,
        .input_step = (size_t)w->stride_x * input->stride,
        .offsets = row->offsets,
        .taps = taps,
        .output = tensor_at(output, row->y, row->x),
        .output_stride = output->stride,
    };
    row->x = end;
    return true;
}
