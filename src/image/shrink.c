/* Smaller copies of pictures by a box filter: the mean of the area under each new pixel, parts of old pixels counted as
 * such. Slower filters look no better when a photo becomes a thumbnail. */
#include "base/memory.h"
#include "image/image.h"

#include <math.h>
#include <string.h>

/* The picture's size within the limits: never enlarged, never less than a pixel. */
static void fit(const yolo_image *image, int max_width, int max_height, int *width, int *height) {
    double scale = fmin(1, fmin((double)max_width / image->width, (double)max_height / image->height));
    *width = (int)fmax(1, fmin(max_width, floor(image->width * scale + 0.5)));
    *height = (int)fmax(1, fmin(max_height, floor(image->height * scale + 0.5)));
}

/* How much of the old pixel `index` lies in [begin, end). */
static float share(double begin, double end, int index) {
    return (float)fmax(0, fmin(end, index + 1.0) - fmax(begin, index));
}

/* The old pixels that [begin, end) touches: first <= index < last. */
static void touched(double begin, double end, int count, int *first, int *last) {
    *first = (int)begin;
    *last = (int)ceil(end);
    if (*last > count) *last = count;
    if (*first >= *last) *first = *last - 1;
}

/* Adds the rows under [begin, end), weighted by what lies in it, into sums [width * channels]. */
static void add_rows(const yolo_image *image, double begin, double end, float *sums) {
    int first, last;
    size_t count = (size_t)image->width * (size_t)image->channels;
    touched(begin, end, image->height, &first, &last);
    memset(sums, 0, count * sizeof *sums);
    for (int y = first; y < last; y++) {
        const uint8_t *row = image_row(image, y);
        float weight = share(begin, end, y);
        for (size_t i = 0; i < count; i++) sums[i] += weight * (float)row[i];
    }
}

/* One new row of sums [old width * channels], which cover `rows` old rows. */
static void reduce_row(const float *sums, const yolo_image *image, double rows, const yolo_image *smaller,
                       uint8_t *output) {
    double step = (double)image->width / smaller->width;
    int channels = image->channels;
    for (int x = 0; x < smaller->width; x++) {
        int first, last;
        touched(x * step, (x + 1) * step, image->width, &first, &last);
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            for (int i = first; i < last; i++)
                sum += (double)share(x * step, (x + 1) * step, i) * (double)sums[i * channels + c];
            output[x * channels + c] = (uint8_t)fmin(255, sum / (rows * step) + 0.5);
        }
    }
}

static void shrink(const yolo_image *image, const yolo_image *smaller, float *sums) {
    double step = (double)image->height / smaller->height;
    for (int y = 0; y < smaller->height; y++) {
        add_rows(image, y * step, (y + 1) * step, sums);
        reduce_row(sums, image, step, smaller, image_row(smaller, y));
    }
}

yolo_status yolo_image_shrink(const yolo_image *image, int max_width, int max_height, yolo_image *smaller,
                              yolo_error *error) {
    yolo_status status = image_check(image, error);
    if (status) return status;
    if (!smaller || max_width < 1 || max_height < 1)
        return fail(error, YOLO_BAD_ARGUMENT, "an image cannot be shrunk to %d x %d", max_width, max_height);
    int width, height;
    fit(image, max_width, max_height, &width, &height);
    yolo_image result;
    status = image_allocate(width, height, image->channels, image->channels, "a smaller image", &result, error);
    if (status) return status;
    float *sums = memory_allocate((size_t)image->width * (size_t)image->channels, sizeof *sums);
    if (!sums) {
        yolo_image_free(&result);
        return fail(error, YOLO_NO_MEMORY, "no memory to shrink an image of %d x %d", image->width, image->height);
    }
    shrink(image, &result, sums);
    memory_free(sums);
    result.format = image->format;
    *smaller = result;
    return YOLO_OK;
}
