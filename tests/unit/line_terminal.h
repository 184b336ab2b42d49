/*
 * line_terminal.h - a line editor and a model of the simple terminal that it writes to.
 *
 * Everything that the editor writes goes to the model, which knows only what the editor promises to
 * use. After each byte the terminal must show the line and the cursor exactly.
 */
#ifndef LINE_TERMINAL_H
#define LINE_TERMINAL_H

#include "forth/line_editor.h"
#include "unit.h"

#include <string.h>

#define UP       "\033[A"
#define DOWN     "\033[B"
#define RIGHT    "\033[C"
#define LEFT     "\033[D"
#define SCREEN   2048
#define NO_LIMIT 0

/* One row of a terminal without right edge. Each cell holds one UTF-8 character. */
struct terminal {
    char cell[SCREEN][5];
    size_t cursor;
    size_t used; /* cells from here on have been blank since the line began */
    unsigned bells;
};

static struct line_editor editor;
static struct terminal terminal;

static inline void terminal_clear_from(size_t column) {
    for (size_t i = column; i < terminal.used; i++)
        strcpy(terminal.cell[i], " ");
}

/* Carries out one ESC [ number letter; returns the bytes after ESC that it took. */
static inline size_t terminal_control(const char *bytes, size_t size) {
    size_t at = 1, number = 0;
    CHECK(size >= 2 && bytes[0] == '[');
    while (at < size && bytes[at] >= '0' && bytes[at] <= '9')
        number = number * 10 + (size_t)(bytes[at++] - '0');
    CHECK(at < size);
    switch (bytes[at]) {
    case 'K':
        CHECK_EQ_U64(at, 1);
        terminal_clear_from(terminal.cursor);
        break;
    case 'C':
        CHECK(number > 0 && terminal.cursor + number < SCREEN);
        terminal.cursor += number;
        break;
    case 'D':
        CHECK(number > 0 && number <= terminal.cursor);
        terminal.cursor -= number;
        break;
    default:
        unit_fail(__FILE__, __LINE__, "control sequence, expected K, C or D, got %c", bytes[at]);
    }
    return at + 1;
}

static inline void terminal_write(const char *bytes, size_t size) {
    for (size_t i = 0; i < size;) {
        unsigned char byte = (unsigned char)bytes[i++];
        if (byte == 033) {
            i += terminal_control(bytes + i, size - i);
        } else if (byte == '\b') {
            CHECK(terminal.cursor > 0);
            terminal.cursor--;
        } else if (byte == '\a') {
            terminal.bells++;
        } else {
            size_t length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
            CHECK(byte >= ' ' && byte != 0x7f && (byte & 0xc0) != 0x80);
            CHECK(terminal.cursor < SCREEN && i - 1 + length <= size);
            memcpy(terminal.cell[terminal.cursor], bytes + i - 1, length);
            terminal.cell[terminal.cursor++][length] = '\0';
            if (terminal.used < terminal.cursor)
                terminal.used = terminal.cursor;
            i += length - 1;
        }
    }
}

static inline size_t count_columns(const char *bytes, size_t size) {
    size_t columns = 0;
    for (size_t i = 0; i < size; i++)
        columns += ((unsigned char)bytes[i] & 0xc0) != 0x80;
    return columns;
}

/* What must be true after each byte while a line is being typed. */
static inline void check_invariants(void) {
    CHECK(editor.size <= editor.capacity && editor.capacity <= LINE_EDITOR_LINE_MAX);
    CHECK(editor.cursor <= editor.size && editor.view <= editor.cursor);
    CHECK(editor.cursor == editor.size || (editor.line[editor.cursor] & 0xc0) != 0x80);
    CHECK(editor.history.count <= LINE_HISTORY_LINES);

    size_t width = editor.columns == NO_LIMIT ? SCREEN : editor.columns;
    size_t at = editor.view, column = 0;
    for (; at < editor.size && column < width; column++) {
        const char *cell = terminal.cell[column];
        size_t length = strlen(cell);
        CHECK(at + length <= editor.size);
        CHECK_MEM(cell, editor.line + at, length);
        at += length;
    }
    for (; column < terminal.used; column++)
        CHECK(terminal.cell[column][0] == ' ');
    CHECK_EQ_U64(terminal.cursor,
                 count_columns(editor.line + editor.view, editor.cursor - editor.view));
    CHECK(terminal.cursor <= width);
}

static inline void begin_line(size_t capacity) {
    terminal.used = SCREEN;
    terminal_clear_from(0);
    terminal.used = 0;
    terminal.cursor = 0;
    terminal.bells = 0;
    line_editor_start(&editor, capacity);
}

static inline void begin_editor(size_t columns) {
    line_editor_init(&editor);
    line_editor_set_columns(&editor, columns);
    begin_line(LINE_EDITOR_LINE_MAX);
}

static inline enum line_editor_result feed(unsigned char byte) {
    enum line_editor_result result = line_editor_feed(&editor, byte);
    CHECK(editor.out_size <= LINE_EDITOR_OUT_MAX);
    terminal_write(editor.out, editor.out_size);
    if (result == LINE_EDITOR_MORE)
        check_invariants();
    return result;
}

/* Feeds keys that do not end the line. */
static inline void type(const char *keys) {
    for (; *keys != '\0'; keys++)
        CHECK_EQ_U64(feed((unsigned char)*keys), LINE_EDITOR_MORE);
}

static inline const char *line(void) {
    static char text[LINE_EDITOR_LINE_MAX + 1];
    memcpy(text, editor.line, editor.size);
    text[editor.size] = '\0';
    return text;
}

static inline void enter(const char *keys) {
    type(keys);
    CHECK_EQ_U64(feed('\r'), LINE_EDITOR_DONE);
}

#endif
