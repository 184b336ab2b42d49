/*
 * clock_math.h - the arithmetic of clocks: counts to nanoseconds and back, narrow counters made wide, rates.
 *
 * Pure, integers alone, no overflow inside the bounds named here. ISR-safe.
 */
#ifndef TIME_CLOCK_MATH_H
#define TIME_CLOCK_MATH_H

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_SECOND UINT64_C(1000000000)

/* Rates that the functions below take: 1 Hz to 2^40 Hz. */
#define CLOCK_RATE_MAX (UINT64_C(1) << 40)

/* What turns counts of one rate into counts of another: (count << shift) * multiplier / 2^64, of which a
 * processor computes the upper half of one multiplication. The shift is the least for which the multiplier
 * fits, so all its 64 bits count: it is wrong by less than one part in 2^63. */
struct clock_ratio {
    uint64_t multiplier;
    unsigned shift;
};

/* For rates in Hz, or any two numbers whose quotient is that of the rates, from 1 to CLOCK_RATE_MAX. */
struct clock_ratio clock_ratio(uint64_t from_hz, uint64_t to_hz);

/* The count at the new rate, rounded down; never more than the exact value, less by under 2 counts. `count`
 * must be under 2^64 >> ratio->shift, and so must be the result: to nanoseconds 290 years at least, and 58
 * years for a clock of 10 GHz. Never decreases when `count` does not. */
static inline uint64_t clock_convert(const struct clock_ratio *ratio, uint64_t count) {
    return (uint64_t)((unsigned __int128)(count << ratio->shift) * ratio->multiplier >> 64);
}

/* What a counter that runs from 0 to `mask` and starts again stands for, when it reads `raw` and stood for
 * `last` at its last reading, at most `mask` counts ago. `last` must have been taken before `raw` was read.
 * `mask` is 2^n - 1. */
static inline uint64_t clock_extend(uint64_t last, uint64_t raw, uint64_t mask) {
    return last + ((raw - last) & mask);
}

/* value * numerator / denominator, rounded down; UINT64_MAX when it does not fit or the denominator is 0. */
uint64_t clock_scale(uint64_t value, uint64_t numerator, uint64_t denominator);

/* The middle one of an odd number of values, which get sorted. */
uint64_t clock_median(uint64_t values[], unsigned count);

/* True when the two differ by at most `of` / 2^shift. */
bool clock_agree(uint64_t value, uint64_t of, unsigned shift);

#endif
