/*
 * uart.c - the 16550 UART at COM1, by polling.
 *
 * Polling needs no interrupt routing and works in a panic. Every wait has a bound: a port where
 * no device answers reads as 0xff, and a device whose other end does not read may stay busy.
 */
#include "drivers/uart.h"

#include <stdint.h>

#include "cpu/io.h"

enum { COM1 = 0x3f8 };

/* Registers, as offsets from the base port (National Semiconductor PC16550D, table II). */
enum {
    UART_DATA = 0,          /* receive and transmit buffer; divisor low byte while DLAB is set */
    UART_INTERRUPT = 1,     /* interrupt enable; divisor high byte while DLAB is set */
    UART_FIFO_CONTROL = 2,  /* write only */
    UART_LINE_CONTROL = 3,  /* word format and DLAB */
    UART_MODEM_CONTROL = 4, /* DTR, RTS */
    UART_LINE_STATUS = 5,
    UART_SCRATCH = 7,
};

enum {
    LINE_8N1 = 0x03,
    LINE_DLAB = 0x80,
    FIFO_ENABLE_AND_CLEAR = 0x07,
    MODEM_DTR_RTS = 0x03,
    STATUS_DATA_READY = 0x01,
    STATUS_CAN_SEND = 0x20, /* transmit holding register empty */
    STATUS_IDLE = 0x40,     /* and the shift register too */
    STATUS_NO_DEVICE = 0xff,
};

/* A port read takes about a microsecond, on hardware as in a virtual machine. */
enum { WAIT_READS = 1000000 };

static bool present;
static bool stuck; /* the last wait ran out: do not wait as long again before it has recovered */

void uart_init(void) {
    outb(COM1 + UART_INTERRUPT, 0);
    outb(COM1 + UART_LINE_CONTROL, LINE_DLAB);
    outb(COM1 + UART_DATA, 1); /* 1.8432 MHz / 16 / 1 = 115200 baud */
    outb(COM1 + UART_INTERRUPT, 0);
    outb(COM1 + UART_LINE_CONTROL, LINE_8N1);
    outb(COM1 + UART_FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);
    outb(COM1 + UART_MODEM_CONTROL, MODEM_DTR_RTS);

    outb(COM1 + UART_SCRATCH, 0x5a);
    present = inb(COM1 + UART_SCRATCH) == 0x5a && inb(COM1 + UART_LINE_STATUS) != STATUS_NO_DEVICE;
    stuck = false;
}

bool uart_is_present(void) {
    return present;
}

/* Waits until one of the status bits is set; false when it did not happen in time. */
static bool wait_for_status(uint8_t bits) {
    for (unsigned reads = stuck ? 1 : WAIT_READS; reads > 0; reads--) {
        if (inb(COM1 + UART_LINE_STATUS) & bits) {
            stuck = false;
            return true;
        }
    }
    stuck = true;
    return false;
}

static void send(char c) {
    if (wait_for_status(STATUS_CAN_SEND)) {
        outb(COM1 + UART_DATA, (uint8_t)c);
    }
}

void uart_write(const char *bytes, size_t size) {
    if (!present) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n') {
            send('\r');
        }
        send(bytes[i]);
    }
}

int uart_receive(void) {
    if (!present || !(inb(COM1 + UART_LINE_STATUS) & STATUS_DATA_READY)) {
        return UART_NONE;
    }
    return inb(COM1 + UART_DATA);
}

void uart_flush(void) {
    if (present) {
        wait_for_status(STATUS_IDLE);
    }
}
