#define _DEFAULT_SOURCE
#include "cli/progress.h"

#include "cli/clock.h"
#include "cli/message.h"
#include "cli/text.h"
#include "cli/total.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    FIRST_BAR_MS = 300, /* shorter runs show none */
    BAR_MS = 100,
    LINE_MS = 10000,
    COLUMNS_LEAST = 20,
    COLUMNS_USUAL = 80,
    COLUMNS_MOST = 200,
    BAR_COLUMNS = 24,
};

struct progress {
    const struct inputs_options *inputs;
    struct total *total; /* begun when it is first needed */
    bool on_terminal, is_shown;
    char *line;         /* drawn last; NULL: none yet */
    double begin, next; /* clock_ms */
};

struct progress *progress_open(const struct inputs_options *inputs) {
    struct progress *progress = allocate(1, sizeof *progress);
    const bool on_terminal = message_terminal();
    const double now = clock_ms();
    *progress = (struct progress){.inputs = inputs,
                                  .on_terminal = on_terminal,
                                  .begin = now,
                                  .next = now + (on_terminal ? FIRST_BAR_MS : LINE_MS)};
    return progress;
}

static void put(const char *text) {
    size_t left = strlen(text);
    while (left) {
        const ssize_t written = write(STDERR_FILENO, text, left);
        if (written <= 0) return; /* it is only decoration */
        text += written;
        left -= (size_t)written;
    }
}

void progress_hide(struct progress *progress) {
    if (!progress || !progress->is_shown) return;
    put("\r\x1b[K");
    progress->is_shown = false;
}

static size_t columns(void) {
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return COLUMNS_USUAL;
    return size.ws_col < COLUMNS_LEAST ? COLUMNS_LEAST : size.ws_col > COLUMNS_MOST ? COLUMNS_MOST : size.ws_col;
}

/* "123/1000  45.2/s  0:19 left  2 failed" */
static char *facts(const struct progress *progress, size_t done, size_t before, size_t failures, size_t total) {
    const double seconds = (clock_ms() - progress->begin) / 1e3;
    const double rate = seconds > 0 ? (double)(done - before) / seconds : 0;
    char all[32] = "", left[64] = "", failed[32] = "";
    if (total) snprintf(all, sizeof all, "/%zu", total);
    if (total > done && rate > 0) {
        const double rest = (double)(total - done) / rate;
        const unsigned long whole = rest < 1e8 ? (unsigned long)rest : 99999999;
        if (whole < 3600)
            snprintf(left, sizeof left, "  %lu:%02lu left", whole / 60, whole % 60);
        else
            snprintf(left, sizeof left, "  %lu:%02lu:%02lu left", whole / 3600, whole / 60 % 60, whole % 60);
    }
    if (failures) snprintf(failed, sizeof failed, "  %zu failed", failures);
    return text_format("%zu%s  %.1f/s%s%s", done, all, rate, left, failed);
}

/* The cursor stays in the first column, so that whatever is printed next takes the bar's place. */
static char *make_bar(const char *facts, size_t done, size_t total) {
    char bar[BAR_COLUMNS + 4] = "";
    const size_t width = columns();
    if (total && width > strlen(facts) + BAR_COLUMNS + 4) {
        const size_t filled = (done < total ? done : total) * BAR_COLUMNS / total;
        bar[0] = '[';
        memset(bar + 1, '#', filled);
        memset(bar + 1 + filled, '.', BAR_COLUMNS - filled);
        memcpy(bar + 1 + BAR_COLUMNS, "] ", 3);
    }
    return text_format("\r%s%.*s\x1b[K\r", bar, (int)width - 1, facts);
}

/* What it says changes ten times a second; but it comes back after everything that it was hidden for. */
static void show_again(struct progress *progress) {
    if (progress->line && !progress->is_shown) put(progress->line);
    progress->is_shown = progress->line;
}

void progress_show(struct progress *progress, size_t done, size_t before, size_t failures) {
    if (!progress) return;
    if (clock_ms() < progress->next) {
        show_again(progress);
        return;
    }
    if (!progress->total) progress->total = total_open(progress->inputs);
    const size_t total = total_get(progress->total);
    char *text = facts(progress, done, before, failures, total);
    if (progress->on_terminal) {
        free(progress->line);
        progress->line = make_bar(text, done, total);
        progress->is_shown = false;
        show_again(progress);
    } else {
        complain("%s", text);
    }
    free(text);
    progress->next = clock_ms() + (progress->on_terminal ? BAR_MS : LINE_MS);
}

void progress_close(struct progress *progress) {
    if (!progress) return;
    progress_hide(progress);
    total_close(progress->total);
    free(progress->line);
    free(progress);
}
