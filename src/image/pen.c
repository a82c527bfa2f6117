#include "image/pen.h"

#include "image/image.h"

#include <math.h>

static const float largest_line = 1000; /* that no useful picture reaches, so that arithmetic on pixels stays exact */

static float size_of(const yolo_image *image) {
    return sqrtf((float)image->width * (float)image->height);
}

float pen_line(const yolo_image *image, float wanted) {
    return fminf(wanted > 0 ? wanted : fmaxf(1, roundf(size_of(image) * 0.0027f)), largest_line);
}

float pen_letters(const yolo_image *image) {
    return 3 + size_of(image) * 0.021f;
}

yolo_status pen_check(const yolo_image *image, const yolo_draw_options *options, yolo_error *error) {
    yolo_status status = image_check(image, error);
    if (status) return status;
    if (image->channels != 3) return fail(error, YOLO_BAD_ARGUMENT, "only RGB images can be drawn into, not grey ones");
    if (!(options->line_width >= 0) || !(options->font_scale > 0) ||
        !isfinite(options->line_width + options->font_scale))
        return fail(error, YOLO_BAD_ARGUMENT, "the line width must be 0 or more, and the font scale more than 0");
    return YOLO_OK;
}
