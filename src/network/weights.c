#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64

#include "network/weights.h"

#include "base/memory.h"
#include "base/text.h"
#include "network/layer.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Numbers are stored as the little-endian IEEE floats that every machine we build for uses itself. */
_Static_assert(sizeof(float) == 4 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "weights are read as they lie");

struct weight_reader {
    FILE *file; /* NULL: every number is zero */
    char *path;
    bool transposed;
    size_t file_bytes;
    size_t count;
};

static yolo_status too_short(const weight_reader *r, yolo_error *error) {
    return fail(error, YOLO_BAD_MODEL, "%s: too short for the header of a weights file", r->path);
}

/* int32 major, minor, revision, then the number of images seen in training: 32 bits in versions before 0.2, else 64. Versions
 * above 1000 mark transposed weights; texts, archives and files of another byte order have such of millions. */
static yolo_status read_header(weight_reader *r, yolo_error *error) {
    enum { VERSION_MAX = 100000 };
    int32_t version[3];
    if (fread(version, sizeof version, 1, r->file) != 1) return too_short(r, error);
    int64_t major = version[0], minor = version[1];
    if (major < 0 || minor < 0 || version[2] < 0 || major > VERSION_MAX || minor > VERSION_MAX)
        return fail(error, YOLO_BAD_MODEL, "%s: is not a Darknet weights file (version %lld.%lld.%d)", r->path,
                    (long long)major, (long long)minor, (int)version[2]);
    unsigned char seen[8];
    size_t seen_bytes = major * 10 + minor >= 2 ? 8 : 4;
    if (fread(seen, seen_bytes, 1, r->file) != 1) return too_short(r, error);
    r->transposed = major > 1000 || minor > 1000;
    return YOLO_OK;
}

static yolo_status open_file(weight_reader *r, const char *path, yolo_error *error) {
    r->path = text_copy(path);
    if (!r->path) return fail(error, YOLO_NO_MEMORY, "%s: not enough memory to read it", path);
    r->file = fopen(path, "rbe");
    int code = errno;
    struct stat facts = {0};
    if (r->file && !fstat(fileno(r->file), &facts)) r->file_bytes = (size_t)facts.st_size;
    if (r->file && S_ISDIR(facts.st_mode)) {
        fclose(r->file);
        r->file = NULL;
        code = EISDIR;
    }
    char reason[128] = "";
    if (!r->file) {
        (void)!strerror_r(code, reason, sizeof reason);
        return fail(error, YOLO_BAD_FILE, "%s: cannot be opened: %s", path, reason);
    }
    return read_header(r, error);
}

yolo_status weights_open(const char *path, weight_reader **reader, yolo_error *error) {
    weight_reader *r = memory_allocate_zeroed(1, sizeof *r);
    if (!r) return fail(error, YOLO_NO_MEMORY, "not enough memory to read weights");
    yolo_status status = path ? open_file(r, path, error) : YOLO_OK;
    if (status) {
        weights_close(r);
        return status;
    }
    *reader = r;
    return YOLO_OK;
}

/* The first number that is infinite or not a number, or `count`. */
static size_t find_not_finite(const float *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        if ((bits & 0x7F800000u) == 0x7F800000u) return i;
    }
    return count;
}

yolo_status weights_read(weight_reader *r, const layer *l, const char *what, float *values, size_t count,
                         yolo_error *error) {
    if (!r->file || l->dont_load) {
        memset(values, 0, count * sizeof *values);
        r->count += l->dont_load ? 0 : count;
        return YOLO_OK;
    }
    size_t got = fread(values, sizeof *values, count, r->file);
    if (got != count && ferror(r->file))
        return fail(error, YOLO_BAD_FILE, "%s: cannot be read: layer %d [%s], %s", r->path, l->index, l->section->name,
                    what);
    if (got != count)
        return fail(error, YOLO_BAD_MODEL, "%s: ends in layer %d [%s] (%s:%d): its %s need %zu bytes, %zu are left",
                    r->path, l->index, l->section->name, l->section->file, l->section->line, what,
                    count * sizeof *values, got * sizeof *values);
    size_t bad = find_not_finite(values, count);
    if (bad < count)
        return fail(error, YOLO_BAD_MODEL, "%s: number %zu of the %s of layer %d [%s] (%s:%d) is %f", r->path, bad,
                    what, l->index, l->section->name, l->section->file, l->section->line, (double)values[bad]);
    r->count += count;
    return YOLO_OK;
}

yolo_status weights_read_new(weight_reader *r, const layer *l, const char *what, float **values, size_t count,
                             yolo_error *error) {
    float *read = memory_allocate(count, sizeof *read);
    if (!read) return layer_fail_memory(l, error);
    yolo_status status = weights_read(r, l, what, read, count, error);
    if (status) {
        memory_free(read);
        return status;
    }
    *values = read;
    return YOLO_OK;
}

yolo_status weights_skip(weight_reader *r, const layer *l, const char *what, size_t count, yolo_error *error) {
    enum { BLOCK_COUNT = 1 << 16 };
    if (!r->file || l->dont_load) {
        r->count += l->dont_load ? 0 : count;
        return YOLO_OK;
    }
    float *block = memory_allocate(count < BLOCK_COUNT ? count : BLOCK_COUNT, sizeof *block);
    yolo_status status = block ? YOLO_OK : layer_fail_memory(l, error);
    while (count > 0 && !status) {
        size_t some = count < BLOCK_COUNT ? count : BLOCK_COUNT;
        status = weights_read(r, l, what, block, some, error);
        count -= some;
    }
    memory_free(block);
    return status;
}

yolo_status weights_refuse_variance(const weight_reader *r, const layer *l, size_t number, float variance,
                                    yolo_error *error) {
    return fail(error, YOLO_BAD_MODEL, "%s: variance %zu of layer %d [%s] (%s:%d) is %g", r->path, number, l->index,
                l->section->name, l->section->file, l->section->line, (double)variance);
}

bool weights_transposed(const weight_reader *r) {
    return r->transposed;
}

size_t weights_file_bytes(const weight_reader *r) {
    return r->file_bytes;
}

size_t weights_count(const weight_reader *r) {
    return r->count;
}

yolo_status weights_expect_end(const weight_reader *r, yolo_error *error) {
    if (!r->file) return YOLO_OK;
    enum { COUNTED = 1 << 30 }; /* a device may have no end */
    char buffer[4096];
    size_t left = 0, got;
    while (left < COUNTED && (got = fread(buffer, 1, sizeof buffer, r->file)) > 0) left += got;
    if (ferror(r->file)) return fail(error, YOLO_BAD_FILE, "%s: cannot be read to its end", r->path);
    if (left == 0) return YOLO_OK;
    return fail(error, YOLO_BAD_MODEL, "%s: %zu bytes%s are left over after the last layer: it belongs to another cfg",
                r->path, left, left < COUNTED ? "" : " or more");
}

void weights_close(weight_reader *r) {
    if (!r) return;
    if (r->file) fclose(r->file);
    memory_free(r->path);
    memory_free(r);
}
