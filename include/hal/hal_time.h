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

/* Nanoseconds since hal_time_init. Monotonic, never overflows in practice (584 years), ISR-safe. */
uint64_t hal_time_now_ns(void);

/* The processor's time stamp counter, unserialised. For measurement only. ISR-safe. */
uint64_t hal_time_cycles(void);

/* Frequency of hal_time_cycles in Hz; 0 when it is not known. */
uint64_t hal_time_cycles_hz(void);

/* One short phrase naming the clock in use and its rate, for example "TSC 2596 MHz (HPET)". */
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

/* Reads the wall clock: the RTC as it is set, or the local time of the Linux process. HAL_ERR_UNSUPPORTED when
 * there is none or it does not answer sensibly. Not ISR-safe. */
hal_status hal_time_wall(struct hal_wall_time *time);

/* Starts a timer that calls back every `period_ns`, or once after `delay_ns`. Returns a handle >=
 * 0, or HAL_ERR_INVALID (shorter than HAL_TIMER_MIN_NS, no callback), or HAL_ERR_NO_MEMORY (none
 * left). */
int hal_timer_periodic(uint64_t period_ns, hal_timer_callback callback, void *context);
int hal_timer_oneshot(uint64_t delay_ns, hal_timer_callback callback, void *context);

/* Stops a timer. After HAL_OK its callback will not run again. HAL_ERR_NOT_FOUND: no such timer. */
hal_status hal_timer_cancel(int handle);

#endif
