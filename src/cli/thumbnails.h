/* Small pictures on their way from the threads that make them to the one that writes them in order. Thread-safe. */
#ifndef CLI_THUMBNAILS_H
#define CLI_THUMBNAILS_H

#include "yolo.h"

struct thumbnails;

struct thumbnails *thumbnails_open(void);
void thumbnails_close(struct thumbnails *thumbnails); /* NULL is allowed */

/* Keeps the JPEG `bytes` [count], for yolo_bytes_free, under `name`: no two on their way have one name. */
void thumbnails_put(struct thumbnails *thumbnails, const char *name, uint8_t *bytes, size_t count);

/* Hands it over: NULL where there is none. The caller frees it. */
uint8_t *thumbnails_take(struct thumbnails *thumbnails, const char *name, size_t *count);

#endif
