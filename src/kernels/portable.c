/* Whatever the compiler makes of its vector types on the baseline CPU: no flags. With KERNELS_FUSED it is the tests'
 * oracle of bits. */
#include "kernels/simd/portable.h"
#include "kernels/cpu.h"
#include "kernels/sets.h"

#ifdef KERNELS_FUSED
#define KERNELS_TABLE kernels_fused
#define KERNELS_NAME "fused"
#else
#define KERNELS_TABLE kernels_portable
#define KERNELS_NAME "portable"
#endif
#define KERNELS_NEEDS 0
#define GEMM_ROWS 4 /* 8 sums, 2 weights and an input of the 16 registers of baseline x86-64 */
#define GEMM_NARROW_ROWS 8
#define GEMM_COLUMNS 8
#define GEMM_ALL_PLAIN
#define WINDOW_PIXELS 4

#include "kernels/template/gemm.inc"

#include "kernels/template/window.inc"

#include "kernels/template/depthwise.inc"
#include "kernels/template/winograd.inc"

#include "kernels/template/activation.inc"
#include "kernels/template/elementwise.inc"
#include "kernels/template/limits.inc"
#include "kernels/template/pixels.inc"
#include "kernels/template/table.inc"
