#include "detect/overlap.h"

#include <math.h>

static double smaller(double a, double b) {
    return a < b ? a : b;
}

/* Of two intervals with centres `distance` apart. In this form no rounding makes it larger than either extent, which
 * detect/neighbours.c relies on; in double it is exact for all but absurd boxes. */
static double common(double distance, double a, double b) {
    return smaller(smaller(a, b), (a + b) / 2 - fabs(distance));
}

double overlap_iou(const candidate *a, const candidate *b) {
    double width = common((double)a->x - b->x, a->width, b->width);
    double height = common((double)a->y - b->y, a->height, b->height);
    if (!(width > 0 && height > 0)) return 0;
    double both = width * height;
    return both / ((double)a->width * a->height + (double)b->width * b->height - both);
}

/* The length of the smallest interval around two. */
static double around(double distance, double a, double b) {
    double length = (a + b) / 2 + fabs(distance);
    return length > a ? (length > b ? length : b) : (a > b ? a : b);
}

double overlap_diou(const candidate *a, const candidate *b, double iou, double beta) {
    double dx = (double)a->x - b->x, dy = (double)a->y - b->y;
    double width = around(dx, a->width, b->width), height = around(dy, a->height, b->height);
    double diagonal = width * width + height * height;
    return diagonal > 0 ? iou - pow((dx * dx + dy * dy) / diagonal, beta) : iou;
}
