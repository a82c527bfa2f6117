/* Makes the seeds of the fuzz targets: small files of every kind that the readers know, the same every time. */
#ifndef SEEDS_H
#define SEEDS_H

#include "fuzz.h"

/* Bytes that grow. */
typedef struct seed {
    uint8_t bytes[1 << 16];
    size_t count;
    fuzz_random random;
} seed;

void seed_start(seed *s);
void seed_bytes(seed *s, const void *bytes, size_t count);
void seed_text(seed *s, const char *text);
void seed_byte(seed *s, unsigned byte);
void seed_little_16(seed *s, unsigned value);
void seed_little_32(seed *s, uint32_t value);
void seed_big_16(seed *s, unsigned value);
void seed_big_32(seed *s, uint32_t value);
void seed_noise(seed *s, size_t count, unsigned most); /* bytes 0..most */

/* Writes it as FOLDER/corpus/TARGET/NAME, where FOLDER is what the program was told. */
void seed_save(const seed *s, const char *target, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A line of FOLDER/TARGET.dict. */
void seed_word(const char *target, const char *word);

void seeds_pictures(void);
void seeds_jpeg(void);
void seeds_networks(void);
void seeds_texts(void);

#endif
