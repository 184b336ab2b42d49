/*
 * line_text.c - the line being edited and its picture on the terminal (see line_text.h).
 *
 * Every operation changes the text and then calls one function, line_text_show, which works out
 * what the terminal needs. A character is one UTF-8 sequence and is taken to be one column wide;
 * the text holds only whole characters, so counting the bytes that are not continuation bytes
 * counts columns.
 */
#include "forth/line_text.h"

#define BELL   '\a'
#define ESCAPE '\x1b'

/* Copies upwards or downwards as overlapping needs; there is no C library below this file. */
static void move_bytes(char *to, const char *from, size_t size) {
    if (to < from) {
        for (size_t i = 0; i < size; i++)
            to[i] = from[i];
    } else {
        for (size_t i = size; i > 0; i--)
            to[i - 1] = from[i - 1];
    }
}

static bool is_continuation(char byte) {
    return ((uint8_t)byte & 0xc0) == 0x80;
}

/* ---- output ---- */

void line_text_emit(struct line_editor *editor, char byte) {
    if (editor->out_size < LINE_EDITOR_OUT_MAX)
        editor->out[editor->out_size++] = byte;
}

static void emit_control(struct line_editor *editor, size_t number, char final) {
    char digits[20];
    unsigned count = 0;
    line_text_emit(editor, ESCAPE);
    line_text_emit(editor, '[');
    for (; number > 0; number /= 10)
        digits[count++] = (char)('0' + number % 10);
    while (count > 0)
        line_text_emit(editor, digits[--count]);
    line_text_emit(editor, final);
}

/* Moves the terminal's cursor to a column of the line. */
static void emit_column(struct line_editor *editor, size_t column) {
    size_t now = editor->shown_cursor;
    if (column > now) {
        emit_control(editor, column - now, 'C');
    } else if (now - column > 3) {
        emit_control(editor, now - column, 'D');
    } else {
        for (; now > column; now--)
            line_text_emit(editor, '\b');
    }
    editor->shown_cursor = column;
}

/* ---- display ---- */

size_t line_text_next(const struct line_editor *editor, size_t at) {
    if (at < editor->size)
        at++;
    while (at < editor->size && is_continuation(editor->line[at]))
        at++;
    return at;
}

size_t line_text_previous(const struct line_editor *editor, size_t at) {
    while (at > 0) {
        at--;
        if (!is_continuation(editor->line[at]))
            break;
    }
    return at;
}

static size_t columns_between(const struct line_editor *editor, size_t from, size_t to) {
    size_t columns = 0;
    for (size_t i = from; i < to; i++)
        columns += !is_continuation(editor->line[i]);
    return columns;
}

/* Scrolls so that the cursor is within the columns, by half a screen at a time: scrolling by one
 * column would redraw the line for each key. Returns whether the view has moved. */
static bool scroll(struct line_editor *editor) {
    size_t before = editor->view;
    if (editor->columns == 0)
        return false;
    if (editor->cursor < editor->view ||
        columns_between(editor, editor->view, editor->cursor) > editor->columns) {
        editor->view = editor->cursor;
        for (size_t i = 0; i < editor->columns / 2; i++)
            editor->view = line_text_previous(editor, editor->view);
    }
    if (columns_between(editor, 0, editor->size) <= editor->columns)
        editor->view = 0;
    return editor->view != before;
}

void line_text_show(struct line_editor *editor, size_t changed) {
    if (scroll(editor))
        changed = editor->view;
    if (changed != LINE_TEXT_SAME) {
        size_t at = changed < editor->view ? editor->view : changed;
        size_t column = columns_between(editor, editor->view, at);
        size_t limit = editor->columns == 0 ? SIZE_MAX : editor->columns;
        emit_column(editor, column);
        while (at < editor->size && column < limit) {
            size_t next = line_text_next(editor, at);
            while (at < next)
                line_text_emit(editor, editor->line[at++]);
            column++;
        }
        editor->shown_cursor = column;
        if (column < editor->shown)
            emit_control(editor, 0, 'K');
        editor->shown = column;
    }
    emit_column(editor, columns_between(editor, editor->view, editor->cursor));
}

void line_text_clear(struct line_editor *editor, size_t capacity) {
    editor->capacity = capacity < LINE_EDITOR_LINE_MAX ? capacity : LINE_EDITOR_LINE_MAX;
    editor->size = 0;
    editor->cursor = 0;
    editor->truncated = false;
    editor->out_size = 0;
    editor->view = 0;
    editor->shown = 0;
    editor->shown_cursor = 0;
}

/* ---- editing ---- */

void line_text_move(struct line_editor *editor, size_t to) {
    editor->cursor = to;
    line_text_show(editor, LINE_TEXT_SAME);
}

void line_text_erase(struct line_editor *editor, size_t from, size_t to) {
    move_bytes(editor->line + from, editor->line + to, editor->size - to);
    editor->size -= to - from;
    editor->cursor = from;
    line_text_show(editor, from);
}

void line_text_insert(struct line_editor *editor, const char *character, size_t size) {
    size_t at = editor->cursor;
    if (size > editor->capacity - editor->size) {
        if (!editor->truncated)
            line_text_emit(editor, BELL); /* once: a paste may go on for thousands of characters */
        editor->truncated = true;
        return;
    }
    move_bytes(editor->line + at + size, editor->line + at, editor->size - at);
    move_bytes(editor->line + at, character, size);
    editor->size += size;
    editor->cursor = at + size;
    line_text_show(editor, at);
}

size_t line_text_word_left(const struct line_editor *editor) {
    size_t at = editor->cursor;
    while (at > 0 && editor->line[at - 1] == ' ')
        at--;
    while (at > 0 && editor->line[at - 1] != ' ')
        at--;
    return at;
}

size_t line_text_word_right(const struct line_editor *editor) {
    size_t at = editor->cursor;
    while (at < editor->size && editor->line[at] == ' ')
        at++;
    while (at < editor->size && editor->line[at] != ' ')
        at++;
    return at;
}

void line_text_replace(struct line_editor *editor, const char *text, size_t size) {
    if (size > editor->capacity) {
        size = editor->capacity;
        while (size > 0 && is_continuation(text[size]))
            size--;
    }
    move_bytes(editor->line, text, size);
    editor->size = size;
    editor->cursor = size;
    editor->view = 0; /* the old view may lie inside a character of the new line */
    line_text_show(editor, 0);
}
