/*
 * fuzz_terminal.c - anything written to a terminal: its state stays sound, and how the bytes are cut up does
 * not matter.
 *
 * The same bytes go to two terminals, to one of them byte by byte.
 */
/* uses: c/drivers/terminal.c c/drivers/terminal_whole.c c/drivers/terminal_grid.c c/drivers/terminal_pen.c c/drivers/control_parser.c */
/* plant: c/drivers/terminal.c: s/terminal_min(row, terminal->rows - 1)/row/ */
/* plant: c/drivers/terminal.c: s/terminal_min(column, terminal->columns - 1)/column/ */
/* plant: c/drivers/terminal_grid.c: s/terminal_mark(terminal, row, from, to);// */
/* plant: c/drivers/control_parser.c: s/parser->parameter_count < CONTROL_PARAMETERS_MAX/true/ */
#include "drivers/terminal.h"

#include "terminal_text.h"

enum { COLUMNS_MAX = 40, ROWS_MAX = 24 };

struct pair {
    struct terminal whole, bytes;
    struct terminal_cell *cells[2];
    struct terminal_cell drawn[ROWS_MAX][COLUMNS_MAX]; /* `whole` when its rows were last done */
};

static void check_sound(const struct terminal *terminal) {
    bool seen[TERMINAL_ROWS_MAX] = {false};
    const struct terminal_cursor *cursor = &terminal->cursor;
    PROPERTY(cursor->column < terminal->columns && cursor->row < terminal->rows,
             "the cursor is in the grid");
    PROPERTY(terminal->top < terminal->bottom && terminal->bottom <= terminal->rows,
             "the scroll region is a part of the grid");
    for (unsigned row = 0; row < terminal->rows; row++) {
        const unsigned line = terminal->line[row];
        PROPERTY(line < terminal->rows && !seen[line], "every row shows a line of its own");
        seen[line] = true;
        PROPERTY(terminal->dirty[row].from <= terminal->dirty[row].to &&
                     terminal->dirty[row].to <= terminal->columns,
                 "what has to be drawn is in the grid");
        for (unsigned column = 0; column < terminal->columns; column++) {
            const struct terminal_cell *cell = &terminal_row(terminal, row)[column];
            PROPERTY(cell->character >= ' ' && cell->character != 0x7f, "cells hold characters");
            PROPERTY((cell->foreground | cell->background) >> 24 == 0, "colours have 24 bits");
            PROPERTY((cell->attributes & ~3) == 0, "there are two attributes");
        }
    }
}

/* Whatever looks otherwise than when it was drawn is marked. */
static void check_marks(struct pair *pair, bool done) {
    struct terminal *terminal = &pair->whole;
    for (unsigned row = 0; row < terminal->rows; row++) {
        const struct terminal_cell *cells = terminal_row(terminal, row);
        for (unsigned column = 0; column < terminal->columns; column++) {
            const bool marked =
                column >= terminal->dirty[row].from && column < terminal->dirty[row].to;
            PROPERTY(marked ||
                         memcmp(&cells[column], &pair->drawn[row][column], sizeof *cells) == 0,
                     "what has changed will be drawn");
        }
        if (done) {
            memcpy(pair->drawn[row], cells, terminal->columns * sizeof *cells);
            terminal_row_done(terminal, row);
        }
    }
}

static void check_same(const struct pair *pair) {
    const struct terminal *a = &pair->whole, *b = &pair->bytes;
    PROPERTY(a->cursor.row == b->cursor.row && a->cursor.column == b->cursor.column &&
                 a->cursor.wrap_pending == b->cursor.wrap_pending &&
                 a->cursor_visible == b->cursor_visible,
             "both cursors are in the same place");
    for (unsigned row = 0; row < a->rows; row++) {
        PROPERTY(
            memcmp(terminal_row(a, row), terminal_row(b, row), a->columns * sizeof *a->cells) == 0,
            "both terminals show the same");
    }
}

/* Memory of exactly the size of a grid. */
static struct terminal_cell *new_cells(unsigned columns, unsigned rows) {
    return calloc((size_t)columns * rows, sizeof(struct terminal_cell));
}

static void resize(struct fuzz_input *in, struct pair *pair) {
    const unsigned columns = (unsigned)fuzz_take(in, 1) % COLUMNS_MAX + 1;
    const unsigned rows = (unsigned)fuzz_take(in, 1) % ROWS_MAX + 1;
    struct terminal *const terminals[] = {&pair->whole, &pair->bytes};
    for (unsigned i = 0; i < 2; i++) {
        struct terminal_cell *cells = new_cells(columns, rows);
        terminal_resize(terminals[i], cells, columns, rows);
        free(pair->cells[i]);
        pair->cells[i] = cells;
    }
    PROPERTY(pair->whole.columns == columns && pair->whole.rows == rows, "the size is the new one");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct pair pair;
    struct fuzz_input in = {data, size};
    const unsigned columns = (unsigned)fuzz_take(&in, 1) % COLUMNS_MAX + 1;
    const unsigned rows = (unsigned)fuzz_take(&in, 1) % ROWS_MAX + 1;
    memset(&pair, 0, sizeof pair);
    for (unsigned i = 0; i < 2; i++) {
        pair.cells[i] = new_cells(columns, rows);
    }
    terminal_init(&pair.whole, pair.cells[0], columns, rows);
    terminal_init(&pair.bytes, pair.cells[1], columns, rows);
    while (in.left > 0) {
        char text[TERMINAL_TEXT_MAX];
        const uint8_t action = (uint8_t)fuzz_take(&in, 1);
        if (action < 4) {
            resize(&in, &pair);
        } else if (action < 6) {
            terminal_begin_alarm(&pair.whole, action);
            terminal_begin_alarm(&pair.bytes, action);
        }
        const size_t count = terminal_text(&in, text);
        terminal_write(&pair.whole, text, count);
        for (size_t i = 0; i < count; i++) {
            terminal_write(&pair.bytes, text + i, 1);
        }
        check_sound(&pair.whole);
        check_marks(&pair, action >= 128);
    }
    check_same(&pair);
    free(pair.cells[0]);
    free(pair.cells[1]);
    return 0;
}
