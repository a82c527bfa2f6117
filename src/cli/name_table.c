#include "cli/name_table.h"

#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    uint64_t hash;
    size_t place; /* of its name in `text`, plus 1; 0: free */
    size_t number;
};

struct name_table {
    struct entry *entries; /* [capacity], a power of two, at most half in use */
    size_t capacity, count;
    char *text; /* all names, each with its zero byte */
    size_t text_bytes, text_capacity;
};

struct name_table *name_table_open(void) {
    struct name_table *table = allocate(1, sizeof *table);
    table->capacity = 64;
    table->entries = allocate(table->capacity, sizeof *table->entries);
    return table;
}

void name_table_close(struct name_table *table) {
    if (!table) return;
    free(table->entries);
    free(table->text);
    free(table);
}

/* FNV-1a */
static uint64_t hash_of(const char *name) {
    uint64_t hash = 14695981039346656037u;
    for (; *name; name++) hash = (hash ^ (unsigned char)*name) * 1099511628211u;
    return hash;
}

/* The entry of a name, or the free one where it belongs. */
static struct entry *entry_of(const struct name_table *table, const char *name, uint64_t hash) {
    size_t i = (size_t)(hash ^ hash >> 32) & (table->capacity - 1);
    while (table->entries[i].place &&
           (table->entries[i].hash != hash || strcmp(table->text + table->entries[i].place - 1, name) != 0))
        i = (i + 1) & (table->capacity - 1);
    return &table->entries[i];
}

static void grow(struct name_table *table) {
    struct entry *old = table->entries;
    const size_t count = table->capacity;
    table->capacity *= 2;
    table->entries = allocate(table->capacity, sizeof *table->entries);
    for (size_t i = 0; i < count; i++)
        if (old[i].place) *entry_of(table, table->text + old[i].place - 1, old[i].hash) = old[i];
    free(old);
}

static size_t keep_text(struct name_table *table, const char *name) {
    const size_t bytes = strlen(name) + 1, place = table->text_bytes;
    if (bytes > table->text_capacity - place) {
        table->text_capacity = table->text_capacity * 2 + bytes + 4096;
        table->text = reallocate(table->text, table->text_capacity, 1);
    }
    memcpy(table->text + place, name, bytes);
    table->text_bytes += bytes;
    return place;
}

bool name_table_add(struct name_table *table, const char *name, size_t number) {
    const uint64_t hash = hash_of(name);
    if (entry_of(table, name, hash)->place) return false;
    if (++table->count * 2 > table->capacity) grow(table);
    *entry_of(table, name, hash) = (struct entry){hash, keep_text(table, name) + 1, number};
    return true;
}

bool name_table_find(const struct name_table *table, const char *name, size_t *number) {
    const struct entry *entry = entry_of(table, name, hash_of(name));
    if (entry->place) *number = entry->number;
    return entry->place;
}
