/* What this CPU, and the operating system on it, can run. */
#ifndef KERNELS_CPU_H
#define KERNELS_CPU_H

enum cpu_feature {
    CPU_AVX2 = 1 << 0,   /* with FMA; the system saves ymm registers */
    CPU_AVX512 = 1 << 1, /* F, BW, DQ and VL, with AVX2; the system saves zmm and mask registers */
    CPU_NEON = 1 << 2,   /* part of every aarch64 */
};

/* A set of enum cpu_feature. */
unsigned cpu_features(void);

#endif
