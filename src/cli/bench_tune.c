/* detect bench --tune: every layer by every algorithm that suits it, beside the one that the static model chose. The
 * model never measures, so that the same files give the same bytes; this says where it should be mended.
 *
 * The machine's speed drifts, so algorithms take turns, and each figure is the least of all turns. */
#include "cli/bench.h"

#include "cli/json.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TURNS = 6,
    PASSES = 4,     /* of a turn, after one that warms up */
    MOST_WAYS = 16, /* the model's own choice, and each algorithm by name */
    OWN = 0,        /* index of the model's choice */
};
static const double WORTH_SAYING = 1.05; /* times faster: less is noise */

struct way {
    const char *name; /* NULL: as the model chooses */
    double *ms;       /* [layer_count] the least; 0: it does not suit the layer */
};

struct tuning {
    struct settings settings; /* those of the user, with each way's algorithm in turn */
    struct way ways[MOST_WAYS];
    size_t way_count, layer_count;
    yolo_layer_info *layers; /* as the model chooses */
};

static void note(struct tuning *t, struct way *way, const struct session *session, const double *seconds) {
    for (size_t i = 0; i < t->layer_count; i++) {
        yolo_layer_info layer;
        yolo_context_get_layer(session->context, (int)i, &layer);
        const bool suits = !way->name || strcmp(layer.algorithm, way->name) == 0;
        const double ms = 1e3 * seconds[i];
        if (suits && (way->ms[i] == 0 || ms < way->ms[i])) way->ms[i] = ms;
    }
}

/* The first session tells how many layers there are, and what the model chooses. */
static void note_layers(struct tuning *t, const struct session *session) {
    t->layer_count = (size_t)session->info.layer_count;
    t->layers = allocate(t->layer_count, sizeof *t->layers);
    for (size_t i = 0; i < t->layer_count; i++) yolo_context_get_layer(session->context, (int)i, &t->layers[i]);
    for (size_t w = 0; w < t->way_count; w++) t->ways[w].ms = allocate(t->layer_count, sizeof *t->ways[w].ms);
}

static enum exit_code take_turn(struct tuning *t, struct way *way) {
    struct session session;
    yolo_image image = {0};
    yolo_error error;
    double *seconds = NULL, ms;
    t->settings.algorithm = (char *)way->name;
    enum exit_code code = session_open(&t->settings, 0, &session);
    if (code == EXIT_DONE) {
        if (!t->layers) note_layers(t, &session);
        seconds = allocate(t->layer_count + 1, sizeof *seconds);
        yolo_status status = bench_picture(&session, &image, &error);
        if (!status) status = bench_run(&session, &image, NULL, &ms, &error);
        for (int i = 0; i < PASSES && !status; i++) {
            status = bench_run(&session, &image, seconds, &ms, &error);
            if (!status) note(t, way, &session, seconds);
        }
        if (status) complain("%s", error.message);
        if (status) code = EXIT_SOME_FAILED;
    }
    free(seconds);
    yolo_image_free(&image);
    session_close(&session);
    return code;
}

static void list_ways(struct tuning *t) {
    const char *name;
    t->ways[t->way_count++] = (struct way){NULL, NULL};
    for (size_t i = 0; t->way_count < MOST_WAYS && (name = yolo_algorithm_name(i)); i++)
        t->ways[t->way_count++] = (struct way){name, NULL};
}

/* Where a way is what the model chose there are two measurements of the same: the least counts for both. */
static void join_own(struct tuning *t) {
    for (size_t i = 0; i < t->layer_count; i++)
        for (size_t w = 1; w < t->way_count; w++) {
            double *own = &t->ways[OWN].ms[i], *same = &t->ways[w].ms[i];
            if (*same == 0 || strcmp(t->layers[i].algorithm, t->ways[w].name) != 0) continue;
            *own = *same = *own < *same ? *own : *same;
        }
}

/* The fastest way of a layer; OWN where nothing beats the model's choice. */
static size_t fastest(const struct tuning *t, size_t layer) {
    size_t best = OWN;
    for (size_t w = 1; w < t->way_count; w++) {
        const double ms = t->ways[w].ms[layer];
        if (ms > 0 && ms < t->ways[best].ms[layer]) best = w;
    }
    return best;
}

/* Whether a layer's algorithm is one that can be chosen by name. */
static bool is_tunable(const struct tuning *t, size_t layer) {
    for (size_t w = 1; w < t->way_count; w++)
        if (strcmp(t->layers[layer].algorithm, t->ways[w].name) == 0) return t->ways[OWN].ms[layer] > 0;
    return false;
}

/* Whether the model missed something worth saying. */
static bool is_missed(const struct tuning *t, size_t layer) {
    const double own = t->ways[OWN].ms[layer], best = t->ways[fastest(t, layer)].ms[layer];
    return own > WORTH_SAYING * best;
}

static double sum_ms(const struct tuning *t, bool of_fastest) {
    double sum = 0;
    for (size_t i = 0; i < t->layer_count; i++)
        sum += t->ways[of_fastest && is_missed(t, i) ? fastest(t, i) : OWN].ms[i];
    return sum;
}

static void text_row(const struct tuning *t, size_t i, struct output *output) {
    const yolo_layer_info *layer = &t->layers[i];
    char shape[48];
    snprintf(shape, sizeof shape, "%dx%dx%d", layer->width, layer->height, layer->channels);
    output_format(output, "%5zu  %-14s", i, shape);
    for (size_t w = 1; w < t->way_count; w++) {
        const bool chosen = strcmp(layer->algorithm, t->ways[w].name) == 0;
        const double ms = t->ways[w].ms[i];
        if (ms > 0)
            output_format(output, " %11.3f%c", ms, chosen ? '*' : ' ');
        else
            output_format(output, " %11s ", "-");
    }
    output_format(output, "%s%s\n", is_missed(t, i) ? "  missed: " : "",
                  is_missed(t, i) ? t->ways[fastest(t, i)].name : "");
}

static void text(const struct tuning *t, struct output *output) {
    size_t missed = 0;
    output_format(output, "%5s  %-14s", "layer", "output");
    for (size_t w = 1; w < t->way_count; w++) output_format(output, " %11s ", t->ways[w].name);
    output_format(output, "  ms, * as chosen\n");
    for (size_t i = 0; i < t->layer_count; i++) {
        if (!is_tunable(t, i)) continue;
        missed += is_missed(t, i);
        text_row(t, i, output);
    }
    output_format(output,
                  "all layers: %.3f ms as chosen, %.3f ms by the fastest way of each; %zu could be %.0f %% faster"
                  " or more\n",
                  sum_ms(t, false), sum_ms(t, true), missed, 100 * (WORTH_SAYING - 1));
}

static void json(const struct tuning *t, struct output *output) {
    output_format(output, "{\"schema\":\"detect-tune/1\",\"chosen_ms\":%.5f,\"fastest_ms\":%.5f,\"layers\":[",
                  sum_ms(t, false), sum_ms(t, true));
    const char *comma = "";
    for (size_t i = 0; i < t->layer_count; i++) {
        if (!is_tunable(t, i)) continue;
        output_format(output, "%s\n{\"index\":%zu,\"chosen\":", comma, i);
        json_text(output, t->layers[i].algorithm);
        output_format(output, ",\"chosen_ms\":%.5f,\"missed\":%s,\"ms\":{", t->ways[OWN].ms[i],
                      is_missed(t, i) ? "true" : "false");
        const char *inner = "";
        for (size_t w = 1; w < t->way_count; w++) {
            if (t->ways[w].ms[i] == 0) continue;
            output_text(output, inner);
            json_text(output, t->ways[w].name);
            output_format(output, ":%.5f", t->ways[w].ms[i]);
            inner = ",";
        }
        output_text(output, "}}");
        comma = ",";
    }
    output_text(output, "]}\n");
}

static bool print(const struct tuning *t) {
    const struct settings *settings = &t->settings;
    const bool json_to_stdout = settings->json && strcmp(settings->json, "-") == 0;
    if (settings->json) {
        struct output *output = output_open(settings->json);
        if (!output) return false;
        json(t, output);
        if (!output_close(output, true)) return false;
    }
    if (settings->quiet || json_to_stdout) return true;
    struct output *output = output_open("-");
    if (!output) return false;
    text(t, output);
    return output_close(output, true);
}

enum exit_code bench_tune(const struct settings *settings) {
    struct tuning t = {.settings = *settings};
    enum exit_code code = EXIT_DONE;
    list_ways(&t);
    for (int turn = 0; turn < TURNS && code == EXIT_DONE; turn++)
        for (size_t w = 0; w < t.way_count && code == EXIT_DONE; w++) code = take_turn(&t, &t.ways[w]);
    if (code == EXIT_DONE) join_own(&t);
    if (code == EXIT_DONE && !print(&t)) code = EXIT_SOME_FAILED;
    for (size_t w = 0; w < t.way_count; w++) free(t.ways[w].ms);
    free(t.layers);
    return code;
}
