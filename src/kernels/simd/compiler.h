/* What the templates ask of the compiler. */
#ifndef KERNELS_SIMD_COMPILER_H
#define KERNELS_SIMD_COMPILER_H

#define INLINE static inline __attribute__((always_inline))

/* Before a loop of a constant count, at most 16: its steps one after the other, so that arrays of vectors become
 * registers. */
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

#endif
