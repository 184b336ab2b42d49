/*
 * reference_clock.c - HPET, ACPI PM timer and PIT: counters of known frequency.
 */
#include "time/reference_clock.h"

#include <stddef.h>

#include "cpu/io.h"
#include "drivers/acpi.h"
#include "mm/vmm.h"

/* IA-PC HPET specification 1.0a, section 2.3 */
enum {
    HPET_SIZE = 1024,
    HPET_CAPABILITIES = 0x00 / 8, /* offsets in registers of 8 bytes */
    HPET_CONFIGURATION = 0x10 / 8,
    HPET_COUNTER = 0xf0 / 8,
    HPET_COUNTER_64BIT = 1 << 13,
    HPET_ENABLE = 1 << 0,
    HPET_LEGACY_ROUTE = 1 << 1,
    HPET_MAX_PERIOD = 100000000, /* femtoseconds: at least 10 MHz */
    HPET_MIN_PERIOD = 100000,    /* nothing that exists counts faster than 10 GHz */
};

#define FEMTOSECONDS_PER_SECOND UINT64_C(1000000000000000)

enum { PM_TIMER_HZ = 3579545 }; /* ACPI specification 6.4, section 4.8.2.1 */

/* Intel 8254 data sheet; port 0x61 is the PC's speaker port, which gates channel 2. */
enum {
    PIT_HZ = 1193182,
    PIT_CHANNEL_0 = 0x40,
    PIT_CHANNEL_2 = 0x42,
    PIT_COMMAND = 0x43,
    PIT_COMMAND_CHANNEL_0_RATE = 0x34, /* channel 0, low then high byte, mode 2 */
    PIT_COMMAND_CHANNEL_2_RATE = 0xb4, /* channel 2, low then high byte, mode 2 */
    PIT_COMMAND_LATCH_2 = 0x80,
    SPEAKER_PORT = 0x61,
    SPEAKER_GATE = 0x01,
    SPEAKER_ON = 0x02,
};

static volatile uint64_t *hpet;
static uint16_t pm_timer_port;

static uint64_t hpet_read(void) {
    return hpet[HPET_COUNTER];
}

static bool hpet_find(struct reference_clock *clock) {
    uint64_t address = acpi_hpet_address();

    if (address == 0) {
        return false;
    }
    hpet = vmm_map_device(address, HPET_SIZE);
    if (hpet == NULL) {
        return false;
    }
    uint64_t period = hpet[HPET_CAPABILITIES] >> 32;
    if (period < HPET_MIN_PERIOD || period > HPET_MAX_PERIOD) {
        return false;
    }
    bool wide = (hpet[HPET_CAPABILITIES] & HPET_COUNTER_64BIT) != 0;
    /* with the legacy route on, the HPET would stand in for the PIT's interrupt */
    uint64_t configuration = hpet[HPET_CONFIGURATION] & ~(uint64_t)HPET_LEGACY_ROUTE;
    hpet[HPET_CONFIGURATION] = configuration | HPET_ENABLE;

    *clock = (struct reference_clock){
        .name = "HPET",
        .hz = (FEMTOSECONDS_PER_SECOND + period / 2) / period,
        .mask = wide ? UINT64_MAX : UINT32_MAX,
        .read = hpet_read,
    };
    return true;
}

static uint64_t pm_timer_read(void) {
    return inl(pm_timer_port);
}

static bool pm_timer_find(struct reference_clock *clock) {
    pm_timer_port = acpi_pm_timer_port();
    if (pm_timer_port == 0) {
        return false;
    }
    *clock = (struct reference_clock){
        .name = "ACPI PM timer",
        .hz = PM_TIMER_HZ,
        .mask = acpi_pm_timer_is_32bit() ? UINT32_MAX : 0xffffff,
        .read = pm_timer_read,
    };
    return true;
}

/* The channel counts down, so the value is turned round. */
static uint64_t pit_read(void) {
    outb(PIT_COMMAND, PIT_COMMAND_LATCH_2);
    unsigned low = inb(PIT_CHANNEL_2);
    unsigned high = inb(PIT_CHANNEL_2);
    return 0xffff - (high << 8 | low);
}

/* Every PC has it, and there is no way to ask; one that stands still is noticed by whoever waits.
 */
static void pit_find(struct reference_clock *clock) {
    outb(SPEAKER_PORT, (uint8_t)((inb(SPEAKER_PORT) & ~SPEAKER_ON) | SPEAKER_GATE));
    outb(PIT_COMMAND, PIT_COMMAND_CHANNEL_2_RATE);
    outb(PIT_CHANNEL_2, 0); /* 0 stands for 65536 */
    outb(PIT_CHANNEL_2, 0);
    *clock = (struct reference_clock){
        .name = "PIT",
        .hz = PIT_HZ,
        .mask = 0xffff,
        .read = pit_read,
    };
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
    return count + 1;
}

void pit_start_periodic(unsigned hz) {
    unsigned divisor = (PIT_HZ + hz / 2) / hz;

    outb(PIT_COMMAND, PIT_COMMAND_CHANNEL_0_RATE);
    outb(PIT_CHANNEL_0, (uint8_t)divisor);
    outb(PIT_CHANNEL_0, (uint8_t)(divisor >> 8));
}
