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

enum { SERIAL_COLUMNS = 80, SERIAL_ROWS = 24 }; /* what most terminals have */

/* How long the rest of a sequence may take on a line that goes through a network, and longer than anybody
 * takes who presses Escape there and a key here. */
enum { SEQUENCE_NS = 100000000, NO_TIMER = -1 };

static bool is_terminal = true;
static int late_timer = NO_TIMER;

/* kernel_main has brought the devices up already, to be able to show the boot log. */
void hal_console_init(void) {
    is_terminal = !cmdline_has("console=pipe");
}

/* The screen. A change of a few characters is drawn at once. When lines move, drawing takes longer than all
 * the rest, and while more lines come nobody can read them: they are drawn once a frame. What has then not
 * been drawn is drawn when the program waits or sleeps, and should it do neither, by a timer, bit by bit. */

#define FRAME_NS UINT64_C(16000000)
#define QUIET_NS UINT64_C(24000000) /* no frame for so long: nothing more is coming */
#define PAUSE_NS UINT64_C(1000000)  /* between two bits */

static uint64_t drawn_ns;
static volatile bool timer_runs;

static void draw_some(void *context) {
    (void)context;
    timer_runs = !framebuffer_draw_some() && hal_timer_oneshot(PAUSE_NS, draw_some, NULL) >= 0;
}

static void write_screen(const char *bytes, size_t size) {
    if (!framebuffer_put(bytes, size) && hal_time_now_ns() - drawn_ns < FRAME_NS) {
        if (timer_runs) {
            return;
        }
        timer_runs = true; /* first, for the timer may be quick */
        if (hal_timer_oneshot(QUIET_NS, draw_some, NULL) >= 0) {
            return;
        }
        timer_runs = false;
    }
    framebuffer_draw();
    drawn_ns = hal_time_now_ns();
}

void hal_console_write(const char *bytes, size_t size) {
    if (interrupts_in_handler() && !panic_in_progress()) {
        hal_panic("hal_console_write was called from an interrupt handler");
    }
    uart_write(bytes, size);
    write_screen(bytes, size);
}

void hal_console_putc(char c) {
    hal_console_write(&c, 1);
}

void hal_console_flush(void) {
    framebuffer_draw();
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

void hal_console_set_listener(void (*listener)(void)) {
    uint64_t flags = interrupts_save_and_disable();
    console_queue_set_listener(listener);
    interrupts_restore(flags);
}

/* No wake-up is lost: with interrupts disabled the test sees every byte that has been announced, and STI lets
 * the next announcement in only together with HLT, which it ends. What a polled device receives is found by
 * the tick. */
void hal_console_wait(void) {
    framebuffer_draw();
    uint64_t flags = interrupts_save_and_disable();
    if (is_input_empty()) {
        wait_for_interrupt();
        interrupts_save_and_disable();
    }
    interrupts_restore(flags);
}

void hal_console_size(unsigned *columns, unsigned *rows) {
    framebuffer_size(columns, rows);
    if (*columns == 0) {
        *columns = SERIAL_COLUMNS;
        *rows = SERIAL_ROWS;
    }
}

void hal_console_mark_error(bool on) {
    static const char red[] = "\033[91m", normal[] = "\033[39m";

    framebuffer_put(on ? red : normal, on ? sizeof red - 1 : sizeof normal - 1);
}

bool hal_console_is_terminal(void) {
    return is_terminal;
}
