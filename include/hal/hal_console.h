/*
 * hal_console.h - the console: bytes out to whatever a person looks at, bytes in from it.
 *
 * On the bare machine this is COM1 and the framebuffer; on Linux, standard output and input.
 */
#ifndef HAL_CONSOLE_H
#define HAL_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#define HAL_CONSOLE_EOF  (-1) /* input has ended and will not come back */
#define HAL_CONSOLE_NONE (-2) /* no byte is waiting now */

/* Prepares the console. Called once, before any other function here except hal_panic. */
void hal_console_init(void);

/* Writes `size` bytes as they are; a newline ('\n') becomes CR LF where the device needs it. May block
 * until the device takes them. Not ISR-safe: from an interrupt handler it is a kernel bug and panics. */
void hal_console_write(const char *bytes, size_t size);

/* Writes one byte; the same rules. */
void hal_console_putc(char c);

/* Makes sure that everything written is on its way to the device. */
void hal_console_flush(void);

/* Takes one input byte (0..255) without waiting: HAL_CONSOLE_NONE when none is there,
 * HAL_CONSOLE_EOF when input has ended. Ctrl-C never arrives here from a terminal or a serial line:
 * it becomes a HAL_FAULT_BREAK (hal_fault.h). */
int hal_console_poll(void);

/* True when a byte (or the end of input) can be taken without waiting. */
bool hal_console_has_input(void);

/* Waits, using no processor time, until hal_console_has_input() may have become true or any
 * interrupt (a timer tick, a break) has come. Spurious returns are allowed; the caller loops. May be called with
 * interrupts disabled, as hal_cpu_halt may: they are enabled while it waits, so that none is slept over. */
void hal_console_wait(void);

/* The size of the text area that a person looks at: of the screen, or of the terminal on Linux. 80 columns and 24
 * rows where that is not known, as at the other end of a serial line. */
void hal_console_size(unsigned *columns, unsigned *rows);

/* Says whether what is written from now on reports an error, so that it can stand out on the screen. The bytes
 * that go to a serial line, a file or a pipe are the same. */
void hal_console_mark_error(bool on);

/* True when a person is typing: input is echoed and edited. False for a file or a pipe. */
bool hal_console_is_terminal(void);

#endif
