/*
 * font.c - finds and composes the glyphs of the console font.
 *
 * All glyphs lie in one array of bytes, drawn once by font_init: what is drawn on the screen needs rows, not
 * the numbers of the tables, and an accented letter should cost no more than a plain one.
 */
#include "drivers/font.h"

#include <string.h>

#include "drivers/font_glyphs.h"

enum {
    ASCII_AT = 0,
    LATIN_AT = ASCII_AT + FONT_ASCII_COUNT,
    ACCENTED_AT = LATIN_AT + FONT_LATIN_COUNT,
    LINES_AT = ACCENTED_AT + FONT_ACCENTED_COUNT,
    BLOCKS_AT = LINES_AT + FONT_LINES_COUNT,
    OTHER_AT = BLOCKS_AT + FONT_BLOCKS_COUNT,
    GLYPH_COUNT = OTHER_AT + FONT_OTHER_COUNT,
    REPLACEMENT_AT = GLYPH_COUNT - 1,
    DOTLESS_I = 0x131,
};

static uint8_t glyphs[GLYPH_COUNT][FONT_HEIGHT];

enum accent { NONE, GRAVE, ACUTE, CIRCUMFLEX, TILDE, DIAERESIS, RING, CEDILLA };

/* Up to three rows. They begin in row 2 over a small letter, in row 0 over a capital; the ring one row higher
 * and the cedilla below the letter. */
static const uint8_t accents[][3] = {
    [GRAVE] = {0x20, 0x10, 0x00},      [ACUTE] = {0x08, 0x10, 0x00},
    [CIRCUMFLEX] = {0x18, 0x24, 0x00}, [TILDE] = {0x32, 0x4c, 0x00},
    [DIAERESIS] = {0x24, 0x24, 0x00},  [RING] = {0x18, 0x24, 0x18},
    [CEDILLA] = {0x10, 0x08, 0x30},
};

/* U+00C0 to U+00DF, and 32 higher the same with small letters; ' ' marks what is a shape of its own. */
static const char bases[] = "AAAAAA CEEEEIIII NOOOOO  UUUUY  "
                            "aaaaaa ceeeeiiii nooooo  uuuuy y";
static const uint8_t marks[] = {
    GRAVE, ACUTE, CIRCUMFLEX, TILDE,      DIAERESIS,  RING,  NONE,       CEDILLA,
    GRAVE, ACUTE, CIRCUMFLEX, DIAERESIS,  GRAVE,      ACUTE, CIRCUMFLEX, DIAERESIS,
    NONE,  TILDE, GRAVE,      ACUTE,      CIRCUMFLEX, TILDE, DIAERESIS,  NONE,
    NONE,  GRAVE, ACUTE,      CIRCUMFLEX, DIAERESIS,  ACUTE, NONE,       DIAERESIS,
};

_Static_assert(sizeof bases == FONT_ACCENTED_COUNT + 1, "one base for each letter of Latin-1");
_Static_assert(sizeof marks == FONT_ACCENTED_COUNT / 2, "one mark for each pair of letters");

static void draw_shape(const struct font_shape *shape, uint8_t rows[FONT_HEIGHT]) {
    for (unsigned y = 0; y < FONT_HEIGHT / 2; y++) {
        rows[y] = (uint8_t)(shape->upper >> (56 - 8 * y));
        rows[y + FONT_HEIGHT / 2] = (uint8_t)(shape->lower >> (56 - 8 * y));
    }
}

/* The index in `glyphs` of a character from the table of others; the replacement's if it is not there. */
static unsigned find_other(uint32_t character) {
    unsigned low = 0, high = FONT_OTHER_COUNT;

    while (low < high) {
        const unsigned middle = (low + high) / 2;
        if (font_other[middle].character == character) {
            return OTHER_AT + middle;
        }
        if (font_other[middle].character < character) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return REPLACEMENT_AT;
}

static void draw_accented(unsigned index, uint8_t rows[FONT_HEIGHT]) {
    const uint32_t base = (unsigned char)bases[index];
    const enum accent accent = marks[index % (FONT_ACCENTED_COUNT / 2)];
    const bool capital = base < 'a';

    if (base == ' ') {
        memcpy(rows, glyphs[find_other(FONT_ACCENTED_FIRST + index)], FONT_HEIGHT);
        return;
    }
    memcpy(rows, base == 'i' ? glyphs[find_other(DOTLESS_I)] : font_glyph(base), FONT_HEIGHT);
    if (accent == CEDILLA) {
        memcpy(rows + 12, accents[CEDILLA], sizeof accents[CEDILLA]);
    } else if (capital) {
        /* the letter moves down by one row and loses its fourth */
        memmove(rows + 3, rows + 2, 3);
        memcpy(rows, accents[accent], accent == RING ? 3 : 2);
        rows[2] = accent == RING ? rows[2] : 0;
    } else {
        memcpy(rows + (accent == RING ? 1 : 2), accents[accent], accent == RING ? 3 : 2);
    }
}

void font_init(void) {
    memset(glyphs, 0, sizeof glyphs);
    for (unsigned i = 0; i < FONT_ASCII_COUNT; i++) {
        draw_shape(&font_ascii[i], glyphs[ASCII_AT + i]);
    }
    for (unsigned i = 0; i < FONT_LATIN_COUNT; i++) {
        draw_shape(&font_latin[i], glyphs[LATIN_AT + i]);
    }
    for (unsigned i = 0; i < FONT_OTHER_COUNT; i++) {
        draw_shape(&font_other[i].shape, glyphs[OTHER_AT + i]);
    }
    for (unsigned i = 0; i < FONT_ACCENTED_COUNT; i++) {
        draw_accented(i, glyphs[ACCENTED_AT + i]);
    }
    for (unsigned i = 0; i < FONT_LINES_COUNT; i++) {
        font_draw_lines(i, glyphs[LINES_AT + i]);
    }
    for (unsigned i = 0; i < FONT_BLOCKS_COUNT; i++) {
        font_draw_blocks(i, glyphs[BLOCKS_AT + i]);
    }
}

static unsigned find(uint32_t character) {
    if (character - FONT_ASCII_FIRST < FONT_ASCII_COUNT) {
        return ASCII_AT + (character - FONT_ASCII_FIRST);
    }
    if (character - FONT_LATIN_FIRST < FONT_LATIN_COUNT) {
        return LATIN_AT + (character - FONT_LATIN_FIRST);
    }
    if (character - FONT_ACCENTED_FIRST < FONT_ACCENTED_COUNT) {
        return ACCENTED_AT + (character - FONT_ACCENTED_FIRST);
    }
    if (character - FONT_LINES_FIRST < FONT_LINES_COUNT) {
        return LINES_AT + (character - FONT_LINES_FIRST);
    }
    if (character - FONT_BLOCKS_FIRST < FONT_BLOCKS_COUNT) {
        return BLOCKS_AT + (character - FONT_BLOCKS_FIRST);
    }
    return find_other(character);
}

const uint8_t *font_glyph(uint32_t character) {
    return glyphs[find(character)];
}

bool font_has(uint32_t character) {
    return character == FONT_REPLACEMENT || find(character) != REPLACEMENT_AT;
}
