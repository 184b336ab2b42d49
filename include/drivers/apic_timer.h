/*
 * apic_timer.h - the timer of the local APIC (Intel SDM volume 3, section 10.5.4). Without an APIC these do
 * nothing.
 *
 * All are ISR-safe, and want interrupts disabled.
 */
#ifndef DRIVERS_APIC_TIMER_H
#define DRIVERS_APIC_TIMER_H

#include <stdint.h>

/* Lets the timer count down once from its highest value without interrupts, for calibration. It counts at the
 * rate that lapic_timer_oneshot goes by. */
void lapic_timer_free_run(void);

/* The timer's current count; it counts down to 0 and stays there. */
uint32_t lapic_timer_count(void);

/* Makes the timer interrupt at `vector`, `count` (at least 1) steps after each lapic_timer_oneshot. */
void lapic_timer_prepare_oneshot(unsigned vector);
void lapic_timer_oneshot(uint32_t count);

/* Makes the timer interrupt at `vector` when the TSC comes to the value of the last lapic_timer_deadline, at
 * once when it is there already; 0 for never. Only where tsc_has_deadline(). */
void lapic_timer_prepare_deadline(unsigned vector);
void lapic_timer_deadline(uint64_t tsc);

/* No more interrupts from it, in any mode. */
void lapic_timer_stop(void);

#endif
