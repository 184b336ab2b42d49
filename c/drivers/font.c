/*
 * font.c - the console font.
 *
 * Each glyph is drawn on a grid of 5 by 8 in one 64-bit number: a byte for each row, top row in
 * the highest byte, the leftmost of the five dots in bit 4. Row 7 is for descenders. The
 * grid is stretched to 16 rows with one-pixel strokes: between two rows go the dots that both have,
 * and where strokes meet diagonally the upper dot is repeated, so that no stroke has gaps.
 */
#include "drivers/font.h"

enum { GRID_ROWS = 8, FIRST_GLYPH = ' ', LAST_GLYPH = '~' };

static const uint64_t unknown_glyph = 0x1f11111111111f00;

static const uint64_t glyphs[] = {
    0x0000000000000000, /* space */
    0x0404040404000400, /* ! */
    0x0a0a0a0000000000, /* " */
    0x0a0a1f0a1f0a0a00, /* # */
    0x040f140e051e0400, /* $ */
    0x1819020408130300, /* % */
    0x0c12140815120d00, /* & */
    0x0404080000000000, /* ' */
    0x0204080808040200, /* ( */
    0x0804020202040800, /* ) */
    0x00041f0e1f040000, /* * */
    0x0004041f04040000, /* + */
    0x000000000c0c0408, /* , */
    0x0000001f00000000, /* - */
    0x00000000000c0c00, /* . */
    0x0101020408101000, /* / */
    0x0e11131519110e00, /* 0 */
    0x040c040404040e00, /* 1 */
    0x0e11010204081f00, /* 2 */
    0x1f02040201110e00, /* 3 */
    0x02060a121f020200, /* 4 */
    0x1f101e0101110e00, /* 5 */
    0x0608101e11110e00, /* 6 */
    0x1f01020404080800, /* 7 */
    0x0e11110e11110e00, /* 8 */
    0x0e11110f01020c00, /* 9 */
    0x000c0c000c0c0000, /* : */
    0x000c0c000c0c0408, /* ; */
    0x0204081008040200, /* < */
    0x00001f001f000000, /* = */
    0x0804020102040800, /* > */
    0x0e11010204000400, /* ? */
    0x0e11171517100e00, /* @ */
    0x040a11111f111100, /* A */
    0x1e11111e11111e00, /* B */
    0x0e11101010110e00, /* C */
    0x1c12111111121c00, /* D */
    0x1f10101e10101f00, /* E */
    0x1f10101e10101000, /* F */
    0x0e11101713110f00, /* G */
    0x1111111f11111100, /* H */
    0x0e04040404040e00, /* I */
    0x0702020202120c00, /* J */
    0x1112141814121100, /* K */
    0x1010101010101f00, /* L */
    0x111b151511111100, /* M */
    0x1111191513111100, /* N */
    0x0e11111111110e00, /* O */
    0x1e11111e10101000, /* P */
    0x0e11111115120d00, /* Q */
    0x1e11111e14121100, /* R */
    0x0f10100e01011e00, /* S */
    0x1f04040404040400, /* T */
    0x1111111111110e00, /* U */
    0x11111111110a0400, /* V */
    0x11111115151b1100, /* W */
    0x11110a040a111100, /* X */
    0x11110a0404040400, /* Y */
    0x1f01020408101f00, /* Z */
    0x0e08080808080e00, /* [ */
    0x1010080402010100, /* backslash */
    0x0e02020202020e00, /* ] */
    0x040a110000000000, /* ^ */
    0x000000000000001f, /* _ */
    0x0804020000000000, /* ` */
    0x00000e010f110f00, /* a */
    0x10101e1111111e00, /* b */
    0x00000e1110110e00, /* c */
    0x01010f1111110f00, /* d */
    0x00000e111f100e00, /* e */
    0x0609081c08080800, /* f */
    0x00000f11110f010e, /* g */
    0x1010161911111100, /* h */
    0x04000c0404040e00, /* i */
    0x020006020202120c, /* j */
    0x1010121418141200, /* k */
    0x0c04040404040e00, /* l */
    0x00001a1515151500, /* m */
    0x0000161911111100, /* n */
    0x00000e1111110e00, /* o */
    0x00001e11111e1010, /* p */
    0x00000f11110f0101, /* q */
    0x0000161910101000, /* r */
    0x00000f100e011e00, /* s */
    0x08081c0808090600, /* t */
    0x0000111111130d00, /* u */
    0x00001111110a0400, /* v */
    0x0000111115150a00, /* w */
    0x0000110a040a1100, /* x */
    0x00001111110f010e, /* y */
    0x00001f0204081f00, /* z */
    0x0204040804040200, /* { */
    0x0404040404040400, /* | */
    0x0804040204040800, /* } */
    0x0000081502000000, /* ~ */
};

_Static_assert(sizeof glyphs / sizeof glyphs[0] == LAST_GLYPH - FIRST_GLYPH + 1,
               "one glyph for each printable character");

static uint8_t grid_row(uint64_t glyph, unsigned row) {
    return row < GRID_ROWS ? (uint8_t)(glyph >> (8 * (GRID_ROWS - 1 - row))) : 0;
}

/* The dots to put between two rows of the grid. */
static uint8_t between(uint8_t upper, uint8_t lower) {
    uint8_t both = upper & lower;
    uint8_t near_both = (uint8_t)(both | both << 1 | both >> 1);
    uint8_t diagonal = (uint8_t)(lower << 1 | lower >> 1);
    return (uint8_t)(both | (upper & diagonal & ~near_both));
}

void font_glyph(unsigned char c, uint8_t rows[FONT_HEIGHT]) {
    uint64_t glyph = c >= FIRST_GLYPH && c <= LAST_GLYPH ? glyphs[c - FIRST_GLYPH] : unknown_glyph;

    for (unsigned row = 0; row < GRID_ROWS; row++) {
        uint8_t upper = grid_row(glyph, row);
        uint8_t lower = grid_row(glyph, row + 1);
        /* the shift puts the five dots in the middle of the eight pixels */
        rows[2 * row] = (uint8_t)(upper << 2);
        rows[2 * row + 1] = (uint8_t)(between(upper, lower) << 2);
    }
}
