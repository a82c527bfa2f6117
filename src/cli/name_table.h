/* Numbers found by name, however many there are. */
#ifndef CLI_NAME_TABLE_H
#define CLI_NAME_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct name_table;

struct name_table *name_table_open(void);
void name_table_close(struct name_table *table); /* NULL is allowed */

/* Adds a name, which is copied. False where it is there already: its number stays. */
bool name_table_add(struct name_table *table, const char *name, size_t number);

/* Sets *number, or returns false where there is no such name. */
bool name_table_find(const struct name_table *table, const char *name, size_t *number);

#endif
