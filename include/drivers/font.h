/*
 * font.h - the console font: 8 by 16 pixels.
 *
 * It has printable ASCII, Latin-1, all box drawing and block elements (U+2500 to U+259F), and the arrows,
 * punctuation and signs that programs for terminals like to use.
 */
#ifndef DRIVERS_FONT_H
#define DRIVERS_FONT_H

#include <stdbool.h>
#include <stdint.h>

enum { FONT_WIDTH = 8, FONT_HEIGHT = 16, FONT_UNDERLINE_ROW = 13 };

/* Draws all glyphs into memory. Needed once before font_glyph; cheap, allocates nothing. */
void font_init(void);

/* The 16 pixel rows of a character (a code point of Unicode), top row first, the leftmost pixel in bit 7.
 * What the font lacks gives the replacement character. Never NULL; ISR-safe. */
const uint8_t *font_glyph(uint32_t character);

/* True when the font has a glyph of its own for the character. ISR-safe. */
bool font_has(uint32_t character);

#endif
