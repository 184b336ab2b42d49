/*
 * tsc_rate.h - how fast the time stamp counter runs, out of what is stated and what was measured.
 *
 * Pure, for the unit tests. What a processor or a hypervisor states is exact where it is true, but there are
 * those that state another rate than they run at; so it is believed only where the measurement agrees.
 */
#ifndef TIME_TSC_RATE_H
#define TIME_TSC_RATE_H

#include <stdint.h>

/* The statements, 0 for what is not made. */
struct tsc_statements {
    uint32_t denominator;    /* CPUID 15h EAX and EBX: TSC counts per crystal count are */
    uint32_t numerator;      /* numerator / denominator (SDM volume 3, section 18.7.3) */
    uint32_t crystal_hz;     /* CPUID 15h ECX */
    uint32_t base_mhz;       /* CPUID 16h EAX bits 15:0: rounded, good for a guess */
    uint32_t hypervisor_khz; /* CPUID 40000010h EAX */
};

struct tsc_rate {
    uint64_t hz;           /* 0: unknown */
    const char *origin;    /* who says so, for people; NULL when the rate is unknown */
    uint64_t disproved_hz; /* a stated rate with which the measurement does not agree, else 0 */
    const char *liar;      /* who stated that */
};

/* Decides. `measured_hz` is 0 when nothing could be measured; `measured_with` names the clock it was measured
 * with. */
struct tsc_rate tsc_rate_decide(const struct tsc_statements *stated, uint64_t measured_hz,
                                const char *measured_with);

#endif
