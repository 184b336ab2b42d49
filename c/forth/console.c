/*
 * console.c - typing text and numbers, and the console words.
 */
#include "forth/console.h"

#include <stdbool.h>

#include "forth/line_editor.h"
#include "forth/throw.h"
#include "forth/vm.h"
#include "hal/hal_console.h"
#include "hal/hal_memory.h"
#include "primitives.h"

static bool at_line_start = true; /* the console's cursor */
static struct console_stream *owner;
struct console_stream *console_selected;

static void write_out(const char *bytes, size_t size) {
    if (size > 0) {
        hal_console_write(bytes, size);
        at_line_start = bytes[size - 1] == '\n';
    }
}

static bool has_console(void) {
    return console_selected == NULL || console_selected == owner;
}

/* Shows a line of a VM that has not the console, and brings the line that is being typed back under it. */
static void show_foreign(const char *line, size_t size) {
    static const char clear[] = "\r\033[K";
    const bool editing = owner != NULL && owner->editing && hal_console_is_terminal();
    if (editing && owner->editor->size > 0) {
        write_out(clear, sizeof clear - 1);
    } else if (!at_line_start) {
        write_out("\n", 1);
    }
    write_out(line, size);
    write_out("\n", 1);
    if (editing) {
        line_editor_redraw(owner->editor);
        write_out(owner->editor->out, owner->editor->out_size);
    }
}

/* Adds a character to the line of a VM that has not the console. What would steer the terminal is shown as a dot:
 * such a VM must not be able to clear the screen, or to have a terminal type its answer to a query. The second
 * half of the control characters is C2 80 to C2 9F in UTF-8. */
static void add_foreign(struct console_stream *stream, unsigned char c) {
    if (stream->size > 0 && (unsigned char)stream->line[stream->size - 1] == 0xc2 && c < 0xa0) {
        stream->line[stream->size - 1] = '.';
        if (c >= 0x80) {
            return;
        }
    }
    stream->line[stream->size++] = c == '\t' ? ' ' : c < ' ' || c == 0x7f ? '.' : (char)c;
}

/* Takes output of a VM that has not the console, line by line. */
static void hold_back(struct console_stream *stream, const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        const bool ends = bytes[i] == '\n';
        if (!ends) {
            add_foreign(stream, (unsigned char)bytes[i]);
        }
        if (ends || stream->size == CONSOLE_LINE_MAX) {
            show_foreign(stream->line, stream->size);
            stream->size = 0;
        }
    }
}

void console_own(struct console_stream *stream) {
    if (owner != NULL && owner != stream && !at_line_start) {
        write_out("\n", 1); /* what the other has begun to write stands for itself */
    }
    owner = stream;
    if (stream->size > 0) {
        write_out(stream->line, stream->size);
        stream->size = 0;
    }
    if (stream->editing && hal_console_is_terminal()) {
        line_editor_redraw(stream->editor);
        write_out(stream->editor->out, stream->editor->out_size);
    }
}

void console_close(struct console_stream *stream) {
    if (stream->size > 0) {
        show_foreign(stream->line, stream->size);
    }
    if (owner == stream) {
        owner = NULL;
    }
    if (console_selected == stream) {
        console_selected = NULL;
    }
    hal_mem_free(stream->editor);
    stream->editor = NULL;
}

void console_bytes(const char *bytes, size_t size) {
    if (has_console()) {
        write_out(bytes, size);
    } else {
        hold_back(console_selected, bytes, size);
    }
}

void console_sink(void *context, const char *text, size_t size) {
    (void)context;
    console_bytes(text, size);
}

void console_char(char c) {
    console_bytes(&c, 1);
}

void console_text(const char *text) {
    size_t size = 0;
    while (text[size] != '\0') {
        size++;
    }
    console_bytes(text, size);
}

void console_unsigned(uint64_t value, unsigned base) {
    char digits[64];
    size_t i = sizeof digits;
    do {
        unsigned digit = (unsigned)(value % base);
        digits[--i] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
        value /= base;
    } while (value != 0);
    console_bytes(digits + i, sizeof digits - i);
}

void console_signed(int64_t value) {
    if (value < 0) {
        console_char('-');
        console_unsigned(-(uint64_t)value, 10);
    } else {
        console_unsigned((uint64_t)value, 10);
    }
}

void console_fresh_line(void) {
    if (has_console() ? !at_line_start : console_selected->size > 0) {
        console_char('\n');
    }
}

int word_emit(struct vm *vm) {
    console_char((char)vm_pop(vm));
    return 0;
}

#define TYPE_PIECE UINT64_C(128) /* a slow serial line takes ten milliseconds for it */

int console_type(struct vm *vm, uint64_t addr, uint64_t size) {
    vm_push(vm, addr);
    vm_push(vm, size);
    return vm_again(vm, engine_again_type_thread);
}

int word_type(struct vm *vm) {
    uint64_t size = vm_pop(vm), addr = vm_pop(vm);
    if (!vm_has(vm, addr, size)) {
        return THROW_BAD_ADDRESS;
    }
    const uint64_t piece = size < TYPE_PIECE ? size : TYPE_PIECE;
    const char *text = vm_pointer(vm, addr, piece);
    if (text == NULL) {
        return THROW_NO_MEMORY;
    }
    console_bytes(text, piece);
    return piece == size ? 0 : console_type(vm, addr + piece, size - piece);
}

int word_key_question(struct vm *vm) {
    vm_push(vm, has_console() && hal_console_has_input() ? (uint64_t)-1 : 0);
    return 0;
}

int word_paren_key(struct vm *vm) {
    vm_push(vm, (uint64_t)(int64_t)(has_console() ? hal_console_poll() : HAL_CONSOLE_NONE));
    return 0;
}

int word_form(struct vm *vm) {
    unsigned columns, rows;
    hal_console_size(&columns, &rows);
    vm_push(vm, rows);
    vm_push(vm, columns);
    return 0;
}

int word_interactive(struct vm *vm) {
    vm_push(vm, hal_console_is_terminal() ? (uint64_t)-1 : 0);
    return 0;
}

/* What a line may take without wrapping: one column stays free for the cursor, and one for Enter's blank. */
static size_t editor_columns(void) {
    unsigned columns, rows;
    hal_console_size(&columns, &rows);
    return columns >= LINE_EDITOR_COLUMNS + 2 ? LINE_EDITOR_COLUMNS : columns > 3 ? columns - 2 : 1;
}

int word_edit_begin(struct vm *vm) {
    struct console_stream *stream = &vm->console;
    if (stream->editor == NULL) {
        stream->editor = hal_mem_alloc(sizeof *stream->editor);
        if (stream->editor == NULL) {
            return THROW_NO_MEMORY;
        }
        line_editor_init(stream->editor);
    }
    line_editor_set_terminal(stream->editor, hal_console_is_terminal());
    line_editor_set_columns(stream->editor, editor_columns());
    line_editor_start(stream->editor, vm_pop(vm));
    stream->editing = true;
    vm->word_size = 0; /* a Ctrl-C while typing is the fault of no word */
    return 0;
}

/* ( flag -- ) The outer interpreter begins, or has ended, to wait for a line. A program that reads lines
 * of its own cannot say so, for only the outer interpreter runs with an empty control stack: Ctrl-C ends
 * such a program even when it catches the first two. */
int word_at_prompt(struct vm *vm) {
    vm->at_prompt = vm_pop(vm) != 0 && vm->cs == vm->control_base;
    if (vm->at_prompt) {
        vm->breaks = 0;
    }
    return 0;
}

/* ( n -- flag ) A byte, or the end of input, which ends a line that has begun. -39 when it ends an
 * empty one, -28 on Ctrl-C. */
int word_edit_key(struct vm *vm) {
    int64_t byte = (int64_t)vm_pop(vm);
    struct console_stream *stream = &vm->console;
    if (!stream->editing) {
        return THROW_UNSUPPORTED;
    }
    if (byte == HAL_CONSOLE_EOF) {
        stream->editing = false;
        vm_push(vm, (uint64_t)-1);
        return stream->editor->size > 0 ? 0 : THROW_END_OF_FILE;
    }
    enum line_editor_result result = line_editor_feed(stream->editor, (uint8_t)byte);
    console_bytes(stream->editor->out, stream->editor->out_size);
    stream->editing = result == LINE_EDITOR_MORE;
    switch (result) {
    case LINE_EDITOR_MORE:
        vm_push(vm, 0);
        return 0;
    case LINE_EDITOR_DONE:
        vm_push(vm, (uint64_t)-1);
        return 0;
    case LINE_EDITOR_BREAK:
        return THROW_USER_INTERRUPT;
    case LINE_EDITOR_END:
        return THROW_END_OF_FILE;
    }
    return 0;
}

/* ( addr -- u ) A line that had to be cut is refused: its first part may mean something else. */
int word_edit_line(struct vm *vm) {
    const struct line_editor *editor = vm->console.editor;
    if (editor == NULL) {
        return THROW_UNSUPPORTED;
    }
    if (editor->truncated) {
        return THROW_LINE_TOO_LONG;
    }
    char *to = vm_pointer(vm, vm_pop(vm), editor->size);
    if (to == NULL) {
        return THROW_BAD_ADDRESS;
    }
    for (size_t i = 0; i < editor->size; i++) {
        to[i] = editor->line[i];
    }
    vm_push(vm, editor->size);
    return 0;
}
