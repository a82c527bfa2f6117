/* Every head of the Darknet family's cfgs is accepted, with the channels that the layer before it gives. */
#include "head_fixture.h"
#include "test.h"

#include "base/memory.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_head(const cfg_section *section) {
    static const char *const names[] = {"yolo", "region", "Gaussian_yolo"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(section->name, names[i]) == 0) return true;
    return false;
}

/* Makes the head as a model would, and asks for its shape. */
static void check_head(const cfg_section *section, int channels) {
    head_fixture f = {.layer = {.section = section, .type = layer_type_find(section->name), .input_count = 1}};
    layer *l = &f.layer;
    l->params = memory_allocate_zeroed(1, l->type->params_size);
    const option_target target = {l->type->options, l->params};
    f.status = options_read(section, &target, 1, 0, NULL, &f.error);
    if (!f.status) f.status = l->type->check(l, &f.error);
    if (!f.status) head_plan(&f, (shape){channels, 7, 7});
    test_note("%s:%d: %s", section->file, section->line, f.status ? f.error.message : "");
    CHECK_INT(f.status, YOLO_OK);
    head_close(&f);
}

static int check_heads(const char *path) {
    cfg text;
    yolo_error error;
    int count = 0;
    if (!CHECK_INT(cfg_read(path, &text, &error), YOLO_OK)) return 0;
    for (size_t i = 1; i < text.section_count; i++) {
        const cfg_option *filters = cfg_find(&text.sections[i - 1], "filters");
        if (!is_head(&text.sections[i]) || !filters) continue;
        check_head(&text.sections[i], atoi(filters->value));
        count++;
    }
    cfg_free(&text);
    return count;
}

/* 120 [yolo], 12 [region] and 3 [Gaussian_yolo] of the 63 cfgs. */
static void all_known_heads_are_accepted(void) {
    const char *folder = test_shared_path("cfg");
    if (!folder) return;
    char path[4096];
    int count = 0;
    DIR *files = opendir(folder);
    for (struct dirent *file; files && (file = readdir(files));) {
        snprintf(path, sizeof path, "%s/%s", folder, file->d_name);
        if (strstr(file->d_name, ".cfg")) count += check_heads(path);
    }
    if (files) closedir(files);
    CHECK_INT(count, 135);
}

int main(void) {
    static const test_case cases[] = {TEST(all_known_heads_are_accepted)};
    return test_run(cases, sizeof cases / sizeof *cases);
}
