/* The tables compiled in: each is defined by the file of its instruction set. */
#ifndef KERNELS_SETS_H
#define KERNELS_SETS_H

#include "kernels/kernels.h"

extern const kernels kernels_portable;
#if defined(__x86_64__)
extern const kernels kernels_avx2, kernels_avx512;
#elif defined(__aarch64__)
extern const kernels kernels_neon;
#endif

/* portable.c compiled with KERNELS_FUSED: `fmaf` in place of multiply and add, so that its bits are those of the
 * vector sets. Only the tests link it. */
extern const kernels kernels_fused;

#endif
