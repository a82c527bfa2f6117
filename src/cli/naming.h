/* What the files are called that are made of pictures: after the pictures, less the folders that all inputs share, and
 * no two alike, whatever the pictures turn out to hold. */
#ifndef CLI_NAMING_H
#define CLI_NAMING_H

struct naming;

/* `common` is the folder, cleaned, that names leave out. */
struct naming *naming_open(const char *common);
void naming_close(struct naming *naming);

/* What the picture `path`, as the inputs give it, is called: *name keeps its extension, for pictures made of it; *stem
 * has none, for text files. free() both. Asked for again the same path gets other names, so that all depends on the
 * paths and their order alone. */
void naming_take(struct naming *naming, const char *path, char **name, char **stem);

/* The path less the folder that all inputs share; other pictures may be called so, too. free() it. */
char *naming_mirror(const struct naming *naming, const char *path);

#endif
