/*
 * terminal_whole.c - what happens to a terminal as a whole: another size, and the alarm.
 */
#include "drivers/terminal_grid.h"

#include <string.h>

static void put_inside(const struct terminal *terminal, struct terminal_cursor *cursor) {
    cursor->column = terminal_min(cursor->column, terminal->columns - 1);
    cursor->row = terminal_min(cursor->row, terminal->rows - 1);
}

void terminal_resize(struct terminal *terminal, struct terminal_cell *cells, unsigned columns,
                     unsigned rows) {
    const struct terminal old = *terminal;
    /* the first of the old rows that stays */
    const unsigned first = old.cursor.row < rows ? 0 : old.cursor.row + 1 - rows;

    terminal->cells = cells;
    terminal->columns = columns;
    terminal->rows = rows;
    terminal->top = 0;
    terminal->bottom = rows;
    memset(terminal->dirty, 0, sizeof terminal->dirty);
    for (unsigned row = 0; row < rows; row++) {
        terminal->line[row] = (uint16_t)row;
        terminal_erase(terminal, row, 0, columns);
        if (first + row < old.rows) {
            memcpy(terminal_cells(terminal, row), terminal_row(&old, first + row),
                   terminal_min(columns, old.columns) * sizeof *cells);
        }
    }
    terminal->shifted = true;
    terminal->cursor.row -= first;
    terminal->cursor.wrap_pending = false;
    put_inside(terminal, &terminal->cursor);
    put_inside(terminal, &terminal->saved);
}

/* The failure may have come in the middle of anything, so what is checked elsewhere when it changes is
 * checked here. */
static void make_sound(struct terminal *terminal) {
    terminal->columns = terminal_min(terminal->columns, TERMINAL_COLUMNS_MAX);
    terminal->rows = terminal_min(terminal->rows, TERMINAL_ROWS_MAX);
    for (unsigned row = 0; row < terminal->rows; row++) {
        terminal->line[row] = (uint16_t)terminal_min(terminal->line[row], terminal->rows - 1);
    }
    control_parser_init(&terminal->parser);
    terminal->top = 0;
    terminal->bottom = terminal->rows;
    terminal->wraps = true;
    terminal->cursor_visible = false;
    terminal->full = false;
    terminal->cursor.wrap_pending = false;
    put_inside(terminal, &terminal->cursor);
}

void terminal_begin_alarm(struct terminal *terminal, unsigned rows) {
    make_sound(terminal);
    const unsigned kept = terminal->rows - terminal_min(rows, terminal->rows);
    const unsigned used = terminal->cursor.row + 1;
    if (used > kept) {
        terminal_scroll_up(terminal, 0, terminal->rows, used - kept);
    }
    terminal_pen_alarm(terminal);
    terminal->cursor.column = 0;
    terminal->cursor.row = terminal_min(used, kept);
    for (unsigned row = terminal->cursor.row; row < terminal->rows; row++) {
        terminal_erase(terminal, row, 0, terminal->columns);
    }
    terminal->keeps_top = true;
}
