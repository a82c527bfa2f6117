/* What the machine has. */
#ifndef BASE_SYSTEM_H
#define BASE_SYSTEM_H

#include <stdint.h>

/* Bytes of memory that this process may count on: the machine's, or what its control group is allowed where that is
 * less (containers, services). UINT64_MAX where nothing can be found out. */
uint64_t system_memory(void);

/* The least limit of the control group `path` ("/a/b") and those above it, as the files `name` below `root` say;
 * UINT64_MAX where there is none. */
uint64_t system_group_memory(const char *root, const char *path, const char *name);

#endif
