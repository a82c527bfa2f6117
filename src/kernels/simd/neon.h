/* Vectors of 4 floats in aarch64 registers. avx512.h says what the functions promise. */
#ifndef KERNELS_SIMD_NEON_H
#define KERNELS_SIMD_NEON_H

#include "kernels/simd/compiler.h"

#include <arm_neon.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum { LANES = 4 };

typedef float32x4_t vec;
typedef vec quad;
typedef uint32x4_t vec_mask;

INLINE vec vec_load(const float *p) {
    return vld1q_f32(p);
}

INLINE void vec_store(float *p, vec a) {
    vst1q_f32(p, a);
}

INLINE void prefetch_near(const float *p) {
    __builtin_prefetch(p, 0, 3);
}

INLINE void prefetch(const float *p) {
    __builtin_prefetch(p, 0, 2);
}

INLINE vec vec_load_part(const float *p, size_t count) {
    vec a = vld1q_lane_f32(p, vdupq_n_f32(0), 0);
    if (count > 1) a = vld1q_lane_f32(p + 1, a, 1);
    if (count > 2) a = vld1q_lane_f32(p + 2, a, 2);
    return count > 3 ? vld1q_lane_f32(p + 3, a, 3) : a;
}

INLINE void vec_store_part(float *p, size_t count, vec a) {
    vst1q_lane_f32(p, a, 0);
    if (count > 1) vst1q_lane_f32(p + 1, a, 1);
    if (count > 2) vst1q_lane_f32(p + 2, a, 2);
    if (count > 3) vst1q_lane_f32(p + 3, a, 3);
}

INLINE vec vec_set(float x) {
    return vdupq_n_f32(x);
}

INLINE vec vec_add(vec a, vec b) {
    return vaddq_f32(a, b);
}

INLINE vec vec_sub(vec a, vec b) {
    return vsubq_f32(a, b);
}

INLINE vec vec_mul(vec a, vec b) {
    return vmulq_f32(a, b);
}

INLINE vec vec_div(vec a, vec b) {
    return vdivq_f32(a, b);
}

INLINE vec vec_fma(vec a, vec b, vec c) {
    return vfmaq_f32(c, a, b);
}

/* Not vmaxq: it answers NaN for a NaN on either side. */
INLINE vec vec_max(vec a, vec b) {
    return vbslq_f32(vcgtq_f32(a, b), a, b);
}

INLINE vec vec_min(vec a, vec b) {
    return vbslq_f32(vcltq_f32(a, b), a, b);
}

INLINE vec_mask vec_greater(vec a, vec b) {
    return vcgtq_f32(a, b);
}

INLINE vec vec_select(vec_mask mask, vec a, vec b) {
    return vbslq_f32(mask, a, b);
}

INLINE vec vec_floor(vec a) {
    return vrndmq_f32(a);
}

INLINE vec vec_power(vec a) {
    uint32x4_t exponent = vshlq_n_u32(vreinterpretq_u32_f32(a), 23);
    return vreinterpretq_f32_u32(vaddq_u32(exponent, vdupq_n_u32(0x3f800000)));
}

INLINE float scalar_fma(float a, float b, float c) {
    return fmaf(a, b, c);
}

/* Four bytes, the lowest first, as floats 0..255. Elsewhere a quad is shorter than a vec: see quad_x86.h. */
INLINE quad quad_of_bytes(uint32_t bytes) {
    uint16x4_t wide = vget_low_u16(vmovl_u8(vcreate_u8(bytes)));
    return vcvtq_f32_u32(vmovl_u16(wide));
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
