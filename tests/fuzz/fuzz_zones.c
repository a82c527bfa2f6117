/* A file of zones, as --zones reads it. */
#include "cli/options.h"
#include "cli/zones.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void use(const struct zones *zones) {
    static const double positions[] = {-1e9, -1, 0, 0.5, 1, 33.3, 640, 1e9};
    static float points[2 * ZONE_POINTS_MAX];
    size_t count = zones_count(zones), steps = sizeof positions / sizeof *positions;
    fuzz_require(count > 0 && count <= ZONES_MAX);
    for (size_t i = 0; i < count; i++) {
        size_t corners = zones_outline(zones, i, 640, 480, points);
        fuzz_require(corners >= 3 && corners <= ZONE_POINTS_MAX && *zones_name(zones, i));
    }
    for (size_t i = 0; i < steps * steps; i++) {
        uint64_t set = zones_at(zones, positions[i % steps], positions[i / steps], 640, 480);
        fuzz_require(count == ZONES_MAX || set >> count == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    char *path = fuzz_file("zones.txt", bytes, count);
    struct settings settings = settings_default();
    struct zones *zones = NULL;
    settings.zone_file = path;
    enum exit_code code = zones_open(&settings, &zones);
    fuzz_require((code == EXIT_DONE) == (zones != NULL));
    if (zones) use(zones);
    zones_close(zones);
    settings_free(&settings);
    free(path);
    return 0;
}
