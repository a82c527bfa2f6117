#include "base/parallel.h"

#if defined(_OPENMP)
#include <omp.h>
#endif

static size_t part_begin(size_t count, size_t part, size_t parts) {
    return count / parts * part + (part < count % parts ? part : count % parts);
}

void parallel_for(int threads, size_t count, size_t grain, parallel_body *body, void *argument) {
    if (count == 0) return;
    size_t parts = threads > 1 ? (size_t)threads : 1, most = count / (grain ? grain : 1);
    if (parts > most) parts = most ? most : 1;
    if (parts == 1) {
        body(argument, 0, count, 0);
        return;
    }
    /* A static schedule over the parts, not over the threads: a part runs even where fewer threads are to be had. */
#pragma omp parallel for num_threads((int)parts) schedule(static, 1)
    for (size_t part = 0; part < parts; part++)
        body(argument, part_begin(count, part, parts), part_begin(count, part + 1, parts), (int)part);
}

int parallel_core_count(void) {
#if defined(_OPENMP)
    return omp_get_num_procs();
#else
    return 1;
#endif
}
