/* What the fuzz targets share. A target is a program of one function, LLVMFuzzerTestOneInput: libFuzzer calls it with
 * bytes that it makes up, and replay.c with those of files. It returns when all is well, and ends the process when
 * something is wrong: by a sanitizer, or by fuzz_require. docs/fuzzing.md tells how to run and to add one. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

/* Optional: changes `bytes` [count] in their place, which has room for `room`; returns how many there are then. */
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t count, size_t room, unsigned seed);

/* Given by libFuzzer, or by replay.c: changes bytes without knowing what they mean. */
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t room);

/* Ends the process with a sentence where the condition does not hold. */
#define fuzz_require(condition) fuzz_check((condition), __FILE__, __LINE__, #condition)
void fuzz_check(bool holds, const char *file, int line, const char *expression);

/* Numbers that follow from a seed. */
typedef struct fuzz_random {
    uint64_t state;
} fuzz_random;

uint64_t fuzz_hash(const uint8_t *bytes, size_t count);
uint64_t fuzz_bits(fuzz_random *random);
size_t fuzz_below(fuzz_random *random, size_t limit); /* 0 <= result < limit */
float fuzz_float(fuzz_random *random);                /* -1 <= result < 1 */

/* A folder of this process, which is removed with all in it when the process ends. */
const char *fuzz_folder(void);

/* The path of a file called `name` in it; free() it. */
char *fuzz_path(const char *name);

/* Writes such a file and returns its path: free() it. */
char *fuzz_file(const char *name, const void *bytes, size_t count);

/* From now on the library gets so many bytes, those it gives back not counted, and then no more: what is asked for
 * beyond is refused, as where memory runs out. Bounds the time of a run, too. */
void fuzz_limit_memory(size_t bytes);

#endif
