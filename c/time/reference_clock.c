/*
 * reference_clock.c - HPET, ACPI PM timer and PIT: counters of known frequency.
 *
 * Of the HPET 32 bits are read even where it has 64, and of the PM timer 24 even where the firmware says 32:
 * not every chip set lets a 64-bit register be read in one piece, and the firmware may be wrong. The clock
 * extends them (clock_extend).
 */
#include "time/reference_clock.h"

#include <stddef.h>

#include "cpu/io.h"
#include "drivers/acpi.h"
#include "mm/vmm.h"
#include "time/pit.h"

/* IA-PC HPET specification 1.0a, section 2.3; offsets in registers of 4 bytes */
enum {
    HPET_SIZE = 1024,
    HPET_CAPABILITIES = 0x00 / 4,
    HPET_PERIOD = 0x04 / 4, /* femtoseconds */
    HPET_CONFIGURATION = 0x10 / 4,
    HPET_COUNTER = 0xf0 / 4,
    HPET_COMPARATORS = 0x100 / 4,
    HPET_COMPARATOR_SIZE = 0x20 / 4,
    HPET_COMPARATORS_MAX = (HPET_SIZE / 4 - HPET_COMPARATORS) / HPET_COMPARATOR_SIZE,
    HPET_LAST_COMPARATOR_SHIFT = 8, /* bits 12:8 of the capabilities */
    HPET_LAST_COMPARATOR_MASK = 0x1f,
    HPET_COMPARATOR_INTERRUPT = 1 << 2,
    HPET_ENABLE = 1 << 0,
    HPET_LEGACY_ROUTE = 1 << 1,
    HPET_MAX_PERIOD = 100000000, /* at least 10 MHz */
    HPET_MIN_PERIOD = 100000,    /* nothing that exists counts faster than 10 GHz */
};

#define FEMTOSECONDS_PER_SECOND UINT64_C(1000000000000000)
#define FEMTOSECONDS_PER_NS     UINT64_C(1000000)

enum { PM_TIMER_HZ = 3579545, PM_TIMER_MASK = 0xffffff }; /* ACPI 6.5, section 4.8.3.3 */

/* A counter that has not moved for this many TSC cycles stands still: the slowest moves every microsecond,
 * and this is a millisecond at 10 GHz. */
#define STANDSTILL_CYCLES UINT64_C(10000000)

static volatile uint32_t *hpet;
static uint16_t pm_timer_port;

static uint64_t hpet_read(void) {
    return hpet[HPET_COUNTER];
}

/* The firmware may have left comparators interrupting. */
static void silence_comparators(void) {
    const unsigned count =
        (hpet[HPET_CAPABILITIES] >> HPET_LAST_COMPARATOR_SHIFT & HPET_LAST_COMPARATOR_MASK) + 1;

    for (unsigned i = 0; i < count && i < HPET_COMPARATORS_MAX; i++) {
        volatile uint32_t *configuration = &hpet[HPET_COMPARATORS + i * HPET_COMPARATOR_SIZE];
        *configuration = *configuration & ~(uint32_t)HPET_COMPARATOR_INTERRUPT;
    }
}

static bool hpet_find(struct reference_clock *clock) {
    const uint64_t address = acpi_hpet_address();

    if (address == 0 || address % sizeof *hpet != 0) {
        return false;
    }
    hpet = vmm_map_device(address, HPET_SIZE);
    if (hpet == NULL) {
        return false;
    }
    const uint32_t period = hpet[HPET_PERIOD];
    if (period < HPET_MIN_PERIOD || period > HPET_MAX_PERIOD) {
        return false;
    }
    silence_comparators();
    /* with the legacy route on, the HPET would stand in for the PIT's interrupt */
    hpet[HPET_CONFIGURATION] =
        (hpet[HPET_CONFIGURATION] & ~(uint32_t)HPET_LEGACY_ROUTE) | HPET_ENABLE;

    *clock = (struct reference_clock){
        .name = "HPET",
        .word = "clock=hpet",
        .hz = (FEMTOSECONDS_PER_SECOND + period / 2) / period,
        .to_ns = clock_ratio(FEMTOSECONDS_PER_NS, period),
        .mask = UINT32_MAX,
        .read = hpet_read,
        .can_be_clock = true,
    };
    return true;
}

static uint64_t pm_timer_read(void) {
    return inl(pm_timer_port) & PM_TIMER_MASK;
}

static bool pm_timer_find(struct reference_clock *clock) {
    pm_timer_port = acpi_pm_timer_port();
    if (pm_timer_port == 0) {
        return false;
    }
    *clock = (struct reference_clock){
        .name = "ACPI PM timer",
        .word = "clock=pm",
        .hz = PM_TIMER_HZ,
        .to_ns = clock_ratio(PM_TIMER_HZ, NS_PER_SECOND),
        .mask = PM_TIMER_MASK,
        .read = pm_timer_read,
        .can_be_clock = true,
    };
    return true;
}

/* There is no way to ask for it; where it is missing it stands still. */
static void pit_find(struct reference_clock *clock) {
    pit_count_freely();
    *clock = (struct reference_clock){
        .name = "PIT",
        .hz = PIT_HZ,
        .to_ns = clock_ratio(PIT_HZ, NS_PER_SECOND),
        .mask = PIT_COUNT_MAX,
        .read = pit_count,
    };
}

static bool moves(const struct reference_clock *clock) {
    const uint64_t begin = rdtsc(), count = clock->read();

    do {
        if (clock->read() != count) {
            return true;
        }
    } while (rdtsc() - begin < STANDSTILL_CYCLES);
    return false;
}

unsigned reference_clocks_find(struct reference_clock clocks[REFERENCE_CLOCK_MAX]) {
    unsigned count = 0;

    if (hpet_find(&clocks[count])) {
        count++;
    }
    if (pm_timer_find(&clocks[count])) {
        count++;
    }
    pit_find(&clocks[count]);
    count++;
    for (unsigned i = 0; i < count; i++) {
        clocks[i].runs = moves(&clocks[i]);
    }
    return count;
}
