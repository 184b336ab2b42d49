/*
 * line_editor.c - the line editor of the prompt: what each key does (see line_editor.h).
 *
 * Decodes the byte stream of a keyboard (control characters, escape sequences, UTF-8) into
 * operations on the text (line_text.h) and the history (line_history.h).
 */
#include "forth/line_editor.h"
#include "forth/line_text.h"

#define CONTROL(letter) ((letter) - '@')
#define KEY_ESCAPE      0x1b
#define KEY_RUBOUT      0x7f

#define PARAMETER_MAX 9999u /* numbers in key sequences are small; larger ones are all alike */

static bool is_continuation(uint8_t byte) {
    return (byte & 0xc0) == 0x80;
}

/* Shows the line `back` lines back in place of the present one; 0 is the line being typed. */
static void recall(struct line_editor *editor, unsigned back) {
    const char *line = editor->typed;
    size_t size = editor->typed_size;
    if (editor->recall == 0) {
        for (size_t i = 0; i < editor->size; i++)
            editor->typed[i] = editor->line[i];
        editor->typed_size = editor->size;
    }
    if (back > 0)
        line = line_history_get(&editor->history, back, &size);
    editor->recall = back;
    line_text_replace(editor, line, size);
}

static void recall_older(struct line_editor *editor) {
    if (editor->recall < editor->history.count)
        recall(editor, editor->recall + 1);
}

static void recall_newer(struct line_editor *editor) {
    if (editor->recall > 0)
        recall(editor, editor->recall - 1);
}

/* ---- keys ---- */

static enum line_editor_result feed_control(struct line_editor *editor, uint8_t byte) {
    size_t cursor = editor->cursor;
    switch (byte) {
    case '\r':
    case '\n':
        line_text_move(editor, editor->size);
        line_text_emit(editor, ' ');
        line_history_add(&editor->history, editor->line, editor->size);
        return LINE_EDITOR_DONE;
    case CONTROL('C'):
        line_text_move(editor, editor->size);
        return LINE_EDITOR_BREAK;
    case CONTROL('D'):
        if (editor->size == 0)
            return LINE_EDITOR_END;
        line_text_erase(editor, cursor, line_text_next(editor, cursor));
        break;
    case '\b':
    case KEY_RUBOUT:
        line_text_erase(editor, line_text_previous(editor, cursor), cursor);
        break;
    case '\t':
        line_text_insert(editor, " ", 1);
        break;
    case CONTROL('A'):
        line_text_move(editor, 0);
        break;
    case CONTROL('E'):
        line_text_move(editor, editor->size);
        break;
    case CONTROL('B'):
        line_text_move(editor, line_text_previous(editor, cursor));
        break;
    case CONTROL('F'):
        line_text_move(editor, line_text_next(editor, cursor));
        break;
    case CONTROL('K'):
        line_text_erase(editor, cursor, editor->size);
        break;
    case CONTROL('U'):
        line_text_erase(editor, 0, cursor);
        break;
    case CONTROL('W'):
        line_text_erase(editor, line_text_word_left(editor), cursor);
        break;
    case CONTROL('L'):
        line_text_show(editor, editor->view);
        break;
    case CONTROL('P'):
        recall_older(editor);
        break;
    case CONTROL('N'):
        recall_newer(editor);
        break;
    case KEY_ESCAPE:
        editor->escape = LINE_EDITOR_ESCAPE;
        break;
    default:
        break;
    }
    return LINE_EDITOR_MORE;
}

/* Acts on the last byte of a cursor key, ESC [ or ESC O before it. */
static void feed_cursor_key(struct line_editor *editor, uint8_t final, bool by_word) {
    switch (final) {
    case 'A':
        recall_older(editor);
        break;
    case 'B':
        recall_newer(editor);
        break;
    case 'C':
        line_text_move(editor, by_word ? line_text_word_right(editor)
                                       : line_text_next(editor, editor->cursor));
        break;
    case 'D':
        line_text_move(editor, by_word ? line_text_word_left(editor)
                                       : line_text_previous(editor, editor->cursor));
        break;
    case 'H':
        line_text_move(editor, 0);
        break;
    case 'F':
        line_text_move(editor, editor->size);
        break;
    default:
        break;
    }
}

/* Acts on a key of the form ESC [ number ~. */
static void feed_numbered_key(struct line_editor *editor) {
    switch (editor->parameter[0]) {
    case 1:
    case 7:
        line_text_move(editor, 0);
        break;
    case 4:
    case 8:
        line_text_move(editor, editor->size);
        break;
    case 3:
        line_text_erase(editor, editor->cursor, line_text_next(editor, editor->cursor));
        break;
    default:
        break;
    }
}

static void feed_csi(struct line_editor *editor, uint8_t byte) {
    unsigned *number = &editor->parameter[editor->parameter_index];
    if (byte >= '0' && byte <= '9') {
        *number = *number * 10 + (byte - '0');
        if (*number > PARAMETER_MAX)
            *number = PARAMETER_MAX;
    } else if (byte == ';') {
        editor->parameter_index = 1;
        editor->parameter[1] = 0;
    } else if (byte == '[' && editor->parameter_index == 0 && editor->parameter[0] == 0) {
        editor->escape = LINE_EDITOR_FUNCTION;
    } else if (byte >= '@') {
        /* The second number is 1 plus the modifiers held: 2 for Alt, 4 for Ctrl. */
        bool by_word = editor->parameter[1] >= 3;
        editor->escape = LINE_EDITOR_TEXT;
        if (byte == '~')
            feed_numbered_key(editor);
        else
            feed_cursor_key(editor, byte, by_word);
    }
}

static void feed_after_escape(struct line_editor *editor, uint8_t byte) {
    editor->escape = LINE_EDITOR_TEXT;
    switch (byte) {
    case '[':
        editor->escape = LINE_EDITOR_CSI;
        editor->parameter[0] = 0;
        editor->parameter[1] = 0;
        editor->parameter_index = 0;
        break;
    case 'O':
        editor->escape = LINE_EDITOR_SS3;
        break;
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_':
        editor->escape = LINE_EDITOR_STRING;
        break;
    case 'b':
        line_text_move(editor, line_text_word_left(editor));
        break;
    case 'f':
        line_text_move(editor, line_text_word_right(editor));
        break;
    default:
        break;
    }
}

/* Takes a printable byte that is part of an escape sequence. */
static void feed_escape(struct line_editor *editor, uint8_t byte) {
    switch (editor->escape) {
    case LINE_EDITOR_ESCAPE:
        feed_after_escape(editor, byte);
        break;
    case LINE_EDITOR_CSI:
        feed_csi(editor, byte);
        break;
    case LINE_EDITOR_SS3:
        editor->escape = LINE_EDITOR_TEXT;
        feed_cursor_key(editor, byte, false);
        break;
    case LINE_EDITOR_FUNCTION:
        editor->escape = LINE_EDITOR_TEXT;
        break;
    case LINE_EDITOR_STRING:
    case LINE_EDITOR_TEXT:
        break;
    }
}

/* True for the second byte of a sequence that is overlong, a surrogate, beyond U+10FFFF, or one of
 * the C1 controls, which some terminals obey. */
static bool is_forbidden_pair(uint8_t first, uint8_t second) {
    return (first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0) ||
           (first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90) ||
           (first == 0xc2 && second < 0xa0);
}

/* Collects the bytes of one character beyond ASCII; whatever is malformed is dropped. */
static void feed_utf8(struct line_editor *editor, uint8_t byte) {
    if (!is_continuation(byte)) {
        editor->pending_size = 0;
        editor->pending_need = byte < 0xc2   ? 0
                               : byte < 0xe0 ? 2
                               : byte < 0xf0 ? 3
                               : byte < 0xf5 ? 4
                                             : 0;
    } else if (editor->pending_size == 1 && is_forbidden_pair((uint8_t)editor->pending[0], byte)) {
        editor->pending_need = 0;
    }
    if (editor->pending_need == 0)
        return;
    editor->pending[editor->pending_size++] = (char)byte;
    if (editor->pending_size == editor->pending_need) {
        editor->pending_need = 0;
        line_text_insert(editor, editor->pending, editor->pending_size);
    }
}

/* Takes a byte of a file or pipe: everything but line ends is content. */
static enum line_editor_result feed_plain(struct line_editor *editor, uint8_t byte) {
    if (byte == '\n')
        return LINE_EDITOR_DONE;
    if (byte == '\r')
        return LINE_EDITOR_MORE;
    if (editor->size == editor->capacity) {
        editor->truncated = true;
        return LINE_EDITOR_MORE;
    }
    editor->line[editor->size++] = (char)byte;
    editor->cursor = editor->size;
    return LINE_EDITOR_MORE;
}

enum line_editor_result line_editor_feed(struct line_editor *editor, uint8_t byte) {
    bool second_half = byte == '\n' && editor->after_cr;
    editor->out_size = 0;
    if (!editor->terminal)
        return feed_plain(editor, byte);
    editor->after_cr = byte == '\r';
    if (second_half)
        return LINE_EDITOR_MORE;
    if (byte >= 0x80) {
        editor->escape = LINE_EDITOR_TEXT;
        feed_utf8(editor, byte);
        return LINE_EDITOR_MORE;
    }
    editor->pending_need = 0;
    /* A control character ends a sequence that was never finished, so that Enter and Ctrl-C work
     * even after the Escape key alone. */
    if (byte < ' ' || byte == KEY_RUBOUT) {
        editor->escape = LINE_EDITOR_TEXT;
        return feed_control(editor, byte);
    }
    if (editor->escape != LINE_EDITOR_TEXT) {
        feed_escape(editor, byte);
    } else {
        char character = (char)byte;
        line_text_insert(editor, &character, 1);
    }
    return LINE_EDITOR_MORE;
}

void line_editor_start(struct line_editor *editor, size_t capacity) {
    line_text_clear(editor, capacity);
    editor->escape = LINE_EDITOR_TEXT;
    editor->pending_need = 0;
    editor->recall = 0;
    editor->typed_size = 0;
}

void line_editor_set_terminal(struct line_editor *editor, bool terminal) {
    editor->terminal = terminal;
}

void line_editor_set_columns(struct line_editor *editor, size_t columns) {
    editor->columns = columns;
}

void line_editor_init(struct line_editor *editor) {
    editor->terminal = true;
    editor->after_cr = false;
    editor->columns = LINE_EDITOR_COLUMNS;
    editor->history.count = 0;
    line_editor_start(editor, LINE_EDITOR_LINE_MAX);
}

void line_editor_redraw(struct line_editor *editor) {
    editor->out_size = 0;
    editor->shown = 0;
    editor->shown_cursor = 0;
    line_text_show(editor, editor->view);
}
