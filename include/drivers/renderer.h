/*
 * renderer.h - draws a terminal into a frame buffer.
 *
 * It remembers what each cell on the screen looks like and draws the cells that should look different. Video
 * memory is only written, never read, from lower to higher addresses within a line of pixels.
 *
 * Pure: the frame buffer may be any memory. ISR-safe but not reentrant.
 */
#ifndef DRIVERS_RENDERER_H
#define DRIVERS_RENDERER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/font.h"
#include "drivers/pixel_format.h"
#include "drivers/terminal.h"

struct screen {
    uint8_t *pixels;        /* the first byte of the upper left pixel */
    size_t pitch;           /* bytes from one line to the next */
    uint32_t width, height; /* pixels */
    struct pixel_format format;
};

/* One cell of those that are being drawn: a pixel is `paper`, and that exclusive-or `change` where its bit in
 * `rows` is set; both stand twice, for two pixels at a time. */
struct renderer_cell {
    uint64_t paper, change;
    uint8_t rows[FONT_HEIGHT];
};

struct renderer {
    struct screen screen;
    unsigned scale; /* pixels of the screen for one of the font, in both directions */
    unsigned columns, rows;
    uint64_t cells_drawn;        /* since the beginning */
    struct terminal_cell *shown; /* what is on the screen */
    unsigned cursor_column, cursor_row;
    bool cursor_visible;
    struct renderer_cell run[TERMINAL_COLUMNS_MAX]; /* what is being drawn */
};

/* How many columns and rows of text a screen has room for, at most what a terminal can have; one of them is 0
 * when there is no room for a character. On a large screen characters are larger. */
void renderer_text_size(const struct screen *screen, unsigned *columns, unsigned *rows);

/* Takes a screen over: the whole of it is cleared. `shown` has room for columns * rows cells and stays the
 * caller's; columns and rows are at most those of renderer_text_size. Needs font_init. */
void renderer_init(struct renderer *renderer, const struct screen *screen,
                   struct terminal_cell *shown, unsigned columns, unsigned rows,
                   uint32_t background);

/* Draws what has changed in `terminal`, which has the same columns and rows: rows from the top until `limit`
 * cells or more have been drawn. Returns true when the screen shows the terminal as it is. */
bool renderer_draw(struct renderer *renderer, struct terminal *terminal, unsigned limit);

/* Forgets what is on the screen, so that the next renderer_draw draws all of `terminal`. */
void renderer_forget(struct renderer *renderer, struct terminal *terminal);

#endif
