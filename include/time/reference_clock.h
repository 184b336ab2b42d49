/*
 * reference_clock.h - counters of known frequency, against which the others are measured.
 */
#ifndef TIME_REFERENCE_CLOCK_H
#define TIME_REFERENCE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct reference_clock {
    const char *name;
    uint64_t hz;
    uint64_t mask;          /* the counter runs from 0 to mask and starts again */
    uint64_t (*read)(void); /* ISR-safe; counts up */
};

enum { REFERENCE_CLOCK_MAX = 3 };

/* Finds the machine's reference clocks and sets them running: HPET, ACPI PM timer, PIT, in this
 * order, as far as they exist. Stores them in `clocks` and returns how many. Needs acpi_init. */
unsigned reference_clocks_find(struct reference_clock clocks[REFERENCE_CLOCK_MAX]);

/* Lets the PIT interrupt on line 0 of the legacy controller at about `hz`, which must be over 18.
 */
void pit_start_periodic(unsigned hz);

#endif
