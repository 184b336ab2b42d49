/*
 * apic_timer.h - the timer of the local APIC. Without an APIC these do nothing.
 */
#ifndef DRIVERS_APIC_TIMER_H
#define DRIVERS_APIC_TIMER_H

#include <stdint.h>

/* Lets the timer count down once from its highest value without interrupts, for calibration. */
void lapic_timer_free_run(void);

/* The timer's current count; it counts down. */
uint32_t lapic_timer_count(void);

/* Interrupts at `vector` every `count` steps of the timer, until further notice. */
void lapic_timer_periodic(unsigned vector, uint32_t count);

#endif
