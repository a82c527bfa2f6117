/* Text in XML 1.0. */
#ifndef CLI_XML_H
#define CLI_XML_H

#include "cli/output.h"

/* A text between tags. Bytes that are no UTF-8, and characters that XML 1.0 cannot hold, become U+FFFD. */
void xml_text(struct output *output, const char *text);

#endif
