/*
 * console_input.c - the queue between the serial line and whoever reads the console.
 *
 * The UART's own buffer holds 16 bytes, 1.4 ms at 115200 baud. It is emptied on every tick, so
 * nothing is lost while a program computes, and Ctrl-C is seen even if the program never reads.
 */
#include "drivers/console_input.h"

#include "cpu/fault.h"
#include "drivers/uart.h"

enum { CTRL_C = 0x03 };

_Static_assert((CONSOLE_INPUT_SIZE & (CONSOLE_INPUT_SIZE - 1)) == 0, "counters wrap evenly");

static unsigned char queue[CONSOLE_INPUT_SIZE];
static unsigned received, taken; /* bytes in total; their difference is what is queued */

void console_input_receive(void) {
    while (received - taken < CONSOLE_INPUT_SIZE) {
        int byte = uart_receive();
        if (byte == UART_NONE) {
            return;
        }
        if (byte == CTRL_C) {
            fault_request_break();
        } else {
            queue[received++ % CONSOLE_INPUT_SIZE] = (unsigned char)byte;
        }
    }
}

int console_input_take(void) {
    if (console_input_is_empty()) {
        return -1;
    }
    return queue[taken++ % CONSOLE_INPUT_SIZE];
}

bool console_input_is_empty(void) {
    return received == taken;
}
