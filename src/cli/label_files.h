/* Text files made of pictures, one each, that mirror the tree of the inputs below a folder: what --yolo, --voc and
 * --labelme write. A picture that failed gets none. */
#ifndef CLI_LABEL_FILES_H
#define CLI_LABEL_FILES_H

#include "cli/output.h"
#include "cli/result.h"

struct label_files;
struct session;

/* `extension` is what takes the place of the pictures' own: sub/a.jpg becomes sub/a.txt, and sub/a.png in the same run
 * sub/a-2.txt. NULL, after a sentence on stderr, where the folder cannot be made. All three must outlive it. */
struct label_files *label_files_open(const struct session *session, const char *folder, const char *extension);

/* The file of one picture; *path is its name until the next call. NULL, after a sentence on stderr, where it cannot be
 * made, which the result notes: others may still be. */
struct output *label_files_begin(struct label_files *files, const struct result *result, const char **path);

/* Closes the file. False where it could not be written: no other could, either. */
bool label_files_end(struct output *output);

/* False where one of the files could not be made. */
bool label_files_close(struct label_files *files);

#endif
