/*
 * uart.h - COM1, a 16550 at 115200 baud 8N1, driven by polling.
 */
#ifndef DRIVERS_UART_H
#define DRIVERS_UART_H

#include <stdbool.h>
#include <stddef.h>

#define UART_NONE (-1) /* no byte has arrived */

/* Programs COM1. A machine without one is fine: output is then dropped and nothing arrives. */
void uart_init(void);

/* True when uart_init found a device. */
bool uart_is_present(void);

/* Sends bytes; '\n' goes out as CR LF. Waits for the device, but never for good: a byte that it
 * does not take within about a second is dropped. Usable in a panic. */
void uart_write(const char *bytes, size_t size);

/* Takes one received byte (0..255), or UART_NONE. Not to be interrupted by another caller:
 * interrupts must be disabled. */
int uart_receive(void);

/* Waits, with the same bound, until the last byte has left the device. */
void uart_flush(void);

#endif
