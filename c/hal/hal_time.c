/*
 * hal_time.c - time for the upper floors, and what happens on each tick.
 */
#include "hal/hal_time.h"

#include "cpu/io.h"
#include "drivers/console_input.h"
#include "time/clock.h"
#include "time/tick.h"
#include "time/timer.h"

static void on_tick(void) {
    console_input_receive(); /* so that Ctrl-C is seen while a program computes */
    timer_expire(clock_now_ns(), TICK_NS);
}

void hal_time_init(void) {
    uint64_t flags = interrupts_save_and_disable();
    clock_init();
    tick_start(on_tick);
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
