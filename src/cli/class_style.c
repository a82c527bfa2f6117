#include "cli/class_style.h"

#include "cli/class_filter.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

static bool read_colors(struct session *session) {
    const struct texts *colors = &session->settings->colors;
    const size_t count = (size_t)session->info.class_count;
    for (size_t i = 0; i < colors->count; i++) {
        bool *chosen = allocate(count, sizeof *chosen);
        const bool known = class_choose_assigned(session, "--color", colors->items[i], chosen);
        const uint32_t color = (uint32_t)strtoul(strrchr(colors->items[i], '#') + 1, NULL, 16);
        for (size_t id = 0; id < count; id++)
            if (chosen[id]) session->colors[id] = color;
        free(chosen);
        if (!known) return false;
    }
    return true;
}

enum exit_code class_style_read(struct session *session) {
    const struct texts *hidden = &session->settings->hidden;
    const int count = session->info.class_count;
    session->colors = allocate((size_t)count, sizeof *session->colors);
    session->hidden = allocate((size_t)count, sizeof *session->hidden);
    for (int id = 0; id < count; id++) session->colors[id] = yolo_class_color(id);
    bool known = read_colors(session);
    for (size_t i = 0; i < hidden->count && known; i++)
        known = class_choose_list(session, "--hide", hidden->items[i], session->hidden);
    return known ? EXIT_DONE : EXIT_WRONG_USAGE;
}
