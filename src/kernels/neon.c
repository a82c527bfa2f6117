/* Part of every aarch64: no flags. */
#include "kernels/simd/neon.h"
#include "kernels/cpu.h"
#include "kernels/sets.h"

#define KERNELS_TABLE kernels_neon
#define KERNELS_NAME "neon"
#define KERNELS_NEEDS CPU_NEON
#define GEMM_ROWS 8 /* 16 sums, 2 weights and the inputs of 32 registers */
#define GEMM_NARROW_ROWS 12
#define GEMM_COLUMNS 8
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
