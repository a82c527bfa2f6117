/* --report: an HTML page with all pictures in it, for people without this program. The page is written as the pictures
 * come: what it needs to know of all of them, it counts itself when it is opened. */
#include "cli/base64.h"
#include "cli/json.h"
#include "cli/message.h"
#include "cli/path.h"
#include "cli/report_page.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"
#include "cli/thumbnails.h"

#include <stdlib.h>
#include <string.h>

enum { THUMBNAIL_QUALITY = 70 };

struct page {
    const struct session *session;
    struct output *output;
    struct thumbnails *thumbnails;
    const char *from; /* where links to the pictures begin */
    const char *rest; /* of the page's source */
};

static bool wanted(const struct session *session) {
    return session->settings->report;
}

/* Writes the page's source up to a line that names what belongs there. */
static void copy_up_to(struct page *page, const char *mark) {
    const char *end = strstr(page->rest, mark);
    output_bytes(page->output, page->rest, (size_t)(end - page->rest));
    page->rest = end + strlen(mark);
}

/* What holds for all pictures. */
static void run_data(const struct page *page) {
    const struct session *session = page->session;
    struct output *output = page->output;
    output_format(output, "<script type=\"application/json\" id=\"run\">{\"task\":\"%s\",\"classes\":[",
                  session->info.task == YOLO_TASK_CLASSIFY ? "classify" : "detect");
    for (int id = 0; id < session->info.class_count; id++) {
        output_format(output, "%s{\"name\":", id ? "," : "");
        json_script_text(output, yolo_model_class_name(session->model, id));
        output_format(output, ",\"color\":\"#%06x\"%s}", (unsigned)session->colors[id],
                      session->hidden[id] ? ",\"hidden\":true" : "");
    }
    output_text(output, "]}</script>\n");
}

static bool open(const struct session *session, void **state) {
    const char *path = session->settings->report;
    struct output *output = output_open(path);
    if (!output) return false;
    struct page *page = allocate(1, sizeof *page);
    page->session = session;
    page->output = output;
    page->thumbnails = thumbnails_open();
    page->from = strcmp(path, "-") == 0 ? "" : path;
    page->rest = report_page_html;
    copy_up_to(page, "{{style}}");
    output_text(output, report_page_style);
    copy_up_to(page, "{{data}}");
    run_data(page);
    *state = page;
    return true;
}

/* The page shows a picture without its thumbnail, too; but it is said. */
static bool render(struct page *page, const struct result *result, const yolo_image *image) {
    const int size = (int)page->session->settings->report_size;
    yolo_image small = {0};
    uint8_t *bytes;
    size_t count;
    yolo_error error;
    const bool well = !yolo_image_shrink(image, size, size, &small, &error) &&
                      !yolo_image_encode(&small, YOLO_FORMAT_JPEG, THUMBNAIL_QUALITY, &bytes, &count, &error);
    if (well)
        thumbnails_put(page->thumbnails, result->name, bytes, count);
    else
        complain("%s: no thumbnail for the report: %s", result->path, error.message);
    yolo_image_free(&small);
    return well;
}

/* A link to the picture, relative to the page: only a path, whatever it is called. */
static void link_to(const struct page *page, const char *path) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/";
    char *relative = path_relative(page->from, path);
    for (const char *c = relative; *c; c++) {
        if (strchr(plain, *c))
            output_bytes(page->output, c, 1);
        else
            output_format(page->output, "%%%02X", (unsigned)(unsigned char)*c);
    }
    free(relative);
}

static void box(struct output *output, const yolo_detection *found, int row) {
    const float sides[] = {found->x, found->y, found->width, found->height};
    output_format(output, "[%d,%.4f", found->class_id, (double)found->score);
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        output_text(output, ",");
        json_decimal(output, (double)sides[i], 1);
    }
    if (row) output_format(output, ",%d", row);
    output_text(output, "]");
}

static void picture(struct page *page, const struct result *result) {
    struct output *output = page->output;
    size_t byte_count;
    uint8_t *bytes = thumbnails_take(page->thumbnails, result->name, &byte_count);
    output_text(output, ",\"href\":\"");
    link_to(page, result->path);
    output_format(output, "\",\"width\":%d,\"height\":%d,\"boxes\":[", result->width, result->height);
    for (size_t i = 0; i < result->detections.count; i++) {
        output_text(output, i ? "," : "");
        box(output, &result->detections.items[i], result->places ? result->places[i].row : 0);
    }
    for (size_t i = 0; i < result->score_count; i++)
        output_format(output, "%s[%d,%.4f]", i ? "," : "", result->scores[i].class_id, (double)result->scores[i].score);
    output_text(output, "],\"thumbnail\":\"");
    base64_write(output, bytes, byte_count);
    output_text(output, "\"");
    yolo_bytes_free(bytes);
}

static bool report(struct page *page, const struct result *result) {
    output_text(page->output, "<script type=\"application/json\" class=\"picture\">{\"file\":");
    json_script_text(page->output, result->path);
    if (result->error) {
        output_text(page->output, ",\"error\":");
        json_script_text(page->output, result->error);
    } else {
        picture(page, result);
    }
    output_text(page->output, "}</script>\n");
    return output_flush(page->output);
}

/* Comes twice for each picture: with its pixels from any thread, then without them in order. */
static bool image(void *state, const struct result *result, yolo_image *pixels) {
    return pixels ? render(state, result, pixels) : report(state, result);
}

static bool close(void *state) {
    struct page *page = state;
    copy_up_to(page, "{{script}}");
    output_text(page->output, report_page_script);
    output_text(page->output, page->rest);
    const bool well = output_close(page->output, true);
    thumbnails_close(page->thumbnails);
    free(page);
    return well;
}

const struct sink_type sink_report = {"report", SINK_RENDERS | SINK_REPORTS | SINK_NAMES, wanted, open, image, close};
