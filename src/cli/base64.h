/* Bytes as text, for pictures inside a page. */
#ifndef CLI_BASE64_H
#define CLI_BASE64_H

#include "cli/output.h"

#include <stdint.h>

void base64_write(struct output *output, const uint8_t *bytes, size_t count);

#endif
