/*
 * clock.h - the monotonic clock.
 */
#ifndef TIME_CLOCK_H
#define TIME_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/format.h"

/* Chooses and calibrates the clock; takes 50 ms when all goes well. The command line may name it: clock=tsc,
 * clock=hpet or clock=pm. Interrupts must be disabled. Needs acpi_init, and the local APIC for its timer to
 * be calibrated along. */
void clock_init(void);

/* Nanoseconds since clock_init. Never less than before: a TSC that something has set back goes on from the
 * last time read, and one that was set forward takes the time along, which nothing can notice. ISR-safe. */
uint64_t clock_now_ns(void);

/* How often clock_now_ns must be called for the counter not to wrap unnoticed: at least once in so many
 * nanoseconds; UINT64_MAX for the TSC, which does not wrap. The timer interrupt sees to it. */
uint64_t clock_keep_up_ns(void);

/* True when the clock is the TSC, so that a time can be told as a TSC value. */
bool clock_is_tsc(void);

/* The rates found, in Hz; 0 for one that is not known. */
uint64_t clock_tsc_hz(void);
uint64_t clock_lapic_timer_hz(void);

/* A phrase naming the clock, its rate, how the rate is known, and who stated another. */
const char *clock_description(void);

/* The part of .TIME that tells of the clocks. */
void clock_report(format_sink sink, void *context);

#endif
