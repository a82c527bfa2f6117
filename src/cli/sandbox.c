#include "cli/sandbox.h"

#include "cli/message.h"
#include "cli/session.h"
#include "cli/settings.h"

bool sandbox_is_usable(void) {
    return sandbox_system.is_usable();
}

bool sandbox_enter(const struct session *session, const char *pictures) {
    if (!session->settings->sandbox) return true;
    struct sandbox_paths paths = sandbox_paths_of(session, pictures);
    if (paths.reads_all && !session->settings->quiet)
        complain("warning: --sandbox: a list that comes through a pipe may name any file, so all may be read");
    const bool entered = sandbox_system.enter(&paths);
    sandbox_paths_free(&paths);
    return entered;
}
