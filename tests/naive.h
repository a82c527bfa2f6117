/* The textbook oracle: every kernel and the convolution as plain loops in double. */
#ifndef NAIVE_H
#define NAIVE_H

#include "convolution/convolution.h"
#include "kernels/kernels.h"

double naive_ramp(ramp r, double x);

/* Of every activation that looks at one number; Darknet's formulas with its constants. */
double naive_activation(activation kind, double x);

/* A row through any activation, those over a whole row among them. */
void naive_activate_row(activation kind, size_t columns, const float *input, double *output);

/* [rows][columns] = ramp(bias + input [rows][input_stride] x weights [columns][depth]) */
void naive_gemm(size_t rows, size_t columns, size_t depth, const float *input, size_t input_stride,
                const float *weights, const float *bias, ramp r, double *output);

/* One tile of Winograd's F(4x4, 3x3), from the definition: a line is multiplied by the matrices of the points, which are
 * made here by interpolation. `pixels` and `values` are [36], `sums` [36] and `output` [16]. */
void naive_winograd_input(const double *pixels, double *values);
void naive_winograd_output(const double *sums, double *output);

/* Sums [pixels][channels] of the taps of a window run; with `weights` NULL each tap counts once. */
void naive_window(const window_run *run, const float *weights, size_t weight_stride, const uint16_t *weights_of,
                  double *output);

/* Their maximum, a NaN only where it comes first. */
void naive_maximum(const window_run *run, double *output);

/* Planar, as Darknet has it: input [channels][height][width], weights [filters][channels / groups][size][size], output
 * [filters][height][width] with the bias, before any activation. `border` is what lies around the input. */
void naive_convolution(const convolution_geometry *g, shape input_shape, const float *input, const float *weights,
                       const float *bias, double border, double *output);

#endif
