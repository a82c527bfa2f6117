/* Where results are written: stdout, or a file that appears whole under its name or not at all.
 * The first error is kept, told on stderr once, and makes what follows do nothing; so callers may write as much as
 * they like and ask at the end. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct output;

/* "-" is stdout. A file is written as PATH.part and renamed when it is closed; something at PATH that is no regular
 * file (a pipe, /dev/null) is written as it is. NULL, after a sentence on stderr, where it cannot be opened. */
struct output *output_open(const char *path);

/* The same for a file that is called after a picture: where a link is in its place, that is replaced and not what it
 * leads to, so that nothing is written outside of the folder. */
struct output *output_open_here(const char *path);

/* The same for a file of lines that can be continued: after an error it is cut back to what output_flush last sent, and
 * what is written stays in PATH.part. With `again` lines are added to those that PATH.part holds. */
struct output *output_open_lines(const char *path, bool again);

/* The file that `path` leads to by links (itself, where there is nothing yet), and with `part` what is written until it
 * is whole: free() it. */
char *output_file_of(const char *path, bool part);

/* Writes to an open file, which output_close closes; `name` stands for it in sentences. */
struct output *output_to(int file, const char *name);

void output_bytes(struct output *output, const char *bytes, size_t count);
void output_text(struct output *output, const char *text);
void output_format(struct output *output, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sends what is written on its way, so that a reader at the other end of a pipe sees it. False after any error. */
bool output_flush(struct output *output);

/* Frees it. With `keep` the file gets its name, else it is removed. False after any error. NULL is allowed. */
bool output_close(struct output *output, bool keep);

#endif
