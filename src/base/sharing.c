#include "base/sharing.h"

static const double MUCH = 0.25;   /* of a pass, spent waiting */
static const double CLEARLY = 0.9; /* of the other's time */

bool sharing_wanted(const sharing *s) {
    return s->state == SHARING_PAYS || (s->state == SHARING_COSTS && s->alone_left == 0);
}

static void prefer_sharing(sharing *s) {
    s->state = SHARING_PAYS;
    s->patience = SHARING_FEWEST_ALONE;
    s->alone_next = 0;
}

static void prefer_alone(sharing *s) {
    s->state = SHARING_COSTS;
    s->alone_next = s->alone_next ? 2 * s->alone_next : SHARING_FEWEST_ALONE;
    if (s->alone_next > SHARING_MOST_ALONE) s->alone_next = SHARING_MOST_ALONE;
    s->alone_left = s->alone_next;
}

static void learn_shared(sharing *s, double seconds, double waited) {
    s->shared_seconds = seconds;
    if (s->state == SHARING_COSTS) { /* it was tried again */
        if (seconds < CLEARLY * s->alone_seconds)
            prefer_sharing(s);
        else
            prefer_alone(s);
    } else if (s->patience > 0) {
        s->patience--;
    } else if (waited > MUCH * seconds) {
        s->state = SHARING_IN_DOUBT;
    }
}

static void learn_alone(sharing *s, double seconds) {
    s->alone_seconds = seconds;
    if (s->state == SHARING_COSTS)
        s->alone_left--;
    else if (seconds < CLEARLY * s->shared_seconds)
        prefer_alone(s);
    else
        prefer_sharing(s);
}

void sharing_learn(sharing *s, double seconds, double waited) {
    if (sharing_wanted(s))
        learn_shared(s, seconds, waited);
    else
        learn_alone(s, seconds);
}
