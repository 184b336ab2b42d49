/*
 * clock.h - the monotonic clock.
 */
#ifndef TIME_CLOCK_H
#define TIME_CLOCK_H

#include <stdint.h>

/* Chooses and calibrates the clock; takes 20 ms when all goes well. Interrupts must be disabled.
 * Needs acpi_init, and the local APIC for its timer to be calibrated along. */
void clock_init(void);

/* Nanoseconds since clock_init. ISR-safe. */
uint64_t clock_now_ns(void);

/* The rates found, in Hz; 0 for one that is not known. */
uint64_t clock_tsc_hz(void);
uint64_t clock_lapic_timer_hz(void);

/* A phrase naming the clock, its rate and how the rate is known. */
const char *clock_description(void);

#endif
