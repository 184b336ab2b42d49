/*
 * calibrate.c - how fast the time stamp counter and the local APIC timer run.
 */
#include "time/calibrate.h"

#include <stddef.h>

#include "cpu/io.h"
#include "drivers/apic_timer.h"
#include "time/clock_math.h"

enum {
    WINDOWS_PER_SECOND = 100,
    READINGS_PER_SAMPLE = 4,
    SAMPLES = CALIBRATION_WINDOWS + 1,
    /* how far the whole may be from the median of its windows: 1/1024 */
    AGREEMENT_SHIFT = 10,
};

enum {
    CPUID_FEATURES = 1,
    CPUID_TSC_RATIO = 0x15,
    CPUID_PROCESSOR_FREQUENCY = 0x16,
    CPUID_ECX_TSC_DEADLINE = 1 << 24,
    CPUID_EXTENDED_POWER_EDX_INVARIANT = 1 << 8,
    BASE_MHZ_MASK = 0xffff,
};

#define CPUID_ECX_HYPERVISOR    (1u << 31)
#define CPUID_HYPERVISOR        0x40000000u
#define CPUID_HYPERVISOR_TIMING 0x40000010u /* EAX: TSC frequency in kHz */
#define CPUID_EXTENDED          0x80000000u
#define CPUID_EXTENDED_POWER    0x80000007u

#define TSC_HZ_MIN UINT64_C(1000000)
#define TSC_HZ_MAX UINT64_C(100000000000)

/* A reference that has not come to the end of a window after so many TSC cycles stands: 40 ms at 10 GHz. */
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
        const uint64_t before = rdtsc();
        const uint64_t count = reference->read();
        const uint64_t after = rdtsc();
        const uint32_t lapic_count = lapic_timer_count();
        if (after - before < best_duration) {
            best_duration = after - before;
            best.reference = count;
            best.tsc = before + best_duration / 2;
            best.lapic_count = lapic_count;
        }
    }
    return best;
}

/* Takes a sample at the end of the window that `start` begins. */
static bool wait_window(const struct reference_clock *reference, const struct sample *start,
                        struct sample *end) {
    const uint64_t wanted = reference->hz / WINDOWS_PER_SECOND;

    while (((reference->read() - start->reference) & reference->mask) < wanted) {
        if (rdtsc() - start->tsc > GIVE_UP_CYCLES) {
            return false;
        }
    }
    *end = take_sample(reference);
    return true;
}

static uint64_t best_of(uint64_t whole, uint64_t windows[CALIBRATION_WINDOWS]) {
    const uint64_t median = clock_median(windows, CALIBRATION_WINDOWS);
    return clock_agree(whole, median, AGREEMENT_SHIFT) ? whole : median;
}

bool calibrate(const struct reference_clock *reference, struct calibration *result) {
    struct sample samples[SAMPLES];
    uint64_t tsc[CALIBRATION_WINDOWS];
    uint64_t lapic[CALIBRATION_WINDOWS];
    uint64_t passed = 0; /* more than the reference can hold, if it is a PIT */

    lapic_timer_free_run();
    samples[0] = take_sample(reference);
    for (unsigned i = 0; i < CALIBRATION_WINDOWS; i++) {
        const struct sample *start = &samples[i], *end = &samples[i + 1];
        if (!wait_window(reference, start, &samples[i + 1])) {
            return false;
        }
        const uint64_t counts = (end->reference - start->reference) & reference->mask;
        tsc[i] = clock_scale(end->tsc - start->tsc, reference->hz, counts);
        lapic[i] = clock_scale(start->lapic_count - end->lapic_count, reference->hz, counts);
        passed += counts;
    }
    const struct sample *first = &samples[0], *last = &samples[CALIBRATION_WINDOWS];
    result->tsc_hz = best_of(clock_scale(last->tsc - first->tsc, reference->hz, passed), tsc);
    result->lapic_timer_hz =
        best_of(clock_scale(first->lapic_count - last->lapic_count, reference->hz, passed), lapic);
    return result->tsc_hz >= TSC_HZ_MIN && result->tsc_hz <= TSC_HZ_MAX;
}

struct tsc_statements tsc_statements(void) {
    struct tsc_statements stated = {0};
    const uint32_t last_leaf = cpuid(0, 0).eax;

    if (cpuid(CPUID_FEATURES, 0).ecx & CPUID_ECX_HYPERVISOR &&
        cpuid(CPUID_HYPERVISOR, 0).eax >= CPUID_HYPERVISOR_TIMING) {
        stated.hypervisor_khz = cpuid(CPUID_HYPERVISOR_TIMING, 0).eax;
    }
    if (last_leaf >= CPUID_TSC_RATIO) {
        const struct cpuid_result ratio = cpuid(CPUID_TSC_RATIO, 0);
        stated.denominator = ratio.eax;
        stated.numerator = ratio.ebx;
        stated.crystal_hz = ratio.ecx;
    }
    if (last_leaf >= CPUID_PROCESSOR_FREQUENCY) {
        stated.base_mhz = cpuid(CPUID_PROCESSOR_FREQUENCY, 0).eax & BASE_MHZ_MASK;
    }
    return stated;
}

bool tsc_is_invariant(void) {
    return cpuid(CPUID_EXTENDED, 0).eax >= CPUID_EXTENDED_POWER &&
           cpuid(CPUID_EXTENDED_POWER, 0).edx & CPUID_EXTENDED_POWER_EDX_INVARIANT;
}

bool tsc_has_deadline(void) {
    return cpuid(CPUID_FEATURES, 0).ecx & CPUID_ECX_TSC_DEADLINE;
}
