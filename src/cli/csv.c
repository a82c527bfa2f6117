#include "cli/csv.h"

#include "cli/text.h"

#include <math.h>
#include <string.h>

void csv_text(struct output *output, const char *text) {
    const bool is_formula = *text && strchr("=+-@\t\r", *text);
    const bool is_quoted = is_formula || text[strcspn(text, ",\"\r\n")] || *text == ' ';
    output_text(output, is_quoted ? "\"" : "");
    output_text(output, is_formula ? "'" : "");
    while (*text) {
        uint32_t code;
        const size_t bytes = utf8_decode(text, &code);
        if (code == UTF8_INVALID)
            output_text(output, "\xEF\xBF\xBD");
        else if (code == '"')
            output_text(output, "\"\"");
        else
            output_bytes(output, text, bytes);
        text += bytes;
    }
    output_text(output, is_quoted ? "\"" : "");
}

void csv_number(struct output *output, double value, int decimals) {
    if (isfinite(value)) output_format(output, "%.*f", decimals, value);
}
