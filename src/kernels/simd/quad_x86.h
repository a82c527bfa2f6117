/* Vectors of 4 floats beside longer ones, for pixels. avx512.h and portable.h say what the functions promise. */
#ifndef KERNELS_SIMD_QUAD_X86_H
#define KERNELS_SIMD_QUAD_X86_H

#include "kernels/simd/compiler.h"

#include <immintrin.h>
#include <stdint.h>

typedef __m128 quad;
typedef __m256 quads; /* two */

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

INLINE quads quads_of_bytes(uint32_t first, uint32_t second) {
    const __m128i bytes = _mm_insert_epi32(_mm_cvtsi32_si128((int)first), (int)second, 1);
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
}

INLINE quads quads_set(float x) {
    return _mm256_set1_ps(x);
}

INLINE quads quads_mul(quads a, quads b) {
    return _mm256_mul_ps(a, b);
}

INLINE quads quads_sub(quads a, quads b) {
    return _mm256_sub_ps(a, b);
}

INLINE quads quads_fma(quads a, quads b, quads c) {
    return _mm256_fmadd_ps(a, b, c);
}

INLINE quad quads_first(quads a) {
    return _mm256_castps256_ps128(a);
}

INLINE quad quads_second(quads a) {
    return _mm256_extractf128_ps(a, 1);
}

#endif
