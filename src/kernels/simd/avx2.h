/* Vectors of 8 floats in AVX2 registers, with FMA. avx512.h says what the functions promise. */
#ifndef KERNELS_SIMD_AVX2_H
#define KERNELS_SIMD_AVX2_H

#include "kernels/simd/compiler.h"
#include "kernels/simd/quad_x86.h"

#include <immintrin.h>
#include <math.h>
#include <stddef.h>

enum { LANES = 8 };

typedef __m256 vec;
typedef __m256 vec_mask;

INLINE vec vec_load(const float *p) {
    return _mm256_loadu_ps(p);
}

INLINE void vec_store(float *p, vec a) {
    _mm256_storeu_ps(p, a);
}

INLINE void prefetch_near(const float *p) {
    _mm_prefetch(p, _MM_HINT_T0);
}

INLINE void prefetch(const float *p) {
    _mm_prefetch(p, _MM_HINT_T1);
}

INLINE __m256i part_mask(size_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

INLINE vec vec_load_part(const float *p, size_t count) {
    return _mm256_maskload_ps(p, part_mask(count));
}

/* Not _mm256_maskstore_ps: AMD's cores take ten times as long for it as for these three. */
INLINE void vec_store_part(float *p, size_t count, vec a) {
    __m128 half = _mm256_castps256_ps128(a);
    if (count == LANES) {
        _mm256_storeu_ps(p, a);
        return;
    }
    if (count & 4) {
        _mm_storeu_ps(p, half);
        half = _mm256_extractf128_ps(a, 1);
        p += 4;
    }
    if (count & 2) {
        _mm_storel_pi((__m64 *)p, half);
        half = _mm_movehl_ps(half, half);
        p += 2;
    }
    if (count & 1) _mm_store_ss(p, half);
}

INLINE vec vec_set(float x) {
    return _mm256_set1_ps(x);
}

INLINE vec vec_add(vec a, vec b) {
    return _mm256_add_ps(a, b);
}

INLINE vec vec_sub(vec a, vec b) {
    return _mm256_sub_ps(a, b);
}

INLINE vec vec_mul(vec a, vec b) {
    return _mm256_mul_ps(a, b);
}

INLINE vec vec_div(vec a, vec b) {
    return _mm256_div_ps(a, b);
}

INLINE vec vec_fma(vec a, vec b, vec c) {
    return _mm256_fmadd_ps(a, b, c);
}

INLINE vec vec_max(vec a, vec b) {
    return _mm256_max_ps(a, b);
}

INLINE vec vec_min(vec a, vec b) {
    return _mm256_min_ps(a, b);
}

INLINE vec_mask vec_greater(vec a, vec b) {
    return _mm256_cmp_ps(a, b, _CMP_GT_OQ);
}

INLINE vec vec_select(vec_mask mask, vec a, vec b) {
    return _mm256_blendv_ps(b, a, mask);
}

INLINE vec vec_floor(vec a) {
    return _mm256_floor_ps(a);
}

INLINE vec vec_power(vec a) {
    __m256i exponent = _mm256_slli_epi32(_mm256_castps_si256(a), 23);
    return _mm256_castsi256_ps(_mm256_add_epi32(exponent, _mm256_set1_epi32(0x3f800000)));
}

INLINE float scalar_fma(float a, float b, float c) {
    return fmaf(a, b, c);
}

#endif
