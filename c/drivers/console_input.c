/*
 * console_input.c - brings what is typed on the serial line and the keyboard to the console queue.
 *
 * The devices interrupt when they have something. One whose interrupt does not arrive, as a test at the start
 * shows, is looked at every millisecond instead, which is often enough for 11 bytes at 115200 baud: less than
 * its FIFO holds.
 */
#include "drivers/console_input.h"

#include <stddef.h>

#include "cpu/io.h"
#include "cpu/irq.h"
#include "drivers/console_queue.h"
#include "drivers/keyboard.h"
#include "drivers/uart.h"

enum { CTRL_C = 0x03, CTRL_BACKSLASH = 0x1c };

/* The other end is told to stop early: it may send on for as long as its own FIFO, or its driver's, lasts. */
enum { ROOM_TO_STOP = 4096, ROOM_TO_GO_ON = 2 * ROOM_TO_STOP };

/* Rounds of one interrupt. A device that still has a reason after so many is broken. */
enum { ROUNDS = 64 };

static volatile uint64_t serial_interrupts;
static bool serial_polled = true;
static struct console_input_counts input_counts; /* but for those above */

/* Takes what is not for the queue: true when it was that. */
static bool take_request(int received) {
    if (received == CTRL_C) {
        console_queue_break();
    } else if (received == CTRL_BACKSLASH || received == UART_BREAK) {
        console_queue_attention();
    } else {
        return false;
    }
    return true;
}

static void set_flow(enum uart_flow flow) {
    if (uart_flow() != flow) {
        input_counts.stops += uart_flow() == UART_FLOW_ON;
        input_counts.holds += flow == UART_FLOW_HOLD;
        uart_set_flow(flow);
    }
}

static void adjust_flow(void) {
    size_t room = console_queue_serial_room();

    if (room >= ROOM_TO_GO_ON) {
        set_flow(UART_FLOW_ON);
    } else if (room == 0) {
        set_flow(UART_FLOW_HOLD);
    } else if (room < ROOM_TO_STOP && uart_flow() == UART_FLOW_ON) {
        set_flow(UART_FLOW_STOP);
    }
}

/* With the queue full, bytes wait in the device. Where it loses bytes all the same, because nothing stops the
 * other end, the waiting ones are given up too: Ctrl-C may be among them, and must not wait for a program
 * that does not read. A break condition overtakes them in any case. */
static void look_for_requests(void) {
    if (!uart_has_line_event()) {
        return;
    }
    for (unsigned left = uart_fifo_size() + 1; left > 0; left--) {
        int received = uart_receive();
        if (take_request(received)) {
            return;
        }
        if (received == UART_NONE) {
            return;
        }
        input_counts.given_up++;
    }
}

static void receive_serial(void) {
    while (console_queue_serial_room() > 0) {
        int received = uart_receive();
        if (received == UART_NONE) {
            break;
        }
        if (!take_request(received)) {
            console_queue_put_serial((uint8_t)received);
        }
    }
    if (console_queue_serial_room() == 0) {
        look_for_requests();
    }
    adjust_flow();
}

/* The line is edge-triggered: while the device has any reason left, it would never ask again. */
static void on_serial_interrupt(void *context) {
    (void)context;
    serial_interrupts++;
    for (unsigned left = ROUNDS; left > 0; left--) {
        receive_serial();
        if (!uart_interrupt_pending()) {
            return;
        }
    }
    uart_enable_interrupts(false);
    serial_polled = true;
}

static void start_serial(void) {
    if (!uart_is_present()) {
        serial_polled = false;
        return;
    }
    if (irq_attach(UART_IRQ, on_serial_interrupt, NULL, "COM1") != HAL_OK) {
        return;
    }
    if (!uart_test_interrupt(&serial_interrupts)) {
        (void)irq_detach(UART_IRQ);
        return;
    }
    uint64_t flags = interrupts_save_and_disable();
    serial_polled = false;
    uart_enable_interrupts(true);
    interrupts_restore(flags);
}

void console_input_start(void) {
    start_serial();
    keyboard_start();
}

const char *console_input_serial_description(void) {
    if (!uart_is_present()) {
        return "no COM1";
    }
    return serial_polled ? "COM1, polled" : "COM1";
}

bool console_input_needs_poll(void) {
    return serial_polled || keyboard_needs_poll();
}

void console_input_receive(void) {
    if (serial_polled) {
        receive_serial();
    }
    if (keyboard_needs_poll()) {
        keyboard_receive();
    }
}

int console_input_take(void) {
    int byte = console_queue_take();

    adjust_flow();
    return byte;
}

/* The keyboard may have asked for attention, and the queue be empty, while bytes are held back. */
bool console_input_is_empty(void) {
    adjust_flow();
    return console_queue_is_empty();
}

struct console_input_counts console_input_get_counts(void) {
    struct console_input_counts result = input_counts;

    result.interrupts = serial_interrupts;
    result.polled = serial_polled;
    return result;
}

void console_input_break(void) {
    uint64_t flags = interrupts_save_and_disable();
    console_queue_break();
    adjust_flow();
    interrupts_restore(flags);
}
