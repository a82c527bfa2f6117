/* Two quads side by side, where no vector is that long: quad_x86.h has one. Included after the quad's own functions. */
#ifndef KERNELS_SIMD_QUADS_H
#define KERNELS_SIMD_QUADS_H

typedef struct quads {
    quad first, second;
} quads;

INLINE quads quads_of_bytes(uint32_t first, uint32_t second) {
    return (quads){quad_of_bytes(first), quad_of_bytes(second)};
}

INLINE quads quads_set(float x) {
    return (quads){quad_set(x), quad_set(x)};
}

INLINE quads quads_mul(quads a, quads b) {
    return (quads){quad_mul(a.first, b.first), quad_mul(a.second, b.second)};
}

INLINE quads quads_sub(quads a, quads b) {
    return (quads){vec_sub(a.first, b.first), vec_sub(a.second, b.second)};
}

INLINE quads quads_fma(quads a, quads b, quads c) {
    return (quads){quad_fma(a.first, b.first, c.first), quad_fma(a.second, b.second, c.second)};
}

INLINE quad quads_first(quads a) {
    return a.first;
}

INLINE quad quads_second(quads a) {
    return a.second;
}

#endif
