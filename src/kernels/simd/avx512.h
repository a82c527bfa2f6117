/* Vectors of 16 floats in AVX-512 registers. The same names as in every header of this folder; only these headers hold
 * intrinsics. `part` means the first `count` elements, 1 <= count <= LANES: nothing beyond them is touched. */
#ifndef KERNELS_SIMD_AVX512_H
#define KERNELS_SIMD_AVX512_H

#include "kernels/simd/compiler.h"
#include "kernels/simd/quad_x86.h"

#include <immintrin.h>
#include <math.h>
#include <stddef.h>

enum { LANES = 16 };

typedef __m512 vec;
typedef __mmask16 vec_mask;

INLINE vec vec_load(const float *p) {
    return _mm512_loadu_ps(p);
}

INLINE void vec_store(float *p, vec a) {
    _mm512_storeu_ps(p, a);
}

/* A hint that the cache line of p is wanted in the second cache; p may be anywhere. */
INLINE void prefetch_near(const float *p) {
    _mm_prefetch(p, _MM_HINT_T0);
}

INLINE void prefetch(const float *p) {
    _mm_prefetch(p, _MM_HINT_T1);
}

INLINE __mmask16 part_mask(size_t count) {
    return (__mmask16)(0xffffu >> (LANES - count));
}

INLINE vec vec_load_part(const float *p, size_t count) {
    return _mm512_maskz_loadu_ps(part_mask(count), p);
}

INLINE void vec_store_part(float *p, size_t count, vec a) {
    _mm512_mask_storeu_ps(p, part_mask(count), a);
}

INLINE vec vec_set(float x) {
    return _mm512_set1_ps(x);
}

INLINE vec vec_add(vec a, vec b) {
    return _mm512_add_ps(a, b);
}

INLINE vec vec_sub(vec a, vec b) {
    return _mm512_sub_ps(a, b);
}

INLINE vec vec_mul(vec a, vec b) {
    return _mm512_mul_ps(a, b);
}

INLINE vec vec_div(vec a, vec b) {
    return _mm512_div_ps(a, b);
}

/* a * b + c, rounded once */
INLINE vec vec_fma(vec a, vec b, vec c) {
    return _mm512_fmadd_ps(a, b, c);
}

/* a > b ? a : b, and a < b ? a : b: the second operand where either is NaN, as the instructions define it */
INLINE vec vec_max(vec a, vec b) {
    return _mm512_max_ps(a, b);
}

INLINE vec vec_min(vec a, vec b) {
    return _mm512_min_ps(a, b);
}

INLINE vec_mask vec_greater(vec a, vec b) {
    return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ);
}

/* mask ? a : b */
INLINE vec vec_select(vec_mask mask, vec a, vec b) {
    return _mm512_mask_blend_ps(mask, b, a);
}

INLINE vec vec_floor(vec a) {
    return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}

/* 2^n for a = 1.5 * 2^23 + n: the low bits of such a float are n. */
INLINE vec vec_power(vec a) {
    __m512i exponent = _mm512_slli_epi32(_mm512_castps_si512(a), 23);
    return _mm512_castsi512_ps(_mm512_add_epi32(exponent, _mm512_set1_epi32(0x3f800000)));
}

INLINE float scalar_fma(float a, float b, float c) {
    return fmaf(a, b, c);
}

#endif
