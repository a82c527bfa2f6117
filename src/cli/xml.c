#include "cli/xml.h"

#include "cli/text.h"

#include <stdbool.h>

/* Char of XML 1.0, without the controls between 0x7F and 0x9F, which it discourages. */
static bool is_allowed(uint32_t code) {
    return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code < 0x7F) ||
           (code >= 0xA0 && code < 0xFFFE) || (code >= 0x10000 && code <= 0x10FFFF);
}

void xml_text(struct output *output, const char *text) {
    while (*text) {
        uint32_t code;
        const size_t bytes = utf8_decode(text, &code);
        if (!is_allowed(code))
            output_text(output, "\xEF\xBF\xBD");
        else if (code == '<' || code == '>' || code == '&' || code < 0x20) /* readers would change a bare return */
            output_format(output, "&#%u;", (unsigned)code);
        else
            output_bytes(output, text, bytes);
        text += bytes;
    }
}
