/* Any text as the name of a file or folder. */
#ifndef CLI_FILE_NAME_H
#define CLI_FILE_NAME_H

/* `text` without what could lead out of a folder, hide the file, or trouble some file system or shell: slashes,
 * backslashes, control characters, invalid bytes and <>:"|?* become _, a dot at the beginning and dots and blanks at the
 * end, too; cut to a length that leaves room for an ending. Never empty. free() it. */
char *file_name_safe(const char *text);

#endif
