/*
 * font_glyphs.h - what font.c makes the glyphs of: drawn shapes, and lines and blocks that are computed. For
 * font.c only.
 */
#ifndef DRIVERS_FONT_GLYPHS_H
#define DRIVERS_FONT_GLYPHS_H

#include <stdint.h>

#include "drivers/font.h"

/* A drawn glyph: rows 0 to 7 and 8 to 15, the upper row in the higher byte. */
struct font_shape {
    uint64_t upper;
    uint64_t lower;
};

struct font_other {
    uint16_t character;
    struct font_shape shape;
};

enum {
    FONT_ASCII_FIRST = 0x20,
    FONT_ASCII_COUNT = 0x5f,
    FONT_LATIN_FIRST = 0xa0, /* the signs of Latin-1; its letters are in the other two tables */
    FONT_LATIN_COUNT = 0x20,
    FONT_ACCENTED_FIRST = 0xc0,
    FONT_ACCENTED_COUNT = 0x40,
    FONT_LINES_FIRST = 0x2500,
    FONT_LINES_COUNT = 0x80,
    FONT_BLOCKS_FIRST = 0x2580,
    FONT_BLOCKS_COUNT = 0x20,
    FONT_OTHER_COUNT = 47,
    FONT_REPLACEMENT = 0xfffd,
};

extern const struct font_shape font_ascii[FONT_ASCII_COUNT];
extern const struct font_shape font_latin[FONT_LATIN_COUNT];

/* In the order of their code points; the replacement character is the last. */
extern const struct font_other font_other[FONT_OTHER_COUNT];

/* Draws a box drawing character, `index` 0 to 127 for U+2500 to U+257F, into cleared rows. */
void font_draw_lines(unsigned index, uint8_t rows[FONT_HEIGHT]);

/* Draws a block element, `index` 0 to 31 for U+2580 to U+259F, into cleared rows. */
void font_draw_blocks(unsigned index, uint8_t rows[FONT_HEIGHT]);

#endif
