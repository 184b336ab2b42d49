/*
 * calibrate.h - how fast the time stamp counter and the local APIC timer run.
 */
#ifndef TIME_CALIBRATE_H
#define TIME_CALIBRATE_H

#include <stdbool.h>
#include <stdint.h>

#include "time/reference_clock.h"

struct calibration {
    uint64_t tsc_hz;
    uint64_t lapic_timer_hz; /* as divided by lapic_timer_free_run; 0 without a local APIC */
};

/* Measures both against a reference clock: CALIBRATION_WINDOWS windows of 4 ms, of which the median
 * counts, so that one window disturbed by the host or by firmware does no harm. Returns false when
 * the reference stands still. Interrupts must be disabled. */
enum { CALIBRATION_WINDOWS = 5 };
bool calibrate(const struct reference_clock *reference, struct calibration *result);

/* What the processor or the hypervisor says about the TSC: its frequency in Hz, 0 when nothing. May
 * be wrong: processors exist that report another rate than they run at. */
uint64_t tsc_stated_hz(void);

/* True when the TSC runs at one rate in all power states (SDM volume 3, section 17.17.1). */
bool tsc_is_invariant(void);

#endif
