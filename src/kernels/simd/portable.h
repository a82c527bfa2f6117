/* Vectors of 4 floats by the compiler's own vector types: whatever CPU it compiles for. avx512.h says what the
 * functions promise, but for one thing: without KERNELS_FUSED a multiply-add rounds twice, because fmaf in software is
 * a hundred times slower. */
#ifndef KERNELS_SIMD_PORTABLE_H
#define KERNELS_SIMD_PORTABLE_H

#include "kernels/simd/compiler.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { LANES = 4 };

typedef float vec __attribute__((vector_size(16)));
typedef vec quad;
typedef int32_t vec_mask __attribute__((vector_size(16)));

INLINE vec vec_load(const float *p) {
    vec a;
    memcpy(&a, p, sizeof a);
    return a;
}

INLINE void vec_store(float *p, vec a) {
    memcpy(p, &a, sizeof a);
}

INLINE void prefetch_near(const float *p) {
    __builtin_prefetch(p, 0, 3);
}

INLINE void prefetch(const float *p) {
    __builtin_prefetch(p, 0, 2);
}

INLINE vec vec_load_part(const float *p, size_t count) {
    vec a = {0};
    for (size_t i = 0; i < count; i++) a[i] = p[i];
    return a;
}

INLINE void vec_store_part(float *p, size_t count, vec a) {
    for (size_t i = 0; i < count; i++) p[i] = a[i];
}

INLINE vec vec_set(float x) {
    return (vec){x, x, x, x};
}

INLINE vec vec_add(vec a, vec b) {
    return a + b;
}

INLINE vec vec_sub(vec a, vec b) {
    return a - b;
}

INLINE vec vec_mul(vec a, vec b) {
    return a * b;
}

INLINE vec vec_div(vec a, vec b) {
    return a / b;
}

INLINE float scalar_fma(float a, float b, float c) {
#ifdef KERNELS_FUSED
    return fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

INLINE vec vec_fma(vec a, vec b, vec c) {
#ifdef KERNELS_FUSED
    return (vec){fmaf(a[0], b[0], c[0]), fmaf(a[1], b[1], c[1]), fmaf(a[2], b[2], c[2]), fmaf(a[3], b[3], c[3])};
#else
    return a * b + c;
#endif
}

INLINE vec_mask vec_greater(vec a, vec b) {
    return a > b;
}

INLINE vec vec_select(vec_mask mask, vec a, vec b) {
    return (vec)((mask & (vec_mask)a) | (~mask & (vec_mask)b));
}

INLINE vec vec_max(vec a, vec b) {
    return vec_select(a > b, a, b);
}

INLINE vec vec_min(vec a, vec b) {
    return vec_select(a < b, a, b);
}

INLINE vec vec_floor(vec a) {
    return (vec){floorf(a[0]), floorf(a[1]), floorf(a[2]), floorf(a[3])};
}

INLINE vec vec_power(vec a) {
    typedef uint32_t bits __attribute__((vector_size(16)));
    return (vec)(((bits)a << 23) + 0x3f800000u);
}

/* Four bytes, the lowest first, as floats 0..255. Elsewhere a quad is shorter than a vec: see quad_x86.h. */
INLINE quad quad_of_bytes(uint32_t bytes) {
    return (quad){(float)(bytes & 255), (float)(bytes >> 8 & 255), (float)(bytes >> 16 & 255), (float)(bytes >> 24)};
}

INLINE void quad_store(float *p, quad a) {
    vec_store(p, a);
}

INLINE quad quad_set(float x) {
    return vec_set(x);
}

INLINE quad quad_mul(quad a, quad b) {
    return vec_mul(a, b);
}

INLINE quad quad_fma(quad a, quad b, quad c) {
    return vec_fma(a, b, c);
}

#include "kernels/simd/quads.h"

#endif
