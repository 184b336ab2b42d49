/* test_font.c - the console font */
/* uses: c/drivers/font.c c/drivers/font_glyphs.c c/drivers/font_lines.c */
#include <string.h>

#include "drivers/font.h"
#include "unit.h"

static bool glyph_at(uint32_t character, unsigned x, unsigned y) {
    return (font_glyph(character)[y] & 0x80u >> x) != 0;
}

UNIT_TEST(font_complete,
          "the font has ASCII, Latin-1, lines and blocks, each with a picture of its own") {
    font_init();
    for (uint32_t a = 0x21; a < 0x25a0; a++) {
        const bool wanted = a < 0x7f || (a > 0xa0 && a < 0x100) || a >= 0x2500;
        if (!wanted) {
            continue;
        }
        CHECK(font_has(a));
        for (uint32_t b = a + 1; b < 0x25a0; b++) {
            /* a soft hyphen, a diaeresis and the dashed lines may look like something else */
            if (font_has(b) && b < 0x100 &&
                memcmp(font_glyph(a), font_glyph(b), FONT_HEIGHT) == 0) {
                unit_fail(__FILE__, __LINE__, "U+%04x looks like U+%04x", a, b);
            }
        }
    }
}

UNIT_TEST(font_replacement, "what the font lacks looks like the replacement character") {
    font_init();
    const uint8_t *replacement = font_glyph(0xfffd);
    CHECK(font_has(0xfffd));
    CHECK(replacement[2] != 0);
    static const uint32_t lacking[] = {0,      0x1f,   0x7f,    0x9f,      0x100,
                                       0x4e00, 0xffff, 0x1f600, UINT32_MAX};
    for (size_t i = 0; i < sizeof lacking / sizeof lacking[0]; i++) {
        CHECK(!font_has(lacking[i]));
        CHECK(font_glyph(lacking[i]) == replacement);
    }
    CHECK(font_has(0x20ac) && font_has(0x2190) && font_has(0x25cf));
}

UNIT_TEST(font_letters, "an accented letter is its letter with something above or below") {
    font_init();
    CHECK_MEM(font_glyph(0xe4) + 5, font_glyph('a') + 5, 9);
    CHECK(font_glyph(0xe4)[2] == 0x24 && font_glyph('a')[2] == 0);
    CHECK_MEM(font_glyph(0xc4) + 6, font_glyph('A') + 6, 6);
    CHECK(font_glyph(0xc4)[0] == 0x24 && font_glyph(0xc4)[2] == 0);
    CHECK_MEM(font_glyph(0xc7), font_glyph('C'), 12);
    CHECK(font_glyph(0xc7)[13] != 0);
    CHECK(font_glyph(0xee)[4] == 0 && font_glyph(0xee)[5] != 0);
}

/* Which edges of a cell a line drawing reaches: at up to three places, near the middle. */
static unsigned edge(uint32_t character, unsigned side) {
    unsigned pattern = 0;
    for (unsigned i = 0; i < (side % 2 == 0 ? (unsigned)FONT_WIDTH : (unsigned)FONT_HEIGHT); i++) {
        const bool on = side == 0   ? glyph_at(character, i, 0)
                        : side == 1 ? glyph_at(character, FONT_WIDTH - 1, i)
                        : side == 2 ? glyph_at(character, i, FONT_HEIGHT - 1)
                                    : glyph_at(character, 0, i);
        pattern |= (unsigned)on << i;
    }
    return pattern;
}

UNIT_TEST(font_lines_join, "lines leave a cell where the same line enters the next") {
    font_init();
    /* light, heavy and double: across, down, a cross and the four corners */
    static const uint16_t sets[][7] = {
        {0x2500, 0x2502, 0x253c, 0x250c, 0x2510, 0x2514, 0x2518},
        {0x2501, 0x2503, 0x254b, 0x250f, 0x2513, 0x2517, 0x251b},
        {0x2550, 0x2551, 0x256c, 0x2554, 0x2557, 0x255a, 0x255d},
    };
    for (size_t i = 0; i < 3; i++) {
        const unsigned across = edge(sets[i][0], 1), down = edge(sets[i][1], 0);
        CHECK(across != 0 && down != 0);
        CHECK_EQ_U64(edge(sets[i][0], 3), across);
        CHECK_EQ_U64(edge(sets[i][1], 2), down);
        for (unsigned side = 0; side < 4; side++) {
            CHECK_EQ_U64(edge(sets[i][2], side), side % 2 == 0 ? down : across);
        }
        /* right and down; left and down; right and up; left and up */
        CHECK(edge(sets[i][3], 1) == across && edge(sets[i][3], 2) == down);
        CHECK(edge(sets[i][3], 0) == 0 && edge(sets[i][3], 3) == 0);
        CHECK(edge(sets[i][4], 3) == across && edge(sets[i][4], 2) == down);
        CHECK(edge(sets[i][5], 1) == across && edge(sets[i][5], 0) == down);
        CHECK(edge(sets[i][6], 3) == across && edge(sets[i][6], 0) == down);
    }
}

UNIT_TEST(font_lines_connected,
          "all parts of a corner or a crossing of light and heavy lines hang together") {
    font_init();
    for (uint32_t character = 0x250c; character <= 0x254b; character++) {
        bool seen[FONT_HEIGHT][FONT_WIDTH] = {{false}};
        unsigned total = 0, reached = 0;
        for (unsigned y = 0; y < FONT_HEIGHT; y++) {
            for (unsigned x = 0; x < FONT_WIDTH; x++) {
                total += glyph_at(character, x, y);
            }
        }
        CHECK(glyph_at(character, 3, 7));
        seen[7][3] = true;
        for (bool more = true; more;) {
            more = false;
            for (unsigned y = 0; y < FONT_HEIGHT; y++) {
                for (unsigned x = 0; x < FONT_WIDTH; x++) {
                    const bool near = (y > 0 && seen[y - 1][x]) || (x > 0 && seen[y][x - 1]) ||
                                      (y + 1 < FONT_HEIGHT && seen[y + 1][x]) ||
                                      (x + 1 < FONT_WIDTH && seen[y][x + 1]);
                    if (!seen[y][x] && near && glyph_at(character, x, y)) {
                        seen[y][x] = true;
                        more = true;
                    }
                }
            }
        }
        for (unsigned y = 0; y < FONT_HEIGHT; y++) {
            for (unsigned x = 0; x < FONT_WIDTH; x++) {
                reached += seen[y][x];
            }
        }
        if (reached != total) {
            unit_fail(__FILE__, __LINE__, "U+%04x has loose parts", character);
        }
    }
}

UNIT_TEST(font_blocks, "block elements fill the part of the cell that they say") {
    font_init();
    for (unsigned y = 0; y < FONT_HEIGHT; y++) {
        CHECK_EQ_U64(font_glyph(0x2580)[y], y < 8 ? 0xff : 0);
        CHECK_EQ_U64(font_glyph(0x2581)[y], y < 14 ? 0 : 0xff);
        CHECK_EQ_U64(font_glyph(0x2588)[y], 0xff);
        CHECK_EQ_U64(font_glyph(0x258c)[y], 0xf0);
        CHECK_EQ_U64(font_glyph(0x258f)[y], 0x80);
        CHECK_EQ_U64(font_glyph(0x2590)[y], 0x0f);
        CHECK_EQ_U64(font_glyph(0x2591)[y] ^ font_glyph(0x2593)[y], 0xff);
        CHECK_EQ_U64(font_glyph(0x2596)[y], y < 8 ? 0 : 0xf0);
        CHECK_EQ_U64(font_glyph(0x259f)[y], y < 8 ? 0x0f : 0xff);
    }
}
