/*
 * terminal_screen.h - a terminal for tests: cells of exactly the right size on the heap, where
 * AddressSanitizer sees every step beyond them, and rows as text.
 */
#ifndef TERMINAL_SCREEN_H
#define TERMINAL_SCREEN_H

#include <stdlib.h>
#include <string.h>

#include "drivers/terminal.h"
#include "unit.h"

static struct terminal terminal;
static struct terminal_cell *terminal_memory;

static inline struct terminal_cell *new_cells(unsigned columns, unsigned rows) {
    free(terminal_memory);
    terminal_memory = malloc(sizeof *terminal_memory * columns * rows);
    return terminal_memory;
}

static inline void start(unsigned columns, unsigned rows) {
    terminal_init(&terminal, new_cells(columns, rows), columns, rows);
}

static inline void say(const char *text) {
    terminal_write(&terminal, text, strlen(text));
}

static inline const struct terminal_cell *cell(unsigned column, unsigned row) {
    return terminal_row(&terminal, row) + column;
}

/* The row without the blanks at its end; what is not ASCII as a question mark. */
static inline const char *row_text(unsigned row) {
    static char text[TERMINAL_COLUMNS_MAX + 1];
    unsigned end = 0;
    for (unsigned column = 0; column < terminal.columns; column++) {
        const uint16_t character = cell(column, row)->character;
        text[column] = character < 0x7f ? (char)character : '?';
        if (character != ' ') {
            end = column + 1;
        }
    }
    text[end] = '\0';
    return text;
}

static inline void check_cursor(unsigned column, unsigned row) {
    CHECK_EQ_U64(terminal.cursor.column, column);
    CHECK_EQ_U64(terminal.cursor.row, row);
}

#endif
