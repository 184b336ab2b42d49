/*
 * clock_math.c - the arithmetic of clocks: ratios of rates, medians.
 */
#include "time/clock_math.h"

/* (high * 2^64 + low) / divisor, for high < divisor. Bit by bit: the kernel has no library for 128-bit
 * division, and this runs a few times at boot. */
static uint64_t divide(uint64_t high, uint64_t low, uint64_t divisor) {
    unsigned __int128 rest = high;
    uint64_t quotient = 0;

    for (int bit = 63; bit >= 0; bit--) {
        rest = rest << 1 | (low >> bit & 1);
        quotient <<= 1;
        if (rest >= divisor) {
            rest -= divisor;
            quotient |= 1;
        }
    }
    return quotient;
}

struct clock_ratio clock_ratio(uint64_t from_hz, uint64_t to_hz) {
    struct clock_ratio ratio = {0};

    while (from_hz << ratio.shift <= to_hz) {
        ratio.shift++;
    }
    ratio.multiplier = divide(to_hz, 0, from_hz << ratio.shift);
    return ratio;
}

uint64_t clock_scale(uint64_t value, uint64_t numerator, uint64_t denominator) {
    const unsigned __int128 product = (unsigned __int128)value * numerator;
    const uint64_t high = (uint64_t)(product >> 64);

    return high >= denominator ? UINT64_MAX : divide(high, (uint64_t)product, denominator);
}

uint64_t clock_median(uint64_t values[], unsigned count) {
    for (unsigned i = 1; i < count; i++) {
        const uint64_t value = values[i];
        unsigned at = i;
        for (; at > 0 && values[at - 1] > value; at--) {
            values[at] = values[at - 1];
        }
        values[at] = value;
    }
    return values[count / 2];
}

bool clock_agree(uint64_t value, uint64_t of, unsigned shift) {
    const uint64_t difference = value > of ? value - of : of - value;
    return difference <= of >> shift;
}
