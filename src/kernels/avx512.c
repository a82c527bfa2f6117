/* Compiled with -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx2 -mfma. */
#include "kernels/simd/avx512.h"
#include "kernels/cpu.h"
#include "kernels/sets.h"

#define KERNELS_TABLE kernels_avx512
#define KERNELS_NAME "avx512"
#define KERNELS_NEEDS (CPU_AVX2 | CPU_AVX512)
#define GEMM_ROWS 14 /* 28 sums, 2 weights and an input of 32 registers */
#define GEMM_NARROW_ROWS 14
#define GEMM_COLUMNS 32
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
