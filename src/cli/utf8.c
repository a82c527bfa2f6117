/* UTF-8 as file and class names have it, and what a terminal may be shown of it: declared in text.h. */
#include "cli/text.h"

#include <stdio.h>
#include <string.h>

size_t utf8_decode(const char *text, uint32_t *code) {
    const unsigned char *s = (const unsigned char *)text;
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000}; /* shorter forms exist below */
    const size_t length = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;
    *code = UTF8_INVALID;
    if (length == 1) *code = s[0];
    if (length < 2) return 1;
    uint32_t value = s[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (s[i] >> 6 != 2) return 1;
        value = value << 6 | (s[i] & 0x3Fu);
    }
    if (value < smallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return 1;
    *code = value;
    return length;
}

size_t utf8_encode(uint32_t code, char *out) {
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = UTF8_REPLACEMENT;
    const size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char marks[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = length; i-- > 1; code >>= 6) out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)(marks[length] | code);
    return length;
}

bool utf8_is_control(uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) ||                                            /* C0, DEL, C1 */
           code == 0x61C || code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) || /* direction */
           (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

size_t text_escape(const char *text, char *out) {
    static const char letters[32] = {['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r'};
    char *const begin = out;
    while (*text) {
        uint32_t code;
        const size_t bytes = utf8_decode(text, &code);
        if (code < 32 && letters[code]) {
            out += sprintf(out, "\\%c", letters[code]);
        } else if (code == UTF8_INVALID || (code < 0x80 && utf8_is_control(code))) {
            out += sprintf(out, "\\x%02X", (unsigned)(unsigned char)*text);
        } else if (utf8_is_control(code)) {
            out += sprintf(out, "\\u%04X", (unsigned)code);
        } else {
            memcpy(out, text, bytes);
            out += bytes;
        }
        text += bytes;
    }
    *out = '\0';
    return (size_t)(out - begin);
}

char *text_printable(const char *text) {
    char *printable = allocate(strlen(text) + 1, TEXT_ESCAPE_GROWTH);
    text_escape(text, printable);
    return printable;
}

size_t text_columns(const char *text) {
    size_t columns = 0;
    for (uint32_t code; *text; columns++) text += utf8_decode(text, &code);
    return columns;
}
