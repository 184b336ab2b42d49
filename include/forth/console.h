/*
 * console.h - typing text and numbers from C words.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void console_char(char c);
void console_text(const char *text); /* zero-terminated */
void console_bytes(const char *bytes, size_t size);

/* console_bytes as a format_sink (shared/format.h). */
void console_sink(void *context, const char *text, size_t size);

/* Where the output of a VM goes. Only one VM has the console; the lines of the others appear whole, each on a
 * line of its own, above what the user is just typing. */
#define CONSOLE_LINE_MAX 256u /* a longer line of a VM without the console is cut into pieces */

struct line_editor;

struct console_stream {
    struct line_editor *editor; /* of this VM; NULL before its first line */
    bool editing;               /* a line is being typed */
    uint32_t size;              /* bytes of a line that is not complete, only without the console */
    char line[CONSOLE_LINE_MAX];
};

/* Everything below writes to `stream` from now on; NULL: straight to the console. */
extern struct console_stream *console_selected;

static inline void console_select(struct console_stream *stream) {
    console_selected = stream;
}

/* Gives the console to a stream; what it has held back appears. */
void console_own(struct console_stream *stream);

/* For a VM that ends: what is left of its last line appears, and its editor is freed. */
void console_close(struct console_stream *stream);

struct vm;

/* Types [addr, addr + size) of the VM's window, piece by piece, when the C word that calls this has returned; its
 * result is that of the word (vm_again). */
int console_type(struct vm *vm, uint64_t addr, uint64_t size);

/* Digits in `base` (2..36, lower case), without a space. */
void console_unsigned(uint64_t value, unsigned base);
void console_signed(int64_t value);

/* Goes to the beginning of a line unless the last character typed was a newline. */
void console_fresh_line(void);

#endif
