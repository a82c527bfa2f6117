#include "cli/manual.h"

#include "cli/options.h"
#include "cli/output.h"
#include "yolo.h"

#include <string.h>

/* Text of ours in troff: a hyphen that is meant to be typed stays one, and no line begins with a dot or a quote. */
static void print(struct output *output, const char *text) {
    if (*text == '.' || *text == '\'') output_text(output, "\\&");
    for (; *text; text++) {
        if (*text == '-')
            output_text(output, "\\-");
        else if (*text == '\\')
            output_text(output, "\\e");
        else
            output_bytes(output, text, 1);
    }
}

static void print_option(struct output *output, const struct option *option) {
    output_text(output, ".TP\n");
    if (option->letter) output_format(output, "\\fB\\-%c\\fR, ", option->letter);
    output_text(output, "\\fB");
    print(output, "--");
    print(output, option->name);
    output_text(output, "\\fR");
    if (option->metavar) {
        output_text(output, " \\fI");
        print(output, option->metavar);
        output_text(output, "\\fR");
    }
    output_text(output, "\n");
    print(output, option->help);
    output_text(output, "\n");
}

/* Which commands take an option, where the default one does not. */
static void print_commands_of(struct output *output, const struct option *option) {
    if (option->commands & FOR_DETECT) return;
    output_text(output, "(Only");
    for (const struct command *command = command_table + 1; command->name; command++)
        if (option->commands & (unsigned)command->bit) output_format(output, " \\fB%s\\fR", command->name);
    output_text(output, ".)\n");
}

static void print_options(struct output *output) {
    output_text(output, ".SH OPTIONS\nOptions may stand anywhere; \\fB\\-\\-\\fR ends them. A value follows its option "
                        "as \\fB\\-\\-name\\fR \\fIVALUE\\fR or \\fB\\-\\-name=\\fIVALUE\\fR. What holds without an "
                        "option is given in parentheses.\n");
    for (enum option_group group = 0; group < GROUP_COUNT; group++) {
        output_format(output, ".SS %s\n", option_group_title(group));
        for (const struct option *option = option_table; option->name; option++) {
            if (option->group != group) continue;
            print_option(output, option);
            print_commands_of(output, option);
        }
    }
}

static void print_commands(struct output *output) {
    output_text(output, ".SH COMMANDS\n");
    for (const struct command *command = command_table + 1; command->name; command++) {
        output_format(output, ".TP\n\\fBdetect %s\\fR %s\n", command->name, command->operands);
        print(output, command->summary);
        output_text(output, "\n");
    }
}

/* What no table says. */
static const char before_tables[] =
    ".SH SYNOPSIS\n.B detect\n[\\fIoptions\\fR] \\fIIMAGE\\fR|\\fIDIR\\fR|@\\fILIST\\fR|\\-...\n.br\n.B detect\n"
    "\\fIcommand\\fR [\\fIoptions\\fR] ...\n"
    ".SH DESCRIPTION\nFinds objects in pictures with a network of the Darknet family: a .cfg, its .weights and the "
    "names of its classes. Prints what it finds, draws it into copies of the pictures, and writes it in any number of "
    "formats at once. A picture that cannot be read does not end the run.\n"
    ".PP\n@\\fILIST\\fR is a file with a path a line; \\- reads such a list from stdin.\n";

static const char after_tables[] =
    ".SH EXIT STATUS\n.TP\n.B 0\nAll is done.\n.TP\n.B 1\nAn input could not be processed, or an output could not "
    "be written.\n.TP\n.B 2\nThe options are wrong.\n.TP\n.B 3\nThe model could not be loaded.\n.TP\n.B 130, "
    "143\nInterrupted, or "
    "terminated; what is written is valid.\n"
    ".SH EXAMPLES\n.TP\nDraw what is found in a folder of photos:\n.B detect \\-\\-model shelf photos\n"
    ".TP\nCount each class in each photo, for a spreadsheet:\n"
    ".B detect \\-\\-model shelf \\-\\-no\\-image \\-\\-counts counts.csv photos\n"
    ".TP\nA page to look through, with one class in red:\n"
    ".B detect \\-\\-model shelf \\-\\-report report.html \\-\\-color product=#ff0000 photos\n";

enum exit_code manual_print(void) {
    struct output *output = output_open("-");
    if (!output) return EXIT_SOME_FAILED;
    output_format(output, ".TH DETECT 1 \"\" \"detect %s\" \"User Commands\"\n", yolo_version());
    output_text(output, ".SH NAME\ndetect \\- find objects in pictures\n");
    output_text(output, before_tables);
    print_commands(output);
    print_options(output);
    output_text(output, after_tables);
    return output_close(output, true) ? EXIT_DONE : EXIT_SOME_FAILED;
}
