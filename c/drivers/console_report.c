/*
 * console_report.c - the table of .CONSOLE: what the console consists of, and what went wrong with it.
 */
#include "drivers/console_input.h"

#include "drivers/console_queue.h"
#include "drivers/framebuffer.h"
#include "drivers/i8042.h"
#include "drivers/keyboard.h"
#include "drivers/uart.h"

/* A line of two numbers, each in a column of its own. */
static void row(format_sink sink, void *context, const char *first, uint64_t first_value,
                const char *second, uint64_t second_value) {
    format(sink, context, "    %-20s %12lu    %-20s %12lu\n", first, first_value, second,
           second_value);
}

static void report_serial(format_sink sink, void *context) {
    struct uart_counts line = uart_get_counts();
    struct console_input_counts input = console_input_get_counts();
    uint64_t waiting = CONSOLE_QUEUE_SERIAL - console_queue_serial_room();

    if (!uart_is_present()) {
        format(sink, context, "  COM1      none\n");
        return;
    }
    format(sink, context, "  COM1      %s, 115200 baud, 8N1, received %s%s\n", uart_name(),
           input.polled ? "by polling" : "by interrupt", uart_obeys_cts() ? ", obeys CTS" : "");
    row(sink, context, "bytes received", line.received, "bytes sent", line.sent);
    row(sink, context, "bytes waiting", waiting, "bytes not taken", line.unsent);
    row(sink, context, "interrupts", input.interrupts, "breaks", line.breaks);
    row(sink, context, "parity errors", line.parity_errors, "framing errors", line.framing_errors);
    row(sink, context, "overruns", line.overruns, "bytes given up", input.given_up);
    row(sink, context, "times sender stopped", input.stops, "times held back", input.holds);
}

static const char *test_result(enum i8042_test test) {
    return test == I8042_PASSED ? "passed" : test == I8042_FAILED ? "FAILED" : "no answer";
}

static void report_keyboard(format_sink sink, void *context) {
    struct i8042_state controller = i8042_get_state();
    struct keyboard_counts keyboard = keyboard_get_counts();

    format(sink, context, "  Keyboard  %s", keyboard_description());
    if (!controller.present) {
        format(sink, context, "\n");
        return;
    }
    format(sink, context, ", identity %04x, scan code set %s\n", keyboard_identity(),
           controller.translates ? "2 translated to 1" : "2");
    format(sink, context, "    controller test %s, port test %s\n",
           test_result(controller.controller_test), test_result(controller.port_test));
    row(sink, context, "bytes received", keyboard.bytes, "interrupts", keyboard.interrupts);
    row(sink, context, "damaged or lost", keyboard.damaged, "keys dropped", keyboard.dropped);
}

static void report_screen(format_sink sink, void *context) {
    unsigned columns, rows;

    framebuffer_size(&columns, &rows);
    if (columns != 0) {
        format(sink, context, "  Screen    %u columns, %u rows\n", columns, rows);
    } else {
        format(sink, context, "  Screen    none\n");
    }
}

void console_report(format_sink sink, void *context) {
    format(sink, context, "Console\n");
    report_serial(sink, context);
    report_keyboard(sink, context);
    report_screen(sink, context);
}
