/*
 * pit.h - the programmable interval timer (Intel 8254): channel 0 interrupts on line 0, channel 2 counts.
 */
#ifndef TIME_PIT_H
#define TIME_PIT_H

#include <stdint.h>

enum { PIT_HZ = 1193182, PIT_COUNT_MAX = 0xffff };

/* Lets channel 2 count for good from 0xffff down to 0, without sound. */
void pit_count_freely(void);

/* What channel 2 has counted up to, turned round to count up: 0 to 0xffff. Interrupts must be disabled. */
uint64_t pit_count(void);

/* Gets channel 0 ready for pit_oneshot; it does not interrupt until then. */
void pit_prepare_oneshot(void);

/* Interrupts once, `count` (1 to PIT_COUNT_MAX) periods of PIT_HZ from now; replaces what was set. Interrupts
 * must be disabled; ISR-safe. */
void pit_oneshot(unsigned count);

/* Interrupts every `count` (2 to PIT_COUNT_MAX) periods until further notice. */
void pit_periodic(unsigned count);

#endif
