#define _POSIX_C_SOURCE 200809L
#include "cli/thumbnails.h"

#include "cli/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct thumbnail {
    struct thumbnail *next;
    char *name;
    uint8_t *bytes;
    size_t count;
};

/* As many as pictures are in the works: few enough for a list. */
struct thumbnails {
    pthread_mutex_t lock;
    struct thumbnail *first;
};

struct thumbnails *thumbnails_open(void) {
    struct thumbnails *thumbnails = allocate(1, sizeof *thumbnails);
    pthread_mutex_init(&thumbnails->lock, NULL);
    return thumbnails;
}

void thumbnails_put(struct thumbnails *thumbnails, const char *name, uint8_t *bytes, size_t count) {
    struct thumbnail *thumbnail = allocate(1, sizeof *thumbnail);
    thumbnail->name = text_copy_of(name);
    thumbnail->bytes = bytes;
    thumbnail->count = count;
    pthread_mutex_lock(&thumbnails->lock);
    thumbnail->next = thumbnails->first;
    thumbnails->first = thumbnail;
    pthread_mutex_unlock(&thumbnails->lock);
}

static struct thumbnail *unlink_named(struct thumbnails *thumbnails, const char *name) {
    pthread_mutex_lock(&thumbnails->lock);
    struct thumbnail **place = &thumbnails->first;
    while (*place && strcmp((*place)->name, name) != 0) place = &(*place)->next;
    struct thumbnail *found = *place;
    if (found) *place = found->next;
    pthread_mutex_unlock(&thumbnails->lock);
    return found;
}

uint8_t *thumbnails_take(struct thumbnails *thumbnails, const char *name, size_t *count) {
    struct thumbnail *found = unlink_named(thumbnails, name);
    uint8_t *bytes = found ? found->bytes : NULL;
    *count = found ? found->count : 0;
    if (found) free(found->name);
    free(found);
    return bytes;
}

void thumbnails_close(struct thumbnails *thumbnails) {
    if (!thumbnails) return;
    for (struct thumbnail *next; thumbnails->first; thumbnails->first = next) {
        next = thumbnails->first->next;
        yolo_bytes_free(thumbnails->first->bytes);
        free(thumbnails->first->name);
        free(thumbnails->first);
    }
    pthread_mutex_destroy(&thumbnails->lock);
    free(thumbnails);
}
