#include "cli/zones.h"

#include "cli/message.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_BYTES_MAX = 100,
    LINE_BYTES_MAX = 1 << 16, /* a thousand points with room to spare */
    LINES_MAX = 10000,        /* comments and empty ones included */
};

static const double farthest = 1e6; /* pixels: no picture is larger */

struct zone {
    char *name;
    double *points; /* [2 * count] x and y by turns */
    size_t count;
    bool is_relative; /* to the picture's size */
};

struct zones {
    struct zone items[ZONES_MAX];
    size_t count;
};

/* Where a zone is written down, for messages. */
struct origin {
    const char *file; /* NULL: an option */
    size_t line;
};

static enum exit_code refuse(const struct origin *origin, const char *text, const char *problem) {
    enum { SHOWN = 60 };
    const bool is_long = strlen(text) > SHOWN;
    char *shown = text_format("%.*s%s", SHOWN, text, is_long ? "..." : "");
    if (origin->file)
        complain("%s:%zu: %s: '%s'", origin->file, origin->line, problem, shown);
    else
        complain("--zone: %s: '%s'", problem, shown);
    free(shown);
    return EXIT_WRONG_USAGE;
}

/* A decimal number and what follows it: nan, inf and hexadecimal are none. */
static bool read_number(const char **text, double *value) {
    const char *digits = *text + strspn(*text, " \t");
    if (digits[strspn(digits, "+-")] == '0' && (digits[strspn(digits, "+-") + 1] | 0x20) == 'x') return false;
    if (!strchr("+-.0123456789", *digits) || !*digits) return false;
    char *end;
    *value = strtod(digits, &end);
    if (end == digits || !(fabs(*value) <= farthest)) return false;
    *text = end + strspn(end, " \t");
    return true;
}

/* Reads "x1,y1,x2,y2,..."; NULL, or what is wrong with it. */
static const char *read_points(const char *text, struct zone *zone) {
    size_t count = 0;
    zone->points = allocate(2 * ZONE_POINTS_MAX, sizeof *zone->points);
    zone->is_relative = true;
    for (;; text++) {
        double value;
        if (!read_number(&text, &value)) return "a zone's points must be numbers from -1000000 to 1000000";
        if (count == 2 * ZONE_POINTS_MAX) return "a zone has at most 1000 points";
        zone->points[count++] = value;
        if (value > 1) zone->is_relative = false;
        if (!*text) break;
        if (*text != ',') return "a zone's numbers are separated by commas";
    }
    zone->count = count / 2;
    if (count % 2) return "a zone's points need an x and a y each";
    return zone->count < 3 ? "a zone needs at least 3 points" : NULL;
}

static bool is_taken(const struct zones *zones, const char *name) {
    for (size_t i = 0; i < zones->count; i++)
        if (strcmp(zones->items[i].name, name) == 0) return true;
    return false;
}

/* Adds "NAME=x1,y1,...". */
static enum exit_code add(struct zones *zones, const char *text, const struct origin *origin) {
    const char *equals = strrchr(text, '=');
    if (!equals || equals == text) return refuse(origin, text, "a zone is written NAME=x1,y1,x2,y2,...");
    if (zones->count == ZONES_MAX) return refuse(origin, text, "there can be at most 64 zones");
    if (equals - text > NAME_BYTES_MAX) return refuse(origin, text, "a zone's name has at most 100 bytes");
    struct zone *zone = &zones->items[zones->count];
    *zone = (struct zone){.name = text_format("%.*s", (int)(equals - text), text)};
    const char *problem = is_taken(zones, zone->name) ? "two zones have one name" : read_points(equals + 1, zone);
    zones->count++;
    return problem ? refuse(origin, text, problem) : EXIT_DONE;
}

/* Cuts blanks off both ends. */
static char *trim(char *line) {
    line += strspn(line, " \t\r\n");
    for (size_t length = strlen(line); length && strchr(" \t\r\n", line[length - 1]);) line[--length] = '\0';
    return line;
}

static enum exit_code add_line(struct zones *zones, char *line, size_t length, const struct origin *origin) {
    if (strlen(line) != length) return refuse(origin, line, "a zero byte is no text");
    if (length == LINE_BYTES_MAX - 1) return refuse(origin, line, "the line is too long");
    if (origin->line == 1 && strncmp(line, "\xEF\xBB\xBF", 3) == 0) line += 3;
    char *text = trim(line);
    return *text && *text != '#' ? add(zones, text, origin) : EXIT_DONE;
}

/* The length of the next line with its end, at most LINE_BYTES_MAX - 1; 0 at the end of the file. */
static size_t read_line(FILE *file, char *line) {
    size_t length = 0;
    for (int c; length < LINE_BYTES_MAX - 1 && (c = getc(file)) != EOF;) {
        line[length++] = (char)c;
        if (c == '\n') break;
    }
    line[length] = '\0';
    return length;
}

static enum exit_code add_file(struct zones *zones, const char *path) {
    FILE *file = fopen(path, "rbe");
    if (!file) {
        complain("%s cannot be opened: %s", path, strerror(errno));
        return EXIT_WRONG_USAGE;
    }
    char *line = allocate(LINE_BYTES_MAX, 1);
    struct origin origin = {path, 0};
    enum exit_code code = EXIT_DONE;
    errno = 0;
    for (size_t length; code == EXIT_DONE && (length = read_line(file, line)) > 0;) {
        origin.line++;
        code = origin.line > LINES_MAX ? refuse(&origin, "", "the file is too long")
                                       : add_line(zones, line, length, &origin);
    }
    if (code == EXIT_DONE && ferror(file)) {
        complain("%s cannot be read: %s", path, strerror(errno));
        code = EXIT_WRONG_USAGE;
    } else if (code == EXIT_DONE && zones->count == 0) {
        complain("%s: the file names no zones", path);
        code = EXIT_WRONG_USAGE;
    }
    fclose(file);
    free(line);
    return code;
}

enum exit_code zones_open(const struct settings *settings, struct zones **zones) {
    *zones = NULL;
    if (!settings->zone_file && !settings->zones.count) return EXIT_DONE;
    struct zones *read = allocate(1, sizeof *read);
    const struct origin option = {NULL, 0};
    enum exit_code code = settings->zone_file ? add_file(read, settings->zone_file) : EXIT_DONE;
    for (size_t i = 0; i < settings->zones.count && code == EXIT_DONE; i++)
        code = add(read, settings->zones.items[i], &option);
    if (code == EXIT_DONE)
        *zones = read;
    else
        zones_close(read);
    return code;
}

void zones_close(struct zones *zones) {
    if (!zones) return;
    for (size_t i = 0; i < zones->count; i++) {
        free(zones->items[i].name);
        free(zones->items[i].points);
    }
    free(zones);
}

size_t zones_count(const struct zones *zones) {
    return zones ? zones->count : 0;
}

const char *zones_name(const struct zones *zones, size_t index) {
    return zones->items[index].name;
}

/* x and y are in the zone's own measure. */
static bool contains(const struct zone *zone, double x, double y) {
    bool inside = false;
    const double *before = zone->points + 2 * (zone->count - 1);
    for (const double *point = zone->points; point < zone->points + 2 * zone->count; before = point, point += 2) {
        if ((point[1] > y) == (before[1] > y)) continue;
        const double at = point[0] + (y - point[1]) / (before[1] - point[1]) * (before[0] - point[0]);
        if (x < at) inside = !inside;
    }
    return inside;
}

uint64_t zones_at(const struct zones *zones, double x, double y, int picture_width, int picture_height) {
    uint64_t set = 0;
    for (size_t i = 0; i < zones_count(zones); i++) {
        const struct zone *zone = &zones->items[i];
        const double width = zone->is_relative ? picture_width : 1, height = zone->is_relative ? picture_height : 1;
        if (contains(zone, x / width, y / height)) set |= UINT64_C(1) << i;
    }
    return set;
}

size_t zones_outline(const struct zones *zones, size_t index, int picture_width, int picture_height, float *points) {
    const struct zone *zone = &zones->items[index];
    for (size_t i = 0; i < zone->count; i++) {
        points[2 * i] = (float)(zone->points[2 * i] * (zone->is_relative ? picture_width : 1));
        points[2 * i + 1] = (float)(zone->points[2 * i + 1] * (zone->is_relative ? picture_height : 1));
    }
    return zone->count;
}
