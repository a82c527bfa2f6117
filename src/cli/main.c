/* The program: finds the command, reads its options, runs it. */
#define _POSIX_C_SOURCE 200809L
#include "cli/args.h"
#include "cli/command.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/manual.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/output_places.h"
#include "cli/sandbox.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { ANY_NUMBER = -1 };

const struct command command_table[] = {
    {"detect", FOR_DETECT, "IMAGE|DIR|@LIST|-...", 1, (size_t)ANY_NUMBER,
     "Finds objects in pictures with any network of the Darknet family.", command_detect},
    {"info", FOR_INFO, "", 0, 0, "layers, shapes, work and memory of a network", command_info},
    {"trace", FOR_TRACE, "IMAGE", 1, 1, "statistics and samples of every layer's output, as JSON", command_trace},
    {"bench", FOR_BENCH, "[IMAGE]", 0, 1, "how fast a network runs here", command_bench},
    {"classify", FOR_CLASSIFY, "IMAGE|DIR|@LIST|-...", 1, (size_t)ANY_NUMBER, "the best classes of whole pictures",
     command_classify},
    {"eval", FOR_EVAL, "IMAGE|DIR|@LIST|-...", 1, (size_t)ANY_NUMBER,
     "average precision and count errors on labelled pictures", command_eval},
    {"kernels", FOR_KERNELS, "", 0, 0, "instruction sets the program can use", command_kernels},
    {NULL, 0, NULL, 0, 0, NULL, NULL},
};

/* A standard stream that is closed would give its number to the next file that is opened, and that file the text meant
 * for the stream. Writing to what stands in fails, as it should. */
static void occupy_standard_streams(void) {
    int file;
    do file = open("/dev/null", O_RDONLY);
    while (file >= 0 && file <= STDERR_FILENO);
    if (file > STDERR_FILENO) close(file);
}

static const struct command *find_command(const char *name) {
    for (const struct command *command = command_table + 1; command->name; command++)
        if (strcmp(command->name, name) == 0) return command;
    return NULL;
}

static bool operands_fit(const struct command *command, const struct settings *settings) {
    const char *name = command == command_table ? "" : command->name, *space = command == command_table ? "" : " ";
    if (settings->operand_count < command->operand_minimum)
        complain("no picture was given; 'detect%s%s --help' shows how", space, name);
    else if (settings->operand_count > command->operand_maximum && !command->operand_maximum)
        complain("'detect %s' takes no picture, but '%s' was given", name, settings->operands[0]);
    else if (settings->operand_count > command->operand_maximum)
        complain("'detect %s' takes one picture, not %zu", name, settings->operand_count);
    else
        return true;
    return false;
}

int main(int count, char **arguments) {
    occupy_standard_streams();
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error like any other, */
    signal(SIGXFSZ, SIG_IGN); /* and so is a file that would become larger than `ulimit -f` allows */
    const struct command *command = count > 1 ? find_command(arguments[1]) : NULL;
    const int skipped = count < 1 ? count : command ? 2 : 1;
    if (!command) command = command_table;
    struct settings settings = settings_default();
    enum exit_code code = EXIT_WRONG_USAGE;
    if (args_parse(command, arguments + skipped, (size_t)(count - skipped), &settings)) {
        if (settings.help || settings.help_all)
            code = help_print(command, settings.help_all);
        else if (settings.version)
            code = help_print_version();
        else if (settings.manual)
            code = manual_print();
        else if (settings.completion)
            code = completion_print((enum completion_shell)settings.completion);
        else if (operands_fit(command, &settings) && output_places_fit(&settings) &&
                 (!settings.sandbox || sandbox_is_usable()))
            code = command->run(&settings);
    }
    settings_free(&settings);
    return code;
}
