/* How many threads are worth starting. */
#ifndef CLI_CORES_H
#define CLI_CORES_H

#include <stddef.h>

size_t cores_count(void); /* that this process may use, at least 1 */

#endif
