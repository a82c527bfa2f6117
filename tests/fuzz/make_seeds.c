/* make_seeds FOLDER: writes FOLDER/corpus and the dictionaries. */
#include "seeds.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *folder;

void seed_start(seed *s) {
    s->count = 0;
    s->random.state = 1;
}

void seed_bytes(seed *s, const void *bytes, size_t count) {
    fuzz_require(count <= sizeof s->bytes - s->count);
    if (count) memcpy(s->bytes + s->count, bytes, count);
    s->count += count;
}

void seed_text(seed *s, const char *text) {
    seed_bytes(s, text, strlen(text));
}

void seed_byte(seed *s, unsigned byte) {
    const uint8_t bytes[] = {(uint8_t)byte};
    seed_bytes(s, bytes, sizeof bytes);
}

void seed_little_16(seed *s, unsigned value) {
    seed_byte(s, value & 255);
    seed_byte(s, value >> 8 & 255);
}

void seed_little_32(seed *s, uint32_t value) {
    seed_little_16(s, value & 65535);
    seed_little_16(s, value >> 16);
}

void seed_big_16(seed *s, unsigned value) {
    seed_byte(s, value >> 8 & 255);
    seed_byte(s, value & 255);
}

void seed_big_32(seed *s, uint32_t value) {
    seed_big_16(s, value >> 16);
    seed_big_16(s, value & 65535);
}

void seed_noise(seed *s, size_t count, unsigned most) {
    for (size_t i = 0; i < count; i++) seed_byte(s, (unsigned)fuzz_below(&s->random, most + 1));
}

static FILE *open_file(const char *path, const char *mode) {
    FILE *file = fopen(path, mode);
    if (!file) perror(path);
    fuzz_require(file != NULL);
    return file;
}

void seed_save(const seed *s, const char *target, const char *format, ...) {
    char path[512], name[128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    snprintf(path, sizeof path, "%s/corpus/%s", folder, target);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/corpus/%s/%s", folder, target, name);
    FILE *file = open_file(path, "wb");
    fuzz_require(fwrite(s->bytes, 1, s->count, file) == s->count && fclose(file) == 0);
}

void seed_word(const char *target, const char *word) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s.dict", folder, target);
    FILE *file = open_file(path, "ab");
    fprintf(file, "\"%s\"\n", word);
    fuzz_require(fclose(file) == 0);
}

int main(int count, char **arguments) {
    char path[512];
    if (count != 2) {
        fprintf(stderr, "usage: make_seeds FOLDER\n");
        return 2;
    }
    folder = arguments[1];
    static const char *const dictionaries[] = {"cfg", "options"};
    for (size_t i = 0; i < sizeof dictionaries / sizeof *dictionaries; i++) {
        snprintf(path, sizeof path, "%s/%s.dict", folder, dictionaries[i]);
        remove(path);
    }
    snprintf(path, sizeof path, "%s/corpus", folder);
    mkdir(path, 0777);
    seeds_pictures();
    seeds_jpeg();
    seeds_networks();
    seeds_texts();
    return 0;
}
