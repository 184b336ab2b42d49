/*
 * uart.h - COM1, a 16550A or one of its ancestors, at 115200 baud 8N1.
 *
 * Sending polls: it works in every state of the kernel, a panic included, keeps its order by itself, and with
 * the FIFO costs 17 port accesses for 16 bytes, where a queue emptied by interrupts would cost more and still
 * make a writer wait that is faster than the line. Receiving goes by interrupts (console_input.h).
 */
#ifndef DRIVERS_UART_H
#define DRIVERS_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UART_IRQ   4    /* the ISA line of COM1 */
#define UART_NONE  (-1) /* no byte has arrived */
#define UART_BREAK (-2) /* the other end has sent a break condition */

/* What has happened since boot. */
struct uart_counts {
    uint64_t received;
    uint64_t sent;
    uint64_t unsent;         /* bytes that the device did not take within a second */
    uint64_t overruns;       /* times that received bytes were lost in the device */
    uint64_t parity_errors;  /* damaged bytes, which are dropped */
    uint64_t framing_errors; /* the same; most often the baud rates differ */
    uint64_t breaks;
};

/* How much the other end may send. */
enum uart_flow {
    UART_FLOW_ON,   /* whatever it likes */
    UART_FLOW_STOP, /* it is told to stop (RTS off), but what comes all the same is announced */
    UART_FLOW_HOLD, /* bytes stay in the device and in whatever feeds it; only errors are announced */
};

/* Finds and programs COM1. A machine without one is fine: output is then dropped and nothing arrives. */
void uart_init(void);

/* True when uart_init found a device. */
bool uart_is_present(void);

/* What it is: "16550A", "16550 without FIFO", "16450" or "8250"; "absent". */
const char *uart_name(void);

/* Bytes that its FIFOs hold; 1 when they cannot be used. */
unsigned uart_fifo_size(void);

/* True when output waits for CTS, because the other end has once asserted it. A cable of three wires never
 * does. */
bool uart_obeys_cts(void);

/* Sends bytes; '\n' goes out as CR LF. Waits for the device, but never for good: a byte that it does not take
 * within about a second is dropped. With interrupts enabled they come in while it waits. Usable in a panic. */
void uart_write(const char *bytes, size_t size);

/* Waits, with the same bound, until the last byte has left the device. */
void uart_flush(void);

/* Takes one received byte (0..255), UART_BREAK or UART_NONE. ISR-safe; interrupts must be disabled. */
int uart_receive(void);

/* True when bytes have been lost in the device, or a break has come, and uart_receive has not been called
 * since. ISR-safe; interrupts must be disabled. */
bool uart_has_line_event(void);

/* Lets the device interrupt for received bytes and line errors, or keeps it from interrupting at all.
 * ISR-safe. */
void uart_enable_interrupts(bool enable);

/* True while the device has a reason to interrupt. ISR-safe. */
bool uart_interrupt_pending(void);

/* Tries out whether an interrupt of the device arrives: has it interrupt for an empty transmitter, and waits
 * up to 20 ms until `*interrupts`, which the handler must count, has changed. Interrupts of the processor are
 * enabled meanwhile. Not ISR-safe. */
bool uart_test_interrupt(const volatile uint64_t *interrupts);

/* ISR-safe; interrupts must be disabled. */
void uart_set_flow(enum uart_flow wanted);
enum uart_flow uart_flow(void);

/* ISR-safe. */
struct uart_counts uart_get_counts(void);

#endif
