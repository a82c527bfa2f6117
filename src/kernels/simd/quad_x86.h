/* Vectors of 4 floats beside longer ones, for pixels. avx512.h and portable.h say what the functions promise. */
#ifndef KERNELS_SIMD_QUAD_X86_H
#define KERNELS_SIMD_QUAD_X86_H

#include "kernels/simd/compiler.h"

#include <immintrin.h>
#include <stdint.h>

typedef __m128 quad;

INLINE quad quad_of_bytes(uint32_t bytes) {
    return _mm_cvtepi32_ps(_mm_cvtepu8_epi32(_mm_cvtsi32_si128((int)bytes)));
}

INLINE void quad_store(float *p, quad a) {
    _mm_storeu_ps(p, a);
}

INLINE quad quad_set(float x) {
    return _mm_set1_ps(x);
}

INLINE quad quad_mul(quad a, quad b) {
    return _mm_mul_ps(a, b);
}

INLINE quad quad_fma(quad a, quad b, quad c) {
    return _mm_fmadd_ps(a, b, c);
}

#endif
