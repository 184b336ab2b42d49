/*
 * tsc_rate.c - how fast the time stamp counter runs, out of what is stated and what was measured.
 */
#include "time/tsc_rate.h"

#include <stdbool.h>
#include <stddef.h>

#include "time/clock_math.h"

enum {
    HZ_PER_MHZ = 1000000,
    HZ_PER_KHZ = 1000,
    /* what a measurement may be off: 1/2048, 490 ppm; two crystals differ by up to 200 */
    TOLERANCE_SHIFT = 11,
};

/* Crystals of the processors that give a ratio but no crystal (SDM volume 3, section
 * 18.7.3, nominal core crystal clock frequency). */
static const uint32_t crystals_hz[] = {24000000, 25000000, 19200000, 38400000};
enum { CRYSTALS = sizeof crystals_hz / sizeof crystals_hz[0] };

static uint64_t rate_of_crystal(const struct tsc_statements *stated, uint32_t crystal_hz) {
    if (stated->denominator == 0 || stated->numerator == 0) {
        return 0;
    }
    const uint64_t hz = clock_scale(crystal_hz, stated->numerator, stated->denominator);
    return hz <= CLOCK_RATE_MAX ? hz : 0;
}

/* The crystal that comes nearest to a rate. */
static uint64_t rate_near(const struct tsc_statements *stated, uint64_t hz) {
    uint64_t nearest = 0, least = UINT64_MAX;

    for (unsigned i = 0; i < CRYSTALS; i++) {
        const uint64_t rate = rate_of_crystal(stated, crystals_hz[i]);
        const uint64_t difference = rate > hz ? rate - hz : hz - rate;
        if (rate != 0 && difference < least) {
            least = difference;
            nearest = rate;
        }
    }
    return nearest;
}

static struct tsc_rate decide_unmeasured(const struct tsc_statements *stated, uint64_t direct_hz) {
    static const char unchecked[] = "stated, unchecked";

    if (direct_hz != 0) {
        return (struct tsc_rate){.hz = direct_hz, .origin = unchecked};
    }
    const uint64_t base_hz = (uint64_t)stated->base_mhz * HZ_PER_MHZ;
    const uint64_t crystal_rate_hz = rate_near(stated, base_hz);
    if (base_hz != 0 && crystal_rate_hz != 0 &&
        clock_agree(crystal_rate_hz, base_hz, TOLERANCE_SHIFT)) {
        return (struct tsc_rate){.hz = crystal_rate_hz, .origin = unchecked};
    }
    return (struct tsc_rate){.hz = base_hz, .origin = base_hz != 0 ? unchecked : NULL};
}

struct tsc_rate tsc_rate_decide(const struct tsc_statements *stated, uint64_t measured_hz,
                                const char *measured_with) {
    const bool by_hypervisor = stated->hypervisor_khz != 0;
    const uint64_t direct_hz = by_hypervisor ? (uint64_t)stated->hypervisor_khz * HZ_PER_KHZ
                                             : rate_of_crystal(stated, stated->crystal_hz);
    const char *who = by_hypervisor ? "the hypervisor" : "CPUID";

    if (measured_hz == 0) {
        return decide_unmeasured(stated, direct_hz);
    }
    if (direct_hz != 0) {
        if (clock_agree(direct_hz, measured_hz, TOLERANCE_SHIFT)) {
            return (struct tsc_rate){.hz = direct_hz, .origin = who};
        }
        return (struct tsc_rate){
            .hz = measured_hz, .origin = measured_with, .disproved_hz = direct_hz, .liar = who};
    }
    const uint64_t crystal_rate_hz = rate_near(stated, measured_hz);
    if (crystal_rate_hz != 0 && clock_agree(crystal_rate_hz, measured_hz, TOLERANCE_SHIFT)) {
        return (struct tsc_rate){.hz = crystal_rate_hz, .origin = "CPUID"};
    }
    return (struct tsc_rate){.hz = measured_hz, .origin = measured_with};
}
