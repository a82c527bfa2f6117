#define _GNU_SOURCE
#include "cli/cores.h"

#include <unistd.h>

#if defined(__linux__)
#include <sched.h>
#endif

size_t cores_count(void) {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return (size_t)CPU_COUNT(&set);
#endif
    const long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (size_t)count : 1;
}
