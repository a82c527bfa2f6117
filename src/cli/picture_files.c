#define _POSIX_C_SOURCE 200809L
#include "cli/picture_files.h"

#include "cli/path.h"
#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *extension;
    yolo_format format;
} extensions[] = {
    {".jpg", YOLO_FORMAT_JPEG}, {".jpeg", YOLO_FORMAT_JPEG}, {".jpe", YOLO_FORMAT_JPEG}, {".jfif", YOLO_FORMAT_JPEG},
    {".png", YOLO_FORMAT_PNG},  {".bmp", YOLO_FORMAT_BMP},   {".dib", YOLO_FORMAT_BMP},  {".gif", YOLO_FORMAT_GIF},
    {".tga", YOLO_FORMAT_TGA},  {".psd", YOLO_FORMAT_PSD},   {".pnm", YOLO_FORMAT_PNM},  {".ppm", YOLO_FORMAT_PNM},
    {".pgm", YOLO_FORMAT_PNM},  {".hdr", YOLO_FORMAT_HDR},
};

/* TGA has no beginning to know it by. */
static const struct {
    const char *bytes;
    size_t count;
} beginnings[] = {
    {"\xFF\xD8\xFF", 3}, {"\x89PNG\r\n\x1A\n", 8}, {"BM", 2},     {"GIF87a", 6}, {"GIF89a", 6}, {"8BPS", 4}, {"P5", 2},
    {"P6", 2},           {"#?RADIANCE", 10},       {"#?RGBE", 6},
};

yolo_format picture_format_of_extension(const char *extension) {
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
        if (text_equal_ignoring_case(extensions[i].extension, extension)) return extensions[i].format;
    return YOLO_FORMAT_UNKNOWN;
}

/* How many bytes there were, at most `wanted`: network file systems give them piece by piece. */
static size_t read_all(int file, char *bytes, size_t wanted) {
    size_t done = 0;
    while (done < wanted) {
        const ssize_t count = read(file, bytes + done, wanted - done);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        done += (size_t)count;
    }
    return done;
}

/* Reads only regular files: a pipe would wait, and lose what was read. */
static bool begins_like_picture(const char *path) {
    char bytes[16];
    struct stat status;
    const int file = path_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) return false;
    const size_t count = fstat(file, &status) == 0 && S_ISREG(status.st_mode) ? read_all(file, bytes, sizeof bytes) : 0;
    close(file);
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (count >= beginnings[i].count && memcmp(bytes, beginnings[i].bytes, beginnings[i].count) == 0) return true;
    return false;
}

bool picture_file_is_likely(const char *path) {
    return picture_format_of_extension(path_extension(path)) != YOLO_FORMAT_UNKNOWN || begins_like_picture(path);
}
