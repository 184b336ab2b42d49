/*
 * hal_time.h - monotonic time, the raw cycle counter and timers.
 */
#ifndef HAL_TIME_H
#define HAL_TIME_H

#include <stdint.h>

#include "hal/hal_status.h"

#define HAL_TIMER_MIN_NS 1000u /* shortest period or delay a timer accepts: 1 us */

/* Called in interrupt context with interrupts disabled: short, no allocation, no console. */
typedef void (*hal_timer_callback)(void *context);

/* Chooses and calibrates the clock and prepares the timers. */
void hal_time_init(void);

/* Nanoseconds since hal_time_init. Never less than before, good for decades, some forty cycles where the
 * clock is the TSC. ISR-safe. */
uint64_t hal_time_now_ns(void);

/* The processor's time stamp counter, unserialised. To measure with: it may not be invariant. ISR-safe. */
uint64_t hal_time_cycles(void);

/* Frequency of hal_time_cycles in Hz, as stated where that is confirmed, else as measured; 0 when it is not
 * known. On Linux the first call may take 20 ms. Not ISR-safe. */
uint64_t hal_time_cycles_hz(void);

/* One short phrase naming the clock in use, its rate and how that is known: "TSC 2596.102 MHz (HPET)". Valid
 * for good. */
const char *hal_time_source(void);

/* The wall clock: what people call the time. */
struct hal_wall_time {
    unsigned year;   /* for example 2026 */
    unsigned month;  /* 1 to 12 */
    unsigned day;    /* 1 to 31 */
    unsigned hour;   /* 0 to 23 */
    unsigned minute; /* 0 to 59 */
    unsigned second; /* 0 to 60 */
};

/* Reads the wall clock: the RTC as it is set, or the local time of the Linux process. HAL_ERR_UNSUPPORTED
 * when there is none or it does not answer sensibly. Not ISR-safe. */
hal_status hal_time_wall(struct hal_wall_time *time);

/* Starts a timer that calls back every `period_ns`, or once after `delay_ns`. There are 64. Timers fire in
 * the order of their deadlines, never early, and late by as long as interrupts are disabled. A periodic timer
 * keeps its rhythm: it does not drift, and periods in which it could not fire are left out and counted
 * (.TIME). The callback may start and cancel any timer, also its own. Returns a handle >= 0, or
 * HAL_ERR_INVALID (shorter than HAL_TIMER_MIN_NS, no callback), HAL_ERR_NO_MEMORY (none left). ISR-safe. */
int hal_timer_periodic(uint64_t period_ns, hal_timer_callback callback, void *context);
int hal_timer_oneshot(uint64_t delay_ns, hal_timer_callback callback, void *context);

/* Stops a timer. After HAL_OK its callback will not run again. HAL_ERR_NOT_FOUND: no such timer, or it was to
 * fire once and has; the handle of a timer that has ended does not name a later one. ISR-safe. */
hal_status hal_timer_cancel(int handle);

#endif
