/*
 * clock.c - the monotonic clock: which counter it is, and how counts become nanoseconds.
 *
 * An invariant TSC is the clock of choice: reading it takes some twenty cycles. A TSC that is not
 * said to be invariant may change its rate or stop, so a 64-bit HPET goes before it; without one
 * the TSC is used all the same, and the description says so. A TSC whose rate nobody can tell
 * is taken to run at 1 GHz, so that time still goes on.
 */
#include "time/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "cpu/io.h"
#include "time/calibrate.h"
#include "time/reference_clock.h"

enum {
    SHIFT = 32,
    NANOSECONDS_PER_SECOND = 1000000000,
    ASSUMED_TSC_HZ = 1000000000,
    HZ_PER_MHZ = 1000000,
    /* how far a stated rate may be from the measured one, as a part of it: 1/256 */
    TOLERANCE_SHIFT = 8,
    DESCRIPTION_MAX = 64,
};

static uint64_t (*read_counter)(void) = rdtsc;
static uint64_t start_count;
static uint64_t multiplier; /* nanoseconds per count, in units of 2^-SHIFT */
static uint64_t tsc_hz;
static uint64_t lapic_timer_hz;
static char description[DESCRIPTION_MAX];

static void describe(const char *text) {
    size_t used = strlen(description);

    while (*text != '\0' && used < DESCRIPTION_MAX - 1) {
        description[used++] = *text++;
    }
    description[used] = '\0';
}

static void describe_rate(const char *name, uint64_t hz) {
    char digits[21];
    size_t at = sizeof digits - 1;
    uint64_t mhz = (hz + HZ_PER_MHZ / 2) / HZ_PER_MHZ;

    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + mhz % 10);
        mhz /= 10;
    } while (mhz != 0);
    describe(name);
    describe(" ");
    describe(digits + at);
    describe(" MHz (");
}

static bool agree(uint64_t stated, uint64_t measured) {
    uint64_t difference = stated > measured ? stated - measured : measured - stated;
    return difference <= measured >> TOLERANCE_SHIFT;
}

/* Finds out the rates. Returns the words that say where the TSC's comes from. */
static const char *find_rates(const struct reference_clock clocks[], unsigned count) {
    uint64_t stated = tsc_stated_hz();

    for (unsigned i = 0; i < count; i++) {
        struct calibration found;
        if (!calibrate(&clocks[i], &found)) {
            continue;
        }
        lapic_timer_hz = found.lapic_timer_hz;
        if (stated != 0 && agree(stated, found.tsc_hz)) {
            tsc_hz = stated; /* exact, where the measurement has an error */
            return "CPUID";
        }
        tsc_hz = found.tsc_hz;
        return clocks[i].name;
    }
    tsc_hz = stated;
    return stated != 0 ? "CPUID, unchecked" : NULL;
}

void clock_init(void) {
    struct reference_clock clocks[REFERENCE_CLOCK_MAX];
    unsigned count = reference_clocks_find(clocks);
    const char *origin = find_rates(clocks, count);
    uint64_t hz = tsc_hz;

    description[0] = '\0';
    if (!tsc_is_invariant() && clocks[0].mask == UINT64_MAX) {
        read_counter = clocks[0].read;
        hz = clocks[0].hz;
        describe_rate(clocks[0].name, hz);
        describe("the TSC is not invariant)");
    } else if (origin == NULL) {
        hz = ASSUMED_TSC_HZ;
        describe("TSC, rate unknown, taken as 1000 MHz");
    } else {
        describe_rate("TSC", hz);
        describe(origin);
        describe(tsc_is_invariant() ? ")" : "), not invariant");
    }
    multiplier = ((uint64_t)NANOSECONDS_PER_SECOND << SHIFT) / hz;
    start_count = read_counter();
}

uint64_t clock_now_ns(void) {
    unsigned __int128 passed = read_counter() - start_count;
    return (uint64_t)(passed * multiplier >> SHIFT);
}

uint64_t clock_tsc_hz(void) {
    return tsc_hz;
}

uint64_t clock_lapic_timer_hz(void) {
    return lapic_timer_hz;
}

const char *clock_description(void) {
    return description;
}
