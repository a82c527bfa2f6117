/* A session with a small model, as the readers of the command line take one. */
#ifndef FUZZ_SESSION_H
#define FUZZ_SESSION_H

#include "cli/session.h"
#include "cli/settings.h"

/* The same model every time, for four classes: dog, cat, "a=b" and "price tag". */
struct session fuzz_session(const struct settings *settings);

#endif
