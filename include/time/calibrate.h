/*
 * calibrate.h - how fast the time stamp counter and the local APIC timer run, and what the processor says
 * about it.
 */
#ifndef TIME_CALIBRATE_H
#define TIME_CALIBRATE_H

#include <stdbool.h>
#include <stdint.h>

#include "time/reference_clock.h"
#include "time/tsc_rate.h"

struct calibration {
    uint64_t tsc_hz;
    uint64_t lapic_timer_hz; /* 0 without a local APIC timer */
};

/* Measures both against a reference clock that runs, in CALIBRATION_WINDOWS windows of 10 ms. What counts is
 * the whole time from the first to the last, as long as it agrees with the median of the windows; otherwise
 * that median, because something came between. False when the reference stops, or gives a rate that no
 * processor has. Interrupts must be disabled. */
enum { CALIBRATION_WINDOWS = 5 };
bool calibrate(const struct reference_clock *reference, struct calibration *result);

/* What the processor and the hypervisor state. */
struct tsc_statements tsc_statements(void);

/* True when the TSC runs at one rate in all power states (SDM volume 3, section 17.17.1). */
bool tsc_is_invariant(void);

/* True when the local APIC timer can be set to a TSC value (SDM volume 3, section 10.5.4.1). */
bool tsc_has_deadline(void);

#endif
