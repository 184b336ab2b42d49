/*
 * line_editor.h - the line editor of the prompt: input bytes in, terminal bytes and a line out.
 *
 * The editor is a state machine without callbacks, allocation or knowledge of the machine: the
 * caller feeds it one input byte at a time and writes out what it finds in `out` afterwards. On
 * the terminal it uses only printable characters, BEL, BS, ESC[K, ESC[nC and ESC[nD, so a serial
 * terminal and a simple framebuffer console both show it correctly.
 *
 * None of these functions is ISR-safe; one editor belongs to one VM.
 */
#ifndef LINE_EDITOR_H
#define LINE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "forth/line_history.h"

#define LINE_EDITOR_LINE_MAX 1024u /* bytes in a line */
#define LINE_EDITOR_COLUMNS  78u   /* columns in use until line_editor_set_columns */

/* Most output of one feed: the whole line, two cursor moves, one erase, one blank or BEL. */
#define LINE_EDITOR_OUT_MAX (LINE_EDITOR_LINE_MAX + 64u)

enum line_editor_result {
    LINE_EDITOR_MORE,  /* the line goes on */
    LINE_EDITOR_DONE,  /* Enter: line and size hold the line, without its end */
    LINE_EDITOR_BREAK, /* Ctrl-C: the line is abandoned */
    LINE_EDITOR_END,   /* Ctrl-D on an empty line: the user has nothing more to say */
};

/* Where the editor is within an escape sequence of the keyboard. */
enum line_editor_escape {
    LINE_EDITOR_TEXT,     /* not in a sequence */
    LINE_EDITOR_ESCAPE,   /* after ESC */
    LINE_EDITOR_CSI,      /* after ESC [ */
    LINE_EDITOR_SS3,      /* after ESC O */
    LINE_EDITOR_FUNCTION, /* after ESC [ [, as the Linux console begins F1 to F5 */
    LINE_EDITOR_STRING,   /* in a string that a terminal sends in answer to a question */
};

struct line_editor {
    /* For the caller to read. */
    char line[LINE_EDITOR_LINE_MAX];
    size_t size;    /* bytes in line */
    size_t cursor;  /* byte offset of the cursor, 0..size, never inside a character */
    bool truncated; /* bytes of this line were refused because it was full */
    char out[LINE_EDITOR_OUT_MAX];
    size_t out_size; /* bytes in out; each feed begins with none */

    /* The editor's own. */
    size_t capacity;     /* most bytes that the present line may have */
    bool terminal;       /* edit and echo; otherwise take bytes as they are */
    bool after_cr;       /* a LF now belongs to the CR before it */
    size_t columns;      /* width of the part of a line that is shown, 0 for no limit */
    size_t view;         /* byte offset of the first character shown */
    size_t shown;        /* columns shown on the terminal */
    size_t shown_cursor; /* column of the terminal's cursor */

    enum line_editor_escape escape;
    unsigned parameter[2]; /* numbers in a CSI sequence */
    unsigned parameter_index;
    char pending[4]; /* UTF-8 character still incomplete */
    unsigned pending_size;
    unsigned pending_need;

    struct line_history history;
    unsigned recall;                  /* 0: the line being typed; n: n-th line back */
    char typed[LINE_EDITOR_LINE_MAX]; /* the line being typed, kept during a recall */
    size_t typed_size;
};

/* Makes an editor in terminal mode, with an empty history. Call line_editor_start before feeding.
 */
void line_editor_init(struct line_editor *editor);

/* Chooses between editing with echo (true) and taking a file's or pipe's bytes unchanged up to each
 * newline, CR dropped, no echo, no history (false). Between lines only. */
void line_editor_set_terminal(struct line_editor *editor, bool terminal);

/* Says how many columns a line may take on the screen, counted from where it begins. A longer line
 * is shown in part and scrolls sideways. 0: no limit, for terminals that wrap without end. */
void line_editor_set_columns(struct line_editor *editor, size_t columns);

/* Begins an empty line of at most `capacity` bytes (LINE_EDITOR_LINE_MAX if larger) where the
 * terminal's cursor now stands. Writes nothing. */
void line_editor_start(struct line_editor *editor, size_t capacity);

/* Takes one input byte. Write out[0..out_size) to the terminal afterwards, whatever the result is.
 * After any result but LINE_EDITOR_MORE, line_editor_start must come before the next byte. The
 * echo of Enter is one blank, which is where the output of the line begins. */
enum line_editor_result line_editor_feed(struct line_editor *editor, uint8_t byte);

/* The terminal has shown something else and its cursor stands at the left margin now: write out[0..out_size) to
 * show the line again. */
void line_editor_redraw(struct line_editor *editor);

#endif
