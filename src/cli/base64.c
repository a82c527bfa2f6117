#include "cli/base64.h"

void base64_write(struct output *output, const uint8_t *bytes, size_t count) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < count; i += 3) {
        const size_t left = count - i;
        const uint32_t bits = (uint32_t)bytes[i] << 16 | (uint32_t)(left > 1 ? bytes[i + 1] : 0) << 8 |
                              (uint32_t)(left > 2 ? bytes[i + 2] : 0);
        const char text[4] = {letters[bits >> 18], letters[bits >> 12 & 63], left > 1 ? letters[bits >> 6 & 63] : '=',
                              left > 2 ? letters[bits & 63] : '='};
        output_bytes(output, text, sizeof text);
    }
}
