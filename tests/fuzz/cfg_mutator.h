/* Changes cfgs as cfgs: sections and options come, go, change places and get values at the edges of their ranges, as the
 * tables of the layers tell. Bytes alone hardly ever make another cfg that loads. */
#ifndef CFG_MUTATOR_H
#define CFG_MUTATOR_H

#include "fuzz.h"

/* What a target does with a cfg besides loading it may be chosen by a number, in hexadecimal digits behind a # that
 * begins the text; 0 where there is none. */
uint64_t cfg_choices(const uint8_t *bytes, size_t count);

#endif
