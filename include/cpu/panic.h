/*
 * panic.h - the panic screen.
 */
#ifndef CPU_PANIC_H
#define CPU_PANIC_H

#include <stdbool.h>
#include <stdint.h>

#include "cpu/interrupt_frame.h"

/* The port and value that make QEMU leave with status 2 * 1 + 1 = 3, given the device
 * isa-debug-exit,iobase=0xf4. Used only when the command line has the word test-exit: on a real
 * machine the port may belong to something else. */
enum { DEBUG_EXIT_PORT = 0xf4, DEBUG_EXIT_FAILURE = 1 };

/* True from the first panic on. */
bool panic_in_progress(void);

/* Panics about an exception that nobody handled. `nested`: it came up inside a handler. */
_Noreturn void panic_exception(const struct interrupt_frame *frame, uint64_t cr2, bool nested);

/* Panics with a message; `frame` holds the registers to show. */
_Noreturn void panic_message(const char *message, const struct interrupt_frame *frame);

/* An exception while the panic screen was being written: one line and the end. */
_Noreturn void panic_inside_panic(const struct interrupt_frame *frame);

#endif
