/*
 * terminal_grid.h - the cells of a terminal and what moves or erases them; for the terminal's own files
 * only.
 *
 * Positions are given as rows and columns inside the grid; counts may be anything and are cut to what there
 * is.
 */
#ifndef DRIVERS_TERMINAL_GRID_H
#define DRIVERS_TERMINAL_GRID_H

#include "drivers/terminal.h"

static inline unsigned terminal_min(unsigned a, unsigned b) {
    return a < b ? a : b;
}

/* A row's cells, to be changed; the caller marks what it changes with terminal_mark. */
struct terminal_cell *terminal_cells(struct terminal *terminal, unsigned row);

/* Erases columns [from, to) of a row in the colours of the pen. */
void terminal_erase(struct terminal *terminal, unsigned row, unsigned from, unsigned to);

/* Moves rows [top, bottom) up or down by `count`; lines that come in are blank. */
void terminal_scroll_up(struct terminal *terminal, unsigned top, unsigned bottom, unsigned count);
void terminal_scroll_down(struct terminal *terminal, unsigned top, unsigned bottom, unsigned count);

/* Moves the rest of a row from `column` on to the right, or to the left over `count` cells. */
void terminal_insert_cells(struct terminal *terminal, unsigned row, unsigned column,
                           unsigned count);
void terminal_delete_cells(struct terminal *terminal, unsigned row, unsigned column,
                           unsigned count);

/* The pen (terminal_pen.c): back to the defaults; changed as the parameters of SGR say; white on red. Each of
 * them, and terminal_pen_apply after a pen was set as a whole, brings brush and blank up to date. */
void terminal_pen_reset(struct terminal *terminal);
void terminal_pen_select(struct terminal *terminal, const struct control_parser *parser);
void terminal_pen_alarm(struct terminal *terminal);
void terminal_pen_apply(struct terminal *terminal);

#endif
