/*
 * hal_time.c - time for the upper floors.
 */
#include "hal/hal_time.h"

#include <stdbool.h>
#include <stddef.h>

#include "cpu/io.h"
#include "drivers/console_input.h"
#include "time/clock.h"
#include "time/timer.h"

/* The UART's own buffer holds 1.4 ms. While nothing is polled, that is looked up now and then. */
#define POLL_NS    UINT64_C(1000000)
#define LOOK_UP_NS UINT64_C(100000000)

static int poll_timer = HAL_ERR_NOT_FOUND;
static uint64_t poll_period_ns;

/* So that nothing is lost and Ctrl-C is seen while a program computes. */
static void poll_console(void *context) {
    (void)context;
    const bool needed = console_input_needs_poll();
    const uint64_t period_ns = needed ? POLL_NS : LOOK_UP_NS;

    if (needed) {
        console_input_receive();
    }
    if (period_ns != poll_period_ns) {
        timer_cancel(poll_timer);
        poll_timer = timer_start(period_ns, period_ns, poll_console, NULL);
        poll_period_ns = period_ns;
    }
}

void hal_time_init(void) {
    const uint64_t flags = interrupts_save_and_disable();
    clock_init();
    timer_init();
    poll_console(NULL);
    interrupts_restore(flags);
}

uint64_t hal_time_now_ns(void) {
    return clock_now_ns();
}

uint64_t hal_time_cycles(void) {
    return rdtsc();
}

uint64_t hal_time_cycles_hz(void) {
    return clock_tsc_hz();
}

const char *hal_time_source(void) {
    return clock_description();
}

int hal_timer_periodic(uint64_t period_ns, hal_timer_callback callback, void *context) {
    return timer_start(period_ns, period_ns, callback, context);
}

int hal_timer_oneshot(uint64_t delay_ns, hal_timer_callback callback, void *context) {
    return timer_start(delay_ns, 0, callback, context);
}

hal_status hal_timer_cancel(int handle) {
    return timer_cancel(handle);
}
