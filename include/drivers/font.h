/*
 * font.h - the console font: 8 by 16 pixels, printable ASCII.
 */
#ifndef DRIVERS_FONT_H
#define DRIVERS_FONT_H

#include <stdint.h>

enum { FONT_WIDTH = 8, FONT_HEIGHT = 16 };

/* Computes the 16 pixel rows of a character, top row first, the leftmost pixel in bit 7. Anything
 * that is not printable ASCII gives a hollow box. */
void font_glyph(unsigned char c, uint8_t rows[FONT_HEIGHT]);

#endif
