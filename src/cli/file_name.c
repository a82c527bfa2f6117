#include "cli/file_name.h"

#include "cli/text.h"

#include <string.h>

enum { NAME_BYTES = 120 }; /* file systems take 255 */

static bool is_unsafe(uint32_t code) {
    return code == UTF8_INVALID || utf8_is_control(code) || (code < 0x80 && strchr("/\\<>:\"|?*", (int)code));
}

char *file_name_safe(const char *text) {
    char *name = allocate(NAME_BYTES + 2, 1);
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
    return name;
}
