/*
 * terminal_grid.c - the cells of a terminal: erasing, inserting, scrolling.
 *
 * A row is a number of a line of cells. Scrolling moves these numbers and clears the lines that come in, so
 * that a line feed costs some hundred instructions however large the screen is.
 */
#include "drivers/terminal_grid.h"

#include <string.h>

struct terminal_cell *terminal_cells(struct terminal *terminal, unsigned row) {
    return terminal->cells + (size_t)terminal->line[row] * terminal->columns;
}

const struct terminal_cell *terminal_row(const struct terminal *terminal, unsigned row) {
    return terminal->cells + (size_t)terminal->line[row] * terminal->columns;
}

void terminal_row_done(struct terminal *terminal, unsigned row) {
    terminal->dirty[row] = (struct terminal_dirty){0, 0};
}

void terminal_mark(struct terminal *terminal, unsigned row, unsigned from, unsigned to) {
    struct terminal_dirty *dirty = &terminal->dirty[row];

    if (from >= to) {
        return;
    }
    if (dirty->from == dirty->to) {
        *dirty = (struct terminal_dirty){(uint16_t)from, (uint16_t)to};
        return;
    }
    dirty->from = (uint16_t)(from < dirty->from ? from : dirty->from);
    dirty->to = (uint16_t)(to > dirty->to ? to : dirty->to);
}

void terminal_erase(struct terminal *terminal, unsigned row, unsigned from, unsigned to) {
    struct terminal_cell *cells = terminal_cells(terminal, row);

    for (unsigned column = from; column < to; column++) {
        cells[column] = terminal->blank;
    }
    terminal_mark(terminal, row, from, to);
}

static void mark_rows(struct terminal *terminal, unsigned top, unsigned bottom) {
    for (unsigned row = top; row < bottom; row++) {
        terminal->dirty[row] = (struct terminal_dirty){0, (uint16_t)terminal->columns};
    }
    terminal->shifted = true;
}

void terminal_scroll_up(struct terminal *terminal, unsigned top, unsigned bottom, unsigned count) {
    uint16_t gone[TERMINAL_ROWS_MAX];
    uint16_t *line = terminal->line;

    count = terminal_min(count, bottom - top);
    const unsigned staying = bottom - top - count;
    memcpy(gone, line + top, count * sizeof *line);
    memmove(line + top, line + top + count, staying * sizeof *line);
    memcpy(line + top + staying, gone, count * sizeof *line);
    for (unsigned row = top + staying; row < bottom; row++) {
        terminal_erase(terminal, row, 0, terminal->columns);
    }
    mark_rows(terminal, top, bottom);
}

void terminal_scroll_down(struct terminal *terminal, unsigned top, unsigned bottom,
                          unsigned count) {
    uint16_t gone[TERMINAL_ROWS_MAX];
    uint16_t *line = terminal->line;

    count = terminal_min(count, bottom - top);
    const unsigned staying = bottom - top - count;
    memcpy(gone, line + top + staying, count * sizeof *line);
    memmove(line + top + count, line + top, staying * sizeof *line);
    memcpy(line + top, gone, count * sizeof *line);
    for (unsigned row = top; row < top + count; row++) {
        terminal_erase(terminal, row, 0, terminal->columns);
    }
    mark_rows(terminal, top, bottom);
}

void terminal_insert_cells(struct terminal *terminal, unsigned row, unsigned column,
                           unsigned count) {
    struct terminal_cell *cells = terminal_cells(terminal, row);

    count = terminal_min(count, terminal->columns - column);
    memmove(cells + column + count, cells + column,
            (terminal->columns - column - count) * sizeof *cells);
    terminal_erase(terminal, row, column, column + count);
    terminal_mark(terminal, row, column, terminal->columns);
}

void terminal_delete_cells(struct terminal *terminal, unsigned row, unsigned column,
                           unsigned count) {
    struct terminal_cell *cells = terminal_cells(terminal, row);

    count = terminal_min(count, terminal->columns - column);
    memmove(cells + column, cells + column + count,
            (terminal->columns - column - count) * sizeof *cells);
    terminal_erase(terminal, row, terminal->columns - count, terminal->columns);
    terminal_mark(terminal, row, column, terminal->columns);
}
