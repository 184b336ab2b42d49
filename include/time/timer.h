/*
 * timer.h - the timers of hal/hal_time.h on the bare machine: a queue, and a device that interrupts at its
 * next deadline. Without a timer in use nothing interrupts, but for a clock that has to be kept up.
 */
#ifndef TIME_TIMER_H
#define TIME_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "hal/hal_time.h"
#include "shared/format.h"

/* Takes the timer hardware. Interrupts must be disabled. Needs interrupts_init and clock_init. */
void timer_init(void);

/* Behind hal_timer_periodic and hal_timer_oneshot: `period_ns` is 0 for a one-shot timer. ISR-safe. */
int timer_start(uint64_t delay_ns, uint64_t period_ns, hal_timer_callback callback, void *context);

/* Behind hal_timer_cancel. ISR-safe, also in the callback of the timer itself. */
hal_status timer_cancel(int handle);

/* Fires a few timers, with interrupts enabled, and waits until they have come: true. False when nothing came
 * for a quarter of a second: the device is dead. Not ISR-safe. */
bool timer_interrupts_arrive(void);

/* Gives up the present device for the next best; false when none is left. Not ISR-safe. */
bool timer_use_next_device(void);

/* The part of .TIME that tells of the timers. Not ISR-safe. */
void timer_report(format_sink sink, void *context);

#endif
