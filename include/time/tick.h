/*
 * tick.h - the hardware's periodic interrupt, 1000 times a second.
 */
#ifndef TIME_TICK_H
#define TIME_TICK_H

#include <stdint.h>

enum { TICK_HZ = 1000, TICK_NS = 1000000000 / TICK_HZ };

/* Starts the tick and has `handler` called on each, in interrupt context. The local APIC's timer
 * makes it, or the PIT where there is none, or where the command line says tick=pit. Ticks come
 * once interrupts are enabled. Needs interrupts_init and clock_init. */
void tick_start(void (*handler)(void));

/* Ticks since tick_start. A machine that is late drops some: not a measure of time. ISR-safe. */
uint64_t tick_count(void);

/* What makes the tick, for the boot log. */
const char *tick_source(void);

#endif
