#include "cli/completion.h"

#include "cli/options.h"
#include "cli/output.h"

#include <string.h>

static bool takes(const struct command *command, const struct option *option) {
    return option->commands & (unsigned)command->bit;
}

static bool has_value(const struct option *option) {
    return option->kind != OPTION_FLAG;
}

/* What a value is, as far as a shell can help: its metavar says it. */
static bool is_folder(const struct option *option) {
    return option->metavar && strstr(option->metavar, "DIR");
}

static bool is_file(const struct option *option) {
    return option->metavar && strcmp(option->metavar, "FILE") == 0;
}

/* "auto stretch letterbox" */
static void print_choices(struct output *output, const struct option *option) {
    for (const struct choice *choice = option->choices; choice->name; choice++)
        if (!choice->hidden) output_format(output, "%s%s", choice == option->choices ? "" : " ", choice->name);
}

/* ---- bash -------------------------------------------------------------------------------------------------------- */

/* "--threshold|-t": how a case of the shell tells the option. */
static void print_pattern(struct output *output, const struct option *option) {
    output_format(output, "--%s", option->name);
    if (option->letter) output_format(output, "|-%c", option->letter);
}

/* One case for each kind of value: `wanted` chooses the options, `action` fills COMPREPLY. */
static void print_bash_case(struct output *output, bool wanted(const struct option *), const char *action) {
    size_t count = 0;
    for (const struct option *option = option_table; option->name; option++) {
        if (!wanted(option)) continue;
        output_text(output, count++ ? "|" : "    ");
        print_pattern(output, option);
    }
    if (count) output_format(output, ") %s ;;\n", action);
}

static bool is_other(const struct option *option) {
    return has_value(option) && !option->choices && !is_folder(option) && !is_file(option);
}

static void print_bash_values(struct output *output) {
    output_text(output, "    case $option in\n");
    for (const struct option *option = option_table; option->name; option++) {
        if (!option->choices) continue;
        output_text(output, "    ");
        print_pattern(output, option);
        output_text(output, ") COMPREPLY=($(compgen -W '");
        print_choices(output, option);
        output_text(output, "' -- \"$word\")); return ;;\n");
    }
    print_bash_case(output, is_folder, "_detect_paths -d; return");
    print_bash_case(output, is_file, "_detect_paths -f; return");
    print_bash_case(output, is_other, "return");
    output_text(output, "    esac\n");
}

static void print_bash_command(struct output *output, const struct command *command, const char *pattern) {
    output_format(output, "    %s) options='", pattern);
    for (const struct option *option = option_table; option->name; option++)
        if (takes(command, option)) output_format(output, " --%s", option->name);
    output_text(output, "' ;;\n");
}

static void print_bash_options(struct output *output) {
    output_text(output, "    case $command in\n");
    for (const struct command *command = command_table + 1; command->name; command++)
        print_bash_command(output, command, command->name);
    print_bash_command(output, command_table, "*");
    output_text(output, "    esac\n");
}

static void print_commands(struct output *output) {
    for (const struct command *command = command_table + 1; command->name; command++)
        output_format(output, "%s%s", command == command_table + 1 ? "" : " ", command->name);
}

static void print_bash(struct output *output) {
    output_text(output, "# Completion of detect for bash, printed by detect --completion bash.\n"
                        "_detect_paths() {\n"
                        "    local IFS=$'\\n'\n"
                        "    compopt -o filenames 2> /dev/null\n"
                        "    COMPREPLY=($(compgen \"$1\" -- \"$word\"))\n"
                        "}\n\n"
                        "_detect() {\n"
                        "    local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}\n"
                        "    local command=${COMP_WORDS[1]} options\n"
                        "    COMPREPLY=()\n"
                        "    # --name=VALUE comes in three words.\n"
                        "    if [[ $word == '=' ]]; then\n"
                        "        word=\n"
                        "    elif [[ $option == '=' ]]; then\n"
                        "        option=${COMP_WORDS[COMP_CWORD - 2]}\n"
                        "    fi\n");
    print_bash_values(output);
    print_bash_options(output);
    output_text(output, "    if [[ $word == -* ]]; then\n"
                        "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
                        "        return\n"
                        "    fi\n"
                        "    _detect_paths -f\n"
                        "    if ((COMP_CWORD == 1)); then\n"
                        "        COMPREPLY+=($(compgen -W '");
    print_commands(output);
    output_text(output, "' -- \"$word\"))\n"
                        "    fi\n"
                        "}\n"
                        "complete -F _detect detect\n");
}

/* ---- zsh --------------------------------------------------------------------------------------------------------- */

/* Text of ours inside '...[...]': quotes and what _arguments reads itself are escaped. */
static void print_zsh_text(struct output *output, const char *text) {
    for (; *text; text++) {
        if (*text == '\'')
            output_text(output, "'\\''");
        else if (strchr("[]:\\", *text))
            output_format(output, "\\%c", *text);
        else
            output_bytes(output, text, 1);
    }
}

static bool is_repeatable(const struct option *option) {
    return option->kind == OPTION_LEVEL || option->kind == OPTION_COLOR || option->kind == OPTION_LIST;
}

static void print_zsh_value(struct output *output, const struct option *option) {
    output_text(output, ":");
    print_zsh_text(output, option->metavar);
    output_text(output, ":");
    if (option->choices) {
        output_text(output, "(");
        print_choices(output, option);
        output_text(output, ")");
    } else if (is_folder(option)) {
        output_text(output, "_files -/");
    } else if (is_file(option)) {
        output_text(output, "_files");
    }
}

/* '--name=[what it does]:VALUE:_files' for each way to spell it */
static void print_zsh_option(struct output *output, const struct option *option) {
    const int last_form = option->letter ? 1 : 0;
    for (int short_form = 0; short_form <= last_form; short_form++) {
        output_format(output, " \\\n        '%s", is_repeatable(option) ? "*" : "");
        if (short_form)
            output_format(output, "-%c%s", option->letter, has_value(option) ? "+" : "");
        else
            output_format(output, "--%s%s", option->name, has_value(option) ? "=" : "");
        output_text(output, "[");
        print_zsh_text(output, option->help);
        output_text(output, "]");
        if (has_value(option)) print_zsh_value(output, option);
        output_text(output, "'");
    }
}

static void print_zsh_command(struct output *output, const struct command *command) {
    output_text(output, "        _arguments -s -S");
    for (const struct option *option = option_table; option->name; option++)
        if (takes(command, option)) print_zsh_option(output, option);
    if (command->operand_maximum) output_text(output, " \\\n        '*:picture:_files'");
    output_text(output, "\n");
}

static void print_zsh(struct output *output) {
    output_text(output, "#compdef detect\n"
                        "# Completion of detect for zsh, printed by detect --completion zsh.\n"
                        "_detect() {\n"
                        "    if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n"
                        "        local -a commands=(");
    for (const struct command *command = command_table + 1; command->name; command++) {
        output_format(output, "\n            '%s:", command->name);
        print_zsh_text(output, command->summary);
        output_text(output, "'");
    }
    output_text(output, ")\n        _describe command commands\n        _files\n        return\n    fi\n"
                        "    case $words[2] in\n");
    for (const struct command *command = command_table + 1; command->name; command++) {
        output_format(output, "    %s)\n        shift words\n        ((CURRENT--))\n", command->name);
        print_zsh_command(output, command);
        output_text(output, "        ;;\n");
    }
    output_text(output, "    *)\n");
    print_zsh_command(output, command_table);
    output_text(output, "        ;;\n    esac\n}\n_detect \"$@\"\n");
}

/* ------------------------------------------------------------------------------------------------------------------ */

enum exit_code completion_print(enum completion_shell shell) {
    struct output *output = output_open("-");
    if (!output) return EXIT_SOME_FAILED;
    if (shell == COMPLETION_ZSH)
        print_zsh(output);
    else
        print_bash(output);
    return output_close(output, true) ? EXIT_DONE : EXIT_SOME_FAILED;
}
