/*
 * reference_clock.h - counters of known frequency: the others are measured against them, and one may be the
 * clock.
 */
#ifndef TIME_REFERENCE_CLOCK_H
#define TIME_REFERENCE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "time/clock_math.h"

struct reference_clock {
    const char *name;
    const char *word; /* on the command line: makes it the clock; only where can_be_clock */
    uint64_t hz;      /* rounded; to_ns is exact */
    struct clock_ratio to_ns;
    uint64_t mask; /* the counter runs from 0 to mask, which is 2^n - 1, and starts again */
    uint64_t (*read)(void); /* ISR-safe, but for the PIT's; counts up */
    bool runs;              /* it has been seen to move */
    bool can_be_clock;      /* it wraps late enough for the timer interrupt to keep count */
};

enum { REFERENCE_CLOCK_MAX = 3 };

/* Finds the machine's reference clocks, sets them running and looks whether they do: HPET, ACPI PM timer,
 * PIT, in this order, as far as they exist. Stores them in `clocks` and returns how many, at least the PIT.
 * Interrupts must be disabled. Needs acpi_init. */
unsigned reference_clocks_find(struct reference_clock clocks[REFERENCE_CLOCK_MAX]);

#endif
