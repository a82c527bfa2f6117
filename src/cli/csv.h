/* Cells of CSV as RFC 4180 has them, safe to open in a spreadsheet; but lines end as elsewhere here, for cut and awk. */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include "cli/output.h"

/* A text in a cell: quoted where it must be; bytes that are no UTF-8 become U+FFFD. Where a spreadsheet would take it
 * for a formula (it begins with = + - @ or a tab or return) an apostrophe is put before it. */
void csv_text(struct output *output, const char *text);

/* A finite number with this many decimals; an empty cell where it is not finite. */
void csv_number(struct output *output, double value, int decimals);

#endif
