#include "cli/file_name.h"

#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 120 }; /* file systems take 255 */

static bool is_unsafe(uint32_t code) {
    return code == UTF8_INVALID || utf8_is_control(code) || (code < 0x80 && strchr("/\\<>:\"|?*", (int)code));
}

/* Windows, and disks that it shares, know these as devices, whatever extension follows. */
static bool is_device(const char *name) {
    static const char *const devices[] = {"con", "prn", "aux", "nul", "com", "lpt"};
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        char *stem = text_format("%.3s", name);
        const bool begins = text_equal_ignoring_case(stem, devices[i]);
        const size_t length = 3 + (i >= 4 && name[3] >= '0' && name[3] <= '9');
        free(stem);
        if (begins && (i < 4 || length == 4) && (name[length] == '\0' || name[length] == '.')) return true;
    }
    return false;
}

char *file_name_safe(const char *text) {
    char *name = allocate(NAME_BYTES + 3, 1);
    size_t length = 0;
    while (*text) {
        uint32_t code;
        const size_t bytes = utf8_decode(text, &code);
        if (length + bytes > NAME_BYTES) break;
        if (is_unsafe(code))
            name[length++] = '_';
        else
            memcpy(name + length, text, bytes), length += bytes;
        text += bytes;
    }
    while (length && (name[length - 1] == '.' || name[length - 1] == ' ')) name[--length] = '\0';
    if (name[0] == '.') name[0] = '_';
    if (!length) name[0] = '_';
    if (is_device(name)) {
        memmove(name + 1, name, strlen(name) + 1);
        name[0] = '_';
    }
    return name;
}
