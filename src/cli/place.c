#include "cli/place.h"

#include "cli/class_filter.h"
#include "cli/message.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"
#include "cli/zones.h"

#include <stdlib.h>
#include <string.h>

/* Price tags hang from boards and stand in no row. */
static bool choose_usual(const struct session *session) {
    bool any = false;
    for (int id = 0; id < session->info.class_count; id++) {
        const char *name = yolo_model_class_name(session->model, id);
        session->in_rows[id] = strcmp(name, "product") == 0 || strcmp(name, "gap") == 0;
        any |= strcmp(name, "product") == 0;
    }
    for (int id = 0; id < session->info.class_count && !any; id++) session->in_rows[id] = true;
    return true;
}

bool place_tiles_fit(const struct settings *settings) {
    const char *problem = NULL;
    if (settings->overlap >= 0 && !settings->tile.is_wanted) problem = "--overlap needs --tile";
    if (settings->tile.is_wanted && settings->draft)
        problem = "--draft decodes photos smaller, and --tile is for their details: leave out one of them";
    if (settings->tile.is_wanted && settings->resize == YOLO_RESIZE_CROP)
        problem = "--tile and --resize crop do not go together: parts of tiles would be cut off";
    if (problem) complain("%s", problem);
    return !problem;
}

/* Options that say something about what is not asked for. */
static bool settings_fit(const struct session *session) {
    const struct settings *settings = session->settings;
    const bool zones = settings->zone_file || settings->zones.count;
    const char *problem = NULL;
    if (settings->row_classes && !settings->rows) problem = "--row-classes needs --rows";
    if (settings->row_counts && !settings->rows) problem = "--row-counts needs --rows";
    if (settings->zone_counts && !zones) problem = "--zone-counts needs --zone or --zones";
    if (settings->draw_counts && settings->no_image)
        problem = "--draw-counts needs the pictures that --no-image leaves out";
    if (problem) complain("%s", problem);
    return !problem && place_tiles_fit(settings);
}

/* For a network that finds no boxes there is nothing to place. */
static bool fits_model(const struct session *session) {
    const struct settings *settings = session->settings;
    const char *option = settings->tile.is_wanted                       ? "--tile"
                         : settings->rows                               ? "--rows"
                         : settings->zone_file || settings->zones.count ? "--zone"
                         : settings->draw_counts                        ? "--draw-counts"
                                                                        : NULL;
    if (!option || session->info.task == YOLO_TASK_DETECT) return true;
    complain("%s needs a network that finds objects, but %s classifies whole pictures", option, session->files.cfg);
    return false;
}

enum exit_code place_open(struct session *session) {
    const struct settings *settings = session->settings;
    if (!settings_fit(session) || !fits_model(session)) return EXIT_WRONG_USAGE;
    if (settings->rows) {
        session->in_rows = allocate((size_t)session->info.class_count, sizeof *session->in_rows);
        const bool known = settings->row_classes
                               ? class_choose_list(session, "--row-classes", settings->row_classes, session->in_rows)
                               : choose_usual(session);
        if (!known) return EXIT_WRONG_USAGE;
    }
    return zones_open(settings, &session->zones);
}

static void make_room(struct placing *placing, size_t count) {
    if (count <= placing->capacity) return;
    placing->capacity = count > 2 * placing->capacity ? count : 2 * placing->capacity;
    placing->places = reallocate(placing->places, placing->capacity, sizeof *placing->places);
    placing->zones = reallocate(placing->zones, placing->capacity, sizeof *placing->zones);
    placing->stands = reallocate(placing->stands, placing->capacity, sizeof *placing->stands);
}

bool place_find(struct placing *placing, const struct session *session, struct result *result, yolo_error *error) {
    const yolo_detections *found = &result->detections;
    if (!session->in_rows && !session->zones) return true;
    make_room(placing, found->count);
    for (size_t i = 0; i < found->count; i++) {
        const yolo_detection *d = &found->items[i];
        const double x = (double)d->x + (double)d->width / 2, y = (double)d->y + (double)d->height / 2;
        placing->zones[i] = zones_at(session->zones, x, y, result->width, result->height);
        placing->stands[i] = session->in_rows && session->in_rows[d->class_id];
    }
    result->zones = placing->zones;
    if (!session->in_rows) return true;
    result->places = placing->places;
    return !yolo_find_rows(found, placing->stands, placing->places, &result->row_count, error);
}

void place_free(struct placing *placing) {
    free(placing->places);
    free(placing->zones);
    free(placing->stands);
}
