#include "kernels/cpu.h"

#include <stdint.h>

#if defined(__x86_64__)

#include <cpuid.h>

enum { XCR0_AVX = 0x06, XCR0_AVX512 = 0xe6 }; /* XMM and YMM; these with masks and ZMM */

/* The register states that the operating system saves for a thread. Only valid where CPUID reports OSXSAVE. */
static uint64_t read_xcr0(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

unsigned cpu_features(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_FMA)) return 0;
    uint64_t saved = read_xcr0();
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & bit_AVX2) || (saved & XCR0_AVX) != XCR0_AVX) return 0;
    const unsigned wide = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
    if ((b & wide) != wide || (saved & XCR0_AVX512) != XCR0_AVX512) return CPU_AVX2;
    return CPU_AVX2 | CPU_AVX512;
}

#elif defined(__aarch64__)

unsigned cpu_features(void) {
    return CPU_NEON;
}

#else

unsigned cpu_features(void) {
    return 0;
}

#endif
