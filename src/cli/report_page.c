/* The assembler copies the files of src/cli/report, seen from the folder that make runs in. */
#include "cli/report_page.h"

#define FILE_AS_STRING(name, file)                                                                                     \
    __asm__(".section .rodata\n"                                                                                       \
            ".global " #name "\n"                                                                                      \
            ".hidden " #name "\n"                                                                                      \
            ".type " #name ", %object\n" #name ":\n"                                                                   \
            ".incbin \"src/cli/report/" file "\"\n"                                                                    \
            ".byte 0\n"                                                                                                \
            ".previous\n")

FILE_AS_STRING(report_page_html, "report.html");
FILE_AS_STRING(report_page_style, "report.css");
FILE_AS_STRING(report_page_script, "report.js");
