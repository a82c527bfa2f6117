/* detect kernels: the kernel sets, best first, and which one is used. */
#include "cli/command.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "yolo.h"

#include <string.h>

enum exit_code command_kernels(const struct settings *settings) {
    if (settings->kernels && !session_kernels_are_usable(settings->kernels)) return EXIT_WRONG_USAGE;
    struct output *output = output_open("-");
    if (!output) return EXIT_SOME_FAILED;
    const char *name;
    bool chosen = false;
    for (size_t i = 0; (name = yolo_kernels_name(i)); i++) {
        const bool supported = yolo_kernels_supported(i);
        const bool is_chosen = !chosen && supported && (!settings->kernels || strcmp(settings->kernels, name) == 0);
        chosen |= is_chosen;
        output_format(output, "%-10s%s\n", name, is_chosen ? "used" : supported ? "usable" : "not on this processor");
    }
    return output_close(output, true) ? EXIT_DONE : EXIT_SOME_FAILED;
}
