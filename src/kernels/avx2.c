/* Compiled with -mavx2 -mfma. */
#include "kernels/simd/avx2.h"
#include "kernels/cpu.h"
#include "kernels/sets.h"

#define KERNELS_TABLE kernels_avx2
#define KERNELS_NAME "avx2"
#define KERNELS_NEEDS CPU_AVX2
#define GEMM_ROWS 6 /* 12 sums, 2 weights and an input of 16 registers */
#define GEMM_NARROW_ROWS 12
#define GEMM_COLUMNS 16
#define WINDOW_PIXELS 7

#include "kernels/template/gemm.inc"

#include "kernels/template/window.inc"

#include "kernels/template/depthwise.inc"
#include "kernels/template/winograd.inc"

#include "kernels/template/activation.inc"
#include "kernels/template/elementwise.inc"
#include "kernels/template/limits.inc"
#include "kernels/template/pixels.inc"
#include "kernels/template/table.inc"
