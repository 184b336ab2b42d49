/*
 * hal_console.c - the console of the bare machine: COM1 and the screen.
 *
 * Both show all output. Input comes from COM1 and the PS/2 keyboard, by way of the queues that their
 * interrupts fill; a device whose interrupt does not arrive is polled here too, besides by the tick.
 */
#include "hal/hal_console.h"

#include "cpu/cmdline.h"
#include "cpu/interrupts.h"
#include "cpu/io.h"
#include "cpu/panic.h"
#include "drivers/console_input.h"
#include "drivers/console_queue.h"
#include "drivers/framebuffer.h"
#include "drivers/uart.h"
#include "hal/hal_panic.h"
#include "hal/hal_time.h"

/* How long the rest of a sequence may take on a line that goes through a network, and longer than anybody
 * takes who presses Escape there and a key here. */
enum { SEQUENCE_NS = 100000000, NO_TIMER = -1 };

static bool is_terminal = true;
static int late_timer = NO_TIMER;

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

static void on_late(void *context) {
    (void)context;
    late_timer = NO_TIMER;
    console_queue_give_up_sequence();
}

/* Keys wait for the rest of a sequence from the serial line for a while, and the timer ends that, and the
 * sleep of whoever waits for the keys. Interrupts are disabled. */
static void bound_sequence(void) {
    bool wanted = console_queue_holds_keys_back();

    if (!wanted && late_timer != NO_TIMER) {
        hal_timer_cancel(late_timer);
        late_timer = NO_TIMER;
    } else if (wanted && late_timer == NO_TIMER) {
        late_timer = hal_timer_oneshot(SEQUENCE_NS, on_late, NULL);
        if (late_timer < 0) {
            on_late(NULL);
        }
    }
}

/* Interrupts are disabled. */
static bool is_input_empty(void) {
    console_input_receive();
    bound_sequence();
    return console_input_is_empty();
}

int hal_console_poll(void) {
    uint64_t flags = interrupts_save_and_disable();
    console_input_receive();
    int byte = console_input_take();
    bound_sequence();
    interrupts_restore(flags);
    return byte >= 0 ? byte : HAL_CONSOLE_NONE;
}

bool hal_console_has_input(void) {
    uint64_t flags = interrupts_save_and_disable();
    bool has_input = !is_input_empty();
    interrupts_restore(flags);
    return has_input;
}

/* No wake-up is lost: with interrupts disabled the test sees every byte that has been announced, and STI lets
 * the next announcement in only together with HLT, which it ends. What a polled device receives is found by
 * the tick. */
void hal_console_wait(void) {
    uint64_t flags = interrupts_save_and_disable();
    if (is_input_empty()) {
        wait_for_interrupt();
        interrupts_save_and_disable();
    }
    interrupts_restore(flags);
}

bool hal_console_is_terminal(void) {
    return is_terminal;
}
