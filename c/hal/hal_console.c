/*
 * hal_console.c - the console of the bare machine: COM1 and the screen.
 *
 * Both show all output. Input comes from COM1 and the PS/2 keyboard, by way of the queues that their interrupts
 * fill; a device whose interrupt does not arrive is polled here too, besides by the tick.
 */
#include "hal/hal_console.h"

#include "cpu/cmdline.h"
#include "cpu/interrupts.h"
#include "cpu/io.h"
#include "cpu/panic.h"
#include "drivers/console_input.h"
#include "drivers/framebuffer.h"
#include "drivers/uart.h"
#include "hal/hal_panic.h"

static bool is_terminal = true;

/* kernel_main has brought the devices up already, to be able to show the boot log. */
void hal_console_init(void) {
    is_terminal = !cmdline_has("console=pipe");
}

void hal_console_write(const char *bytes, size_t size) {
    if (interrupts_in_handler() && !panic_in_progress()) {
        hal_panic("hal_console_write was called from an interrupt handler");
    }
    uart_write(bytes, size);
    framebuffer_write(bytes, size);
}

void hal_console_putc(char c) {
    hal_console_write(&c, 1);
}

void hal_console_flush(void) {
    uart_flush();
}

int hal_console_poll(void) {
    uint64_t flags = interrupts_save_and_disable();
    console_input_receive();
    int byte = console_input_take();
    interrupts_restore(flags);
    return byte >= 0 ? byte : HAL_CONSOLE_NONE;
}

bool hal_console_has_input(void) {
    uint64_t flags = interrupts_save_and_disable();
    console_input_receive();
    bool has_input = !console_input_is_empty();
    interrupts_restore(flags);
    return has_input;
}

/* No wake-up is lost: with interrupts disabled the test sees every byte that has been announced, and STI lets
 * the next announcement in only together with HLT, which it ends. What a polled device receives is found by the
 * tick. */
void hal_console_wait(void) {
    uint64_t flags = interrupts_save_and_disable();
    console_input_receive();
    if (console_input_is_empty()) {
        wait_for_interrupt();
        interrupts_save_and_disable();
    }
    interrupts_restore(flags);
}

bool hal_console_is_terminal(void) {
    return is_terminal;
}
