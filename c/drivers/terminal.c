/*
 * terminal.c - a terminal without a screen (see terminal.h): what each character and control function does.
 *
 * Where ECMA-48 and the terminals of the world differ, this follows xterm: the cursor waits in the last
 * column until another character comes, erasing uses the background colour of the pen, and lines move only
 * inside the scroll region.
 */
#include "drivers/terminal_grid.h"

#include <string.h>

enum { MODE_WRAP = 7, MODE_CURSOR = 25 };

/* ---- the cursor ---- */

static void move_to(struct terminal *terminal, unsigned column, unsigned row) {
    struct terminal_cursor *cursor = &terminal->cursor;

    cursor->column = terminal_min(column, terminal->columns - 1);
    cursor->row = terminal_min(row, terminal->rows - 1);
    cursor->wrap_pending = false;
}

/* Up and down stop at the margins of the scroll region, unless the cursor is beyond them already. */
static void move_up(struct terminal *terminal, unsigned count, bool to_first_column) {
    const struct terminal_cursor *cursor = &terminal->cursor;
    const unsigned limit = cursor->row >= terminal->top ? terminal->top : 0;

    move_to(terminal, to_first_column ? 0 : cursor->column,
            cursor->row - terminal_min(count, cursor->row - limit));
}

static void move_down(struct terminal *terminal, unsigned count, bool to_first_column) {
    const struct terminal_cursor *cursor = &terminal->cursor;
    const unsigned limit = cursor->row < terminal->bottom ? terminal->bottom : terminal->rows;

    move_to(terminal, to_first_column ? 0 : cursor->column,
            terminal_min(cursor->row + count, limit - 1));
}

/* One line down; at the end of the scroll region the lines move instead. */
static void index_down(struct terminal *terminal) {
    struct terminal_cursor *cursor = &terminal->cursor;

    cursor->wrap_pending = false;
    if (cursor->row + 1 != terminal->bottom) {
        cursor->row = terminal_min(cursor->row + 1, terminal->rows - 1);
    } else if (terminal->keeps_top) {
        terminal->full = true;
    } else {
        terminal_scroll_up(terminal, terminal->top, terminal->bottom, 1);
    }
}

static void index_up(struct terminal *terminal) {
    struct terminal_cursor *cursor = &terminal->cursor;

    cursor->wrap_pending = false;
    if (cursor->row == terminal->top) {
        terminal_scroll_down(terminal, terminal->top, terminal->bottom, 1);
    } else if (cursor->row > 0) {
        cursor->row--;
    }
}

static void new_line(struct terminal *terminal) {
    terminal->cursor.column = 0;
    index_down(terminal);
}

static void save_cursor(struct terminal *terminal) {
    terminal->saved = terminal->cursor;
}

static void restore_cursor(struct terminal *terminal) {
    terminal->cursor = terminal->saved;
    terminal_pen_apply(terminal);
}

/* ---- text ---- */

static void print(struct terminal *terminal, uint32_t character) {
    struct terminal_cursor *cursor = &terminal->cursor;

    if (cursor->wrap_pending && terminal->wraps) {
        new_line(terminal);
        if (terminal->full) {
            return;
        }
    }
    struct terminal_cell *cell = terminal_cells(terminal, cursor->row) + cursor->column;
    *cell = terminal->brush;
    cell->character = (uint16_t)(character <= UINT16_MAX ? character : CONTROL_REPLACEMENT);
    terminal_mark(terminal, cursor->row, cursor->column, cursor->column + 1);
    if (cursor->column + 1 < terminal->columns) {
        cursor->column++;
    } else {
        cursor->wrap_pending = true;
    }
}

static void execute(struct terminal *terminal, uint8_t control) {
    struct terminal_cursor *cursor = &terminal->cursor;

    switch (control) {
    case '\b':
        move_to(terminal, cursor->column - terminal_min(1, cursor->column), cursor->row);
        break;
    case '\t': /* the last column stops every tab, and a wrap that is pending stays so */
        cursor->column = terminal_min(
            (cursor->column / TERMINAL_TAB_WIDTH + 1) * TERMINAL_TAB_WIDTH, terminal->columns - 1);
        break;
    case '\n':
    case '\v':
    case '\f':
        new_line(terminal);
        break;
    case '\r':
        move_to(terminal, 0, cursor->row);
        break;
    default: /* the bell among others: the machine has none */
        break;
    }
}

/* ---- control functions ---- */

static void erase_rows(struct terminal *terminal, unsigned from, unsigned to) {
    for (unsigned row = from; row < to; row++) {
        terminal_erase(terminal, row, 0, terminal->columns);
    }
}

/* ED and EL: to the end, from the beginning, or all. */
static void erase_display(struct terminal *terminal, unsigned what) {
    struct terminal_cursor *cursor = &terminal->cursor;

    cursor->wrap_pending = false;
    if (what == 0) {
        terminal_erase(terminal, cursor->row, cursor->column, terminal->columns);
        erase_rows(terminal, cursor->row + 1, terminal->rows);
    } else if (what == 1) {
        erase_rows(terminal, 0, cursor->row);
        terminal_erase(terminal, cursor->row, 0, cursor->column + 1);
    } else if (what == 2) {
        erase_rows(terminal, 0, terminal->rows);
    }
}

static void erase_line(struct terminal *terminal, unsigned what) {
    struct terminal_cursor *cursor = &terminal->cursor;

    cursor->wrap_pending = false;
    if (what <= 2) {
        terminal_erase(terminal, cursor->row, what == 0 ? cursor->column : 0,
                       what == 1 ? cursor->column + 1 : terminal->columns);
    }
}

static bool in_region(const struct terminal *terminal) {
    return terminal->cursor.row >= terminal->top && terminal->cursor.row < terminal->bottom;
}

static void set_region(struct terminal *terminal, unsigned first, unsigned last) {
    last = terminal_min(last, terminal->rows);
    if (first < last) { /* two lines at least */
        terminal->top = first - 1;
        terminal->bottom = last;
        move_to(terminal, 0, 0);
    }
}

static void set_modes(struct terminal *terminal, const struct control_parser *parser, bool on) {
    for (unsigned i = 0; i < parser->parameter_count; i++) {
        if (parser->parameters[i] == MODE_WRAP) {
            terminal->wraps = on;
        } else if (parser->parameters[i] == MODE_CURSOR) {
            terminal->cursor_visible = on;
        }
    }
}

/* What stays in its row: the cell functions of ECMA-48. */
static void edit_row(struct terminal *terminal, uint8_t final, unsigned count) {
    struct terminal_cursor *cursor = &terminal->cursor;

    cursor->wrap_pending = false;
    if (final == '@') {
        terminal_insert_cells(terminal, cursor->row, cursor->column, count);
    } else if (final == 'P') {
        terminal_delete_cells(terminal, cursor->row, cursor->column, count);
    } else {
        terminal_erase(terminal, cursor->row, cursor->column,
                       cursor->column + terminal_min(count, terminal->columns - cursor->column));
    }
}

static void control_sequence(struct terminal *terminal, const struct control_parser *parser) {
    struct terminal_cursor *cursor = &terminal->cursor;
    const unsigned count = control_parameter(parser, 0, 1);
    const unsigned what = control_parameter(parser, 0, 0);

    switch (parser->final) {
    case 'A': /* CUU */
    case 'F': /* CPL */
        move_up(terminal, count, parser->final == 'F');
        break;
    case 'B': /* CUD */
    case 'E': /* CNL */
        move_down(terminal, count, parser->final == 'E');
        break;
    case 'C': /* CUF */
        move_to(terminal, cursor->column + count, cursor->row);
        break;
    case 'D': /* CUB */
        move_to(terminal, cursor->column - terminal_min(count, cursor->column), cursor->row);
        break;
    case 'G': /* CHA */
    case '`': /* HPA */
        move_to(terminal, count - 1, cursor->row);
        break;
    case 'H': /* CUP */
    case 'f': /* HVP */
        move_to(terminal, control_parameter(parser, 1, 1) - 1, count - 1);
        break;
    case 'd': /* VPA */
        move_to(terminal, cursor->column, count - 1);
        break;
    case 'J': /* ED */
        erase_display(terminal, what);
        break;
    case 'K': /* EL */
        erase_line(terminal, what);
        break;
    case 'L': /* IL */
    case 'M': /* DL */
        if (in_region(terminal)) {
            (parser->final == 'L' ? terminal_scroll_down : terminal_scroll_up)(
                terminal, cursor->row, terminal->bottom, count);
            move_to(terminal, 0, cursor->row);
        }
        break;
    case '@': /* ICH */
    case 'P': /* DCH */
    case 'X': /* ECH */
        edit_row(terminal, parser->final, count);
        break;
    case 'S': /* SU */
        terminal_scroll_up(terminal, terminal->top, terminal->bottom, count);
        break;
    case 'T': /* SD */
        terminal_scroll_down(terminal, terminal->top, terminal->bottom, count);
        break;
    case 'm': /* SGR */
        terminal_pen_select(terminal, parser);
        break;
    case 'r': /* DECSTBM */
        set_region(terminal, count, control_parameter(parser, 1, terminal->rows));
        break;
    case 's': /* SCOSC */
        save_cursor(terminal);
        break;
    case 'u': /* SCORC */
        restore_cursor(terminal);
        break;
    default: /* reports, printers, keyboards: not a terminal's grid */
        break;
    }
}

static void reset(struct terminal *terminal) {
    terminal->top = 0;
    terminal->bottom = terminal->rows;
    terminal->wraps = true;
    terminal->cursor_visible = true;
    move_to(terminal, 0, 0);
    terminal_pen_reset(terminal);
    save_cursor(terminal);
}

static void escape_sequence(struct terminal *terminal, uint8_t final) {
    switch (final) {
    case '7': /* DECSC */
        save_cursor(terminal);
        break;
    case '8': /* DECRC */
        restore_cursor(terminal);
        break;
    case 'D': /* IND */
        index_down(terminal);
        break;
    case 'E': /* NEL */
        new_line(terminal);
        break;
    case 'M': /* RI */
        index_up(terminal);
        break;
    case 'c': /* RIS */
        reset(terminal);
        erase_rows(terminal, 0, terminal->rows);
        break;
    default:
        break;
    }
}

static void put(struct terminal *terminal, uint8_t byte) {
    const struct control_parser *parser = &terminal->parser;
    const enum control_action action = control_parser_feed(&terminal->parser, byte);

    if (parser->malformed) {
        print(terminal, CONTROL_REPLACEMENT);
    }
    switch (action) {
    case CONTROL_PRINT:
        print(terminal, parser->character);
        break;
    case CONTROL_EXECUTE:
        execute(terminal, parser->final);
        break;
    case CONTROL_ESCAPE:
        if (parser->intermediate == 0) { /* with one: the choice of a character set */
            escape_sequence(terminal, parser->final);
        }
        break;
    case CONTROL_CSI:
        if (parser->marker == '?' && parser->intermediate == 0 &&
            (parser->final == 'h' || parser->final == 'l')) {
            set_modes(terminal, parser, parser->final == 'h');
        } else if (parser->marker == 0 && parser->intermediate == 0) {
            control_sequence(terminal, parser);
        }
        break;
    case CONTROL_NONE:
        break;
    }
}

void terminal_write(struct terminal *terminal, const char *bytes, size_t size) {
    for (size_t i = 0; i < size && !terminal->full; i++) {
        put(terminal, (uint8_t)bytes[i]);
    }
}

/* ---- the whole grid ---- */

void terminal_init(struct terminal *terminal, struct terminal_cell *cells, unsigned columns,
                   unsigned rows) {
    memset(terminal, 0, sizeof *terminal);
    terminal->cells = cells;
    terminal->columns = columns;
    terminal->rows = rows;
    for (unsigned row = 0; row < rows; row++) {
        terminal->line[row] = (uint16_t)row;
    }
    control_parser_init(&terminal->parser);
    reset(terminal);
    erase_rows(terminal, 0, rows);
}
