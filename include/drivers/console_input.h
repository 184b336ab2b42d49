/*
 * console_input.h - what has been typed on the serial line and not yet read.
 */
#ifndef DRIVERS_CONSOLE_INPUT_H
#define DRIVERS_CONSOLE_INPUT_H

#include <stdbool.h>

enum { CONSOLE_INPUT_SIZE = 4096 }; /* a power of two */

/* Moves received bytes from the UART to the queue, until there are none or the queue is full: then
 * they wait in the device and in whatever feeds it. Ctrl-C is not queued but becomes a request for
 * a break. ISR-safe; interrupts must be disabled. */
void console_input_receive(void);

/* Takes the oldest byte (0..255), or -1 when there is none. Interrupts must be disabled. */
int console_input_take(void);

bool console_input_is_empty(void);

#endif
