/*
 * console_input.h - what is typed on the serial line and the PS/2 keyboard.
 *
 * Bytes are queued (console_queue.h) until they are read. When the queue of the serial line is nearly full
 * the other end is told to stop (RTS), and when it is full bytes wait in the device, so that nothing is lost
 * where anything can hold it. Ctrl-C, Ctrl-Break and Ctrl-Alt-Delete are not queued: they drop what was typed
 * before and become a request for a break; Ctrl-\ and a break condition on the line one for attention.
 */
#ifndef DRIVERS_CONSOLE_INPUT_H
#define DRIVERS_CONSOLE_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/format.h"

/* Finds the keyboard and has the devices received by interrupt, after trying out that their interrupts
 * arrive. Before this, and for devices whose interrupts do not arrive, input is polled. Interrupts must be
 * enabled and the tick must run. Not ISR-safe. */
void console_input_start(void);

/* One phrase for the boot log: what COM1 is and how it is received. */
const char *console_input_serial_description(void);

/* True when console_input_receive must be called about every millisecond. May become true later, when a
 * device fails. ISR-safe. */
bool console_input_needs_poll(void);

/* Moves what the polled devices have received to the queue. ISR-safe; interrupts must be disabled. */
void console_input_receive(void);

/* Takes the oldest byte (0..255), or -1 when there is none. Interrupts must be disabled. */
int console_input_take(void);

/* Interrupts must be disabled. */
bool console_input_is_empty(void);

/* What has happened to the serial line's bytes since boot. */
struct console_input_counts {
    uint64_t interrupts;
    uint64_t
        stops; /* times that the other end was told to stop, because the queue was nearly full */
    uint64_t holds;    /* times that bytes were left in the device, because it was full */
    uint64_t given_up; /* bytes dropped then, because the device lost bytes anyway */
    bool polled;
};
struct console_input_counts console_input_get_counts(void);

/* Writes the table of .CONSOLE. In console_report.c. Not ISR-safe. */
void console_report(format_sink sink, void *context);

/* The same as Ctrl-C, for whatever else wants the user to be heard. ISR-safe. */
void console_input_break(void);

#endif
