/* Time as it passes, whatever happens to the clock on the wall. */
#ifndef CLI_CLOCK_H
#define CLI_CLOCK_H

double clock_ms(void); /* since some moment that does not change */

#endif
