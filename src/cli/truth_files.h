/* Where YOLO's label files are looked for when no folder is given for them: truth.h has what is read of them. */
#ifndef CLI_TRUTH_FILES_H
#define CLI_TRUTH_FILES_H

/* Calls `each` with what lies beside a picture, or a folder of pictures, and may hold its labels. */
void truth_files_beside(const char *path, void (*each)(void *argument, const char *path), void *argument);

#endif
