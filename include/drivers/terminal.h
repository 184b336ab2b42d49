/*
 * terminal.h - a terminal without a screen: bytes go in, a grid of cells comes out.
 *
 * It understands what programs send to an xterm or a Linux console, as far as it can be shown on a grid of
 * characters: ECMA-48, and DEC's scroll region, saved cursor and modes 7 and 25. Text is UTF-8, every
 * character one column wide. A newline goes to the beginning of the next line. Questions (the cursor
 * position and the like) are not answered: the same bytes go to the serial line, where the terminal at its
 * other end answers.
 *
 * Pure: no hardware, no allocation. ISR-safe but not reentrant; a terminal belongs to its caller.
 */
#ifndef DRIVERS_TERMINAL_H
#define DRIVERS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/control_parser.h"

enum {
    TERMINAL_COLUMNS_MAX = 320,
    TERMINAL_ROWS_MAX = 256,
    TERMINAL_TAB_WIDTH = 8, /* tab stops cannot be moved */
};

/* The attributes that a cell keeps; the others are in its colours by then. */
enum { TERMINAL_BOLD = 1 << 0, TERMINAL_UNDERLINE = 1 << 1 };

struct terminal_cell {
    uint32_t foreground; /* 0x00rrggbb */
    uint32_t background;
    uint16_t character;  /* of Unicode's first plane; U+FFFD stands for all others */
    uint16_t attributes; /* TERMINAL_BOLD, TERMINAL_UNDERLINE */
};

_Static_assert(sizeof(struct terminal_cell) == 12, "cells are compared and copied as they are");

/* How the next character looks, as programs ask for it (terminal_pen.c). */
struct terminal_pen {
    uint32_t foreground; /* 0x00rrggbb, or a number of the palette, or the default */
    uint32_t background;
    uint8_t style;
};

struct terminal_cursor {
    unsigned column, row; /* always inside the grid */
    bool
        wrap_pending; /* the last column has been written: the next character goes to the next line */
    struct terminal_pen pen;
};

/* Columns [from, to) of a row have changed since terminal_row_done; from == to: none. */
struct terminal_dirty {
    uint16_t from, to;
};

struct terminal {
    /* To be read by anybody. */
    unsigned columns, rows;
    struct terminal_cursor cursor;
    bool cursor_visible;
    bool shifted; /* whole lines have moved since it was last cleared, by whoever draws the grid */
    struct terminal_dirty dirty[TERMINAL_ROWS_MAX];

    /* The terminal's own. */
    struct terminal_cell *cells;
    uint16_t
        line[TERMINAL_ROWS_MAX]; /* which line of `cells` a row shows: scrolling moves numbers */
    struct terminal_cursor saved;
    unsigned top, bottom; /* the scroll region: rows [top, bottom) */
    bool wraps;           /* mode 7 */
    bool keeps_top;       /* see terminal_begin_alarm */
    bool full;
    struct terminal_cell brush, blank; /* what the pen writes, and what it erases with */
    struct control_parser parser;
};

/* Makes an empty terminal. `cells` has room for columns * rows cells and stays the caller's; 1 to
 * TERMINAL_COLUMNS_MAX columns and 1 to TERMINAL_ROWS_MAX rows. */
void terminal_init(struct terminal *terminal, struct terminal_cell *cells, unsigned columns,
                   unsigned rows);

/* Goes over to a grid of another size, in `cells`; the old cells are the caller's again. Keeps what fits: the
 * cursor's line and those above it first. The scroll region becomes the whole grid. */
void terminal_resize(struct terminal *terminal, struct terminal_cell *cells, unsigned columns,
                     unsigned rows);

/* Takes bytes of output. Anything may be written. */
void terminal_write(struct terminal *terminal, const char *bytes, size_t size);

/* The cells of a row, `columns` of them. */
const struct terminal_cell *terminal_row(const struct terminal *terminal, unsigned row);

/* Says that columns [from, to) of a row have to be drawn again. */
void terminal_mark(struct terminal *terminal, unsigned row, unsigned from, unsigned to);

/* Says that a row is drawn as it is now. */
void terminal_row_done(struct terminal *terminal, unsigned row);

/* For the last message of all: from here on text is in alarm colours, below what was written last but on at
 * least `rows` rows if there are so many, and nothing scrolls: what does not fit is not shown. Whatever the
 * terminal was doing is given up, and its state is made sound first. */
void terminal_begin_alarm(struct terminal *terminal, unsigned rows);

#endif
