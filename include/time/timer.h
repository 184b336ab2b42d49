/*
 * timer.h - several logical timers on one hardware tick.
 */
#ifndef TIME_TIMER_H
#define TIME_TIMER_H

#include <stdint.h>

#include "hal/hal_time.h"

enum { TIMER_MAX = 16 };

/* Behind hal_timer_periodic and hal_timer_oneshot: `period_ns` is 0 for a one-shot timer. A timer
 * is looked at once a tick: it fires on the tick nearest to its period, or on the first tick after
 * its delay, at most once a tick. ISR-safe. */
int timer_start(uint64_t delay_ns, uint64_t period_ns, hal_timer_callback callback, void *context);

/* Behind hal_timer_cancel. ISR-safe, also in the callback of the timer itself. */
hal_status timer_cancel(int handle);

/* Calls back every timer that is due. For the tick's interrupt handler alone. */
void timer_expire(uint64_t now_ns, uint64_t tick_ns);

#endif
