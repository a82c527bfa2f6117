/* Time as it passes, whatever happens to the clock on the wall. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

double clock_seconds(void); /* since some moment that does not change */

#endif
