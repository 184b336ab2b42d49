/*
 * calibrate.c - how fast the time stamp counter and the local APIC timer run.
 */
#include "time/calibrate.h"

#include <stddef.h>

#include "cpu/io.h"
#include "drivers/apic_timer.h"

enum {
    WINDOWS_PER_SECOND = 250,
    READINGS_PER_SAMPLE = 4,
    CPUID_TSC_RATIO = 0x15,
    CPUID_FEATURES = 1,
    CPUID_ECX_HYPERVISOR = 1u << 31,
    CPUID_EXTENDED_POWER_EDX_INVARIANT = 1 << 8,
};

#define CPUID_HYPERVISOR        0x40000000u
#define CPUID_HYPERVISOR_TIMING 0x40000010u /* EAX: TSC frequency in kHz */
#define CPUID_EXTENDED          0x80000000u
#define CPUID_EXTENDED_POWER    0x80000007u

/* A reference that has not moved for this many TSC cycles stands still: 0.04 s at 10 GHz, long
 * after the end of a window on any machine. */
#define GIVE_UP_CYCLES UINT64_C(400000000)

struct sample {
    uint64_t reference;
    uint64_t tsc;
    uint32_t lapic_count;
};

/* Reads all counters at one moment, as nearly as possible: of a few tries the one counts in which
 * reading the reference took the least time. */
static struct sample take_sample(const struct reference_clock *reference) {
    struct sample best = {0};
    uint64_t best_duration = UINT64_MAX;

    for (unsigned i = 0; i < READINGS_PER_SAMPLE; i++) {
        uint64_t before = rdtsc();
        uint64_t count = reference->read();
        uint64_t after = rdtsc();
        uint32_t lapic_count = lapic_timer_count();
        if (after - before < best_duration) {
            best_duration = after - before;
            best.reference = count;
            best.tsc = before + best_duration / 2;
            best.lapic_count = lapic_count;
        }
    }
    return best;
}

static bool measure_window(const struct reference_clock *reference, struct calibration *result) {
    uint64_t wanted = reference->hz / WINDOWS_PER_SECOND;
    struct sample start = take_sample(reference);

    while (((reference->read() - start.reference) & reference->mask) < wanted) {
        if (rdtsc() - start.tsc > GIVE_UP_CYCLES) {
            return false;
        }
    }
    struct sample end = take_sample(reference);
    uint64_t passed = (end.reference - start.reference) & reference->mask;
    /* no overflow: 4 ms are under 2^26 cycles, and a reference clock runs at under 2^34 Hz */
    result->tsc_hz = (end.tsc - start.tsc) * reference->hz / passed;
    result->lapic_timer_hz =
        (uint64_t)(start.lapic_count - end.lapic_count) * reference->hz / passed;
    return true;
}

static uint64_t median(uint64_t values[CALIBRATION_WINDOWS]) {
    for (unsigned i = 1; i < CALIBRATION_WINDOWS; i++) {
        uint64_t value = values[i];
        unsigned at = i;
        for (; at > 0 && values[at - 1] > value; at--) {
            values[at] = values[at - 1];
        }
        values[at] = value;
    }
    return values[CALIBRATION_WINDOWS / 2];
}

bool calibrate(const struct reference_clock *reference, struct calibration *result) {
    uint64_t tsc[CALIBRATION_WINDOWS];
    uint64_t lapic[CALIBRATION_WINDOWS];

    lapic_timer_free_run();
    for (unsigned i = 0; i < CALIBRATION_WINDOWS; i++) {
        struct calibration window;
        if (!measure_window(reference, &window)) {
            return false;
        }
        tsc[i] = window.tsc_hz;
        lapic[i] = window.lapic_timer_hz;
    }
    result->tsc_hz = median(tsc);
    result->lapic_timer_hz = median(lapic);
    return result->tsc_hz != 0;
}

static uint64_t hypervisor_stated_hz(void) {
    if (!(cpuid(CPUID_FEATURES, 0).ecx & CPUID_ECX_HYPERVISOR) ||
        cpuid(CPUID_HYPERVISOR, 0).eax < CPUID_HYPERVISOR_TIMING) {
        return 0;
    }
    return (uint64_t)cpuid(CPUID_HYPERVISOR_TIMING, 0).eax * 1000;
}

uint64_t tsc_stated_hz(void) {
    uint64_t hz = hypervisor_stated_hz();

    if (hz == 0 && cpuid(0, 0).eax >= CPUID_TSC_RATIO) {
        struct cpuid_result ratio = cpuid(CPUID_TSC_RATIO, 0);
        if (ratio.eax != 0 && ratio.ebx != 0 && ratio.ecx != 0) {
            hz = (uint64_t)ratio.ecx * ratio.ebx / ratio.eax;
        }
    }
    return hz;
}

bool tsc_is_invariant(void) {
    return cpuid(CPUID_EXTENDED, 0).eax >= CPUID_EXTENDED_POWER &&
           cpuid(CPUID_EXTENDED_POWER, 0).edx & CPUID_EXTENDED_POWER_EDX_INVARIANT;
}
