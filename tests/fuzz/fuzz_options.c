/* Command lines: arguments one a line, the first the command's name if it is one. What they say of classes and zones is
 * read, too; files that they name are not. */
#include "cli/args.h"
#include "cli/class_filter.h"
#include "cli/class_style.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/zones.h"
#include "fuzz.h"
#include "fuzz_session.h"

#include <stdlib.h>
#include <string.h>

enum { ARGUMENTS_MAX = 64 };

static const struct command *find(const char *name) {
    for (const struct command *command = command_table + 1; command->name; command++)
        if (strcmp(command->name, name) == 0) return command;
    return NULL;
}

/* Splits in place; returns how many there are. */
static size_t split(char *text, char **arguments) {
    size_t count = 0;
    for (char *next; text && count < ARGUMENTS_MAX; text = next) {
        next = strchr(text, '\n');
        if (next) *next++ = '\0';
        arguments[count++] = text;
    }
    return count;
}

static void use_classes(const struct settings *settings) {
    struct session session = fuzz_session(settings);
    float *thresholds = NULL;
    if (class_filter_thresholds(&session, &thresholds) == EXIT_DONE && thresholds)
        for (int i = 0; i < session.info.class_count; i++)
            fuzz_require(thresholds[i] >= 0 && (thresholds[i] <= 1 || thresholds[i] == CLASS_HIDDEN));
    free(thresholds);
    fuzz_require(class_style_read(&session) != EXIT_DONE || session.colors[0] <= 0xFFFFFF);
    free(session.colors);
    free(session.hidden);
}

static void use_zones(struct settings *settings) {
    struct zones *zones = NULL;
    settings->zone_file = NULL;
    fuzz_require(zones_open(settings, &zones) == EXIT_DONE || !zones);
    for (size_t i = 0; i < zones_count(zones); i++) fuzz_require(*zones_name(zones, i));
    zones_close(zones);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    char *text = malloc(count + 1), *arguments[ARGUMENTS_MAX];
    fuzz_require(text != NULL);
    if (count) memcpy(text, bytes, count);
    text[count] = '\0';
    size_t argument_count = split(text, arguments);
    const struct command *command = find(arguments[0]);
    size_t skipped = command ? 1 : 0;
    struct settings settings = settings_default();
    if (args_parse(command ? command : command_table, arguments + skipped, argument_count - skipped, &settings)) {
        fuzz_require(settings.operand_count <= argument_count);
        use_classes(&settings);
        use_zones(&settings);
    }
    settings_free(&settings);
    free(text);
    return 0;
}
