/* A command of the program is a row of a table: `detect info` is row "info"; without a name it is row "detect". */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stddef.h>

struct settings;

/* The exit codes, which scripts rely on. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_SOME_FAILED = 1, /* an input could not be processed, or an output could not be written */
    EXIT_WRONG_USAGE = 2,
    EXIT_NO_MODEL = 3,
    EXIT_INTERRUPTED = 130, /* by SIGINT; outputs are valid, as far as the run came */
    EXIT_TERMINATED = 143,  /* by SIGTERM */
};

/* Which commands an option belongs to: a set of these. */
enum command_bit {
    FOR_DETECT = 1 << 0,
    FOR_CLASSIFY = 1 << 1,
    FOR_TRACE = 1 << 2,
    FOR_INFO = 1 << 3,
    FOR_BENCH = 1 << 4,
    FOR_KERNELS = 1 << 5,
    FOR_EVAL = 1 << 6,
};

struct command {
    const char *name;
    enum command_bit bit;
    const char *operands;   /* as the usage line shows them; "" for none */
    size_t operand_minimum; /* how many there must be */
    size_t operand_maximum;
    const char *summary; /* a line of --help */
    enum exit_code (*run)(const struct settings *settings);
};

/* Ends with a row whose name is NULL; the first row is the default. */
extern const struct command command_table[];

enum exit_code command_detect(const struct settings *settings);
enum exit_code command_classify(const struct settings *settings);
enum exit_code command_trace(const struct settings *settings);
enum exit_code command_info(const struct settings *settings);
enum exit_code command_bench(const struct settings *settings);
enum exit_code command_eval(const struct settings *settings);
enum exit_code command_kernels(const struct settings *settings);

#endif
