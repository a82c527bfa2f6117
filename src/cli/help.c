#include "cli/help.h"

#include "cli/options.h"
#include "cli/output.h"
#include "yolo.h"

#include <stdio.h>
#include <string.h>

enum {
    COLUMN = 24, /* where the explanations begin */
    WIDTH = 79,
};

/* "-o, --output DIR" */
static void spell(const struct option *option, char *out, size_t bytes) {
    char letter[8] = "";
    if (option->letter) snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(out, bytes, "  %s--%s%s%s", letter, option->name, option->metavar ? " " : "",
             option->metavar ? option->metavar : "");
}

static void print_option(struct output *output, const struct option *option) {
    char spelled[160];
    spell(option, spelled, sizeof spelled);
    if (strlen(spelled) + 2 > COLUMN)
        output_format(output, "%s  %s\n", spelled, option->help);
    else
        output_format(output, "%-*s%s\n", COLUMN, spelled, option->help);
}

static bool is_shown(const struct command *command, const struct option *option, bool all) {
    return (option->commands & (unsigned)command->bit) && (all || !(option->rare & (unsigned)command->bit));
}

static void print_group(struct output *output, const struct command *command, enum option_group group, bool all) {
    bool titled = false;
    for (const struct option *option = option_table; option->name; option++)
        if (option->group == group && is_shown(command, option, all)) {
            if (!titled) output_format(output, "%s:\n", option_group_title(group));
            titled = true;
            print_option(output, option);
        }
}

/* The names of the rare options, wrapped. */
static void print_rare(struct output *output, const struct command *command) {
    size_t column = 0;
    for (const struct option *option = option_table; option->name; option++) {
        if (!is_shown(command, option, true) || is_shown(command, option, false)) continue;
        const size_t width = strlen(option->name) + 3;
        if (column == 0) output_text(output, "More:");
        if (column == 0 || column + width > WIDTH) {
            output_text(output, column ? "\n     " : "");
            column = 5;
        }
        output_format(output, " --%s", option->name);
        column += width;
    }
    if (column) output_text(output, "\n");
}

static void print_commands(struct output *output) {
    output_text(output, "Commands (detect COMMAND --help):\n");
    for (const struct command *command = command_table + 1; command->name; command++)
        output_format(output, "  %-10s%s\n", command->name, command->summary);
}

enum exit_code help_print(const struct command *command, bool all) {
    struct output *output = output_open("-");
    if (!output) return EXIT_SOME_FAILED;
    const bool is_default = command == command_table;
    output_format(output, "Usage: detect%s%s [options]%s%s\n%s\n", is_default ? "" : " ",
                  is_default ? "" : command->name, *command->operands ? " " : "", command->operands, command->summary);
    for (enum option_group group = 0; group < GROUP_COUNT; group++) print_group(output, command, group, all);
    if (!all) print_rare(output, command);
    if (is_default) print_commands(output);
    return output_close(output, true) ? EXIT_DONE : EXIT_SOME_FAILED;
}

enum exit_code help_print_version(void) {
    struct output *output = output_open("-");
    if (!output) return EXIT_SOME_FAILED;
    output_format(output, "detect %s\n", yolo_version());
    return output_close(output, true) ? EXIT_DONE : EXIT_SOME_FAILED;
}
