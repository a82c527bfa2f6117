/* YOLO_FONT_FILE is the path of the font, given by the Makefile. The assembler copies the file: 750 KB as a C array
 * would take the compiler seconds and a gigabyte. */
#include "image/font_data.h"

#ifndef YOLO_FONT_FILE
#error "YOLO_FONT_FILE must name the font to build in"
#endif

__asm__(".section .rodata\n"
        ".balign 16\n"
        ".global font_data_begin\n"
        ".hidden font_data_begin\n"
        ".type font_data_begin, %object\n"
        "font_data_begin:\n"
        ".incbin \"" YOLO_FONT_FILE "\"\n"
        ".global font_data_end\n"
        ".hidden font_data_end\n"
        ".type font_data_end, %object\n"
        "font_data_end:\n"
        ".byte 0\n"
        ".previous\n");
