/*
 * processors.c - the processors that the kernel does not use.
 *
 * The kernel runs on the processor that the firmware started it on. The others wait in a loop of the
 * firmware's, with its page tables and stacks, and where these lie is the firmware's secret: OVMF keeps them
 * in reserved memory, others in boot-services memory, which the kernel reuses. A processor whose loop is
 * overwritten runs wild. So they get an INIT before the first page is handed out: after it a processor waits
 * for a start-up message inside itself and fetches nothing (Intel SDM volume 3, section 8.4).
 *
 * The message goes to all others at once and not to the local APICs of the MADT one by one: that needs no
 * table that firmware could have wrong, reaches processors that the tables hide, and can be sent before the
 * memory manager is up, which reading ACPI tables cannot be done without. A processor that the firmware has
 * switched off is waiting already and stays so.
 */
#include "cpu/processors.h"

#include <stdint.h>

#include "cpu/io.h"
#include "drivers/acpi.h"
#include "drivers/apic_registers.h"
#include "mm/direct_map.h"

enum {
    CPUID_FEATURES = 1,
    CPUID_EDX_APIC = 1 << 9,
    MSR_APIC_BASE = 0x1b,
    MSR_X2APIC = 0x800, /* register at offset r is MSR 0x800 + r / 16 */
    PORT_DELAY = 0x80,  /* reading it takes about a microsecond and does nothing */
    DELIVERY_READS = 1000,
    PARKING_READS =
        100, /* INIT is taken between two instructions; this is for the slow way there */
};

#define BASE_X2APIC       (UINT64_C(1) << 10)
#define BASE_ENABLED      (UINT64_C(1) << 11)
#define BASE_ADDRESS_MASK UINT64_C(0x000ffffffffff000)
#define DIRECT_MAP_SURE   (UINT64_C(1) << 32) /* below this the loader has mapped everything */

static bool parked;

static void pause_for(unsigned reads) {
    for (unsigned i = 0; i < reads; i++) {
        (void)inb(PORT_DELAY);
    }
}

/* False when the last message is not delivered in time. */
static bool wait_for_delivery(const volatile uint32_t *command) {
    for (unsigned i = 0; i < DELIVERY_READS; i++) {
        if ((*command & COMMAND_PENDING) == 0) {
            return true;
        }
        pause_for(1);
    }
    return false;
}

static bool send_to_others(uint64_t base, uint32_t message) {
    if ((base & BASE_X2APIC) != 0) {
        wrmsr(MSR_X2APIC + REG_INTERRUPT_COMMAND / 16, message);
        return true;
    }
    const uint64_t address = base & BASE_ADDRESS_MASK;
    if (address >= DIRECT_MAP_SURE) {
        return false;
    }
    volatile uint32_t *command = direct_map_pointer(address + REG_INTERRUPT_COMMAND);
    if (!wait_for_delivery(command)) {
        return false;
    }
    *command = message;
    return wait_for_delivery(command);
}

void processors_park(void) {
    if ((cpuid(CPUID_FEATURES, 0).edx & CPUID_EDX_APIC) == 0) {
        return;
    }
    const uint64_t base = rdmsr(MSR_APIC_BASE);
    if ((base & BASE_ENABLED) != 0) {
        parked = send_to_others(base, COMMAND_INIT | COMMAND_ASSERT | COMMAND_TO_ALL_OTHERS);
        pause_for(PARKING_READS);
    }
}

bool processors_are_parked(void) {
    return parked;
}

unsigned processors_count(void) {
    const struct acpi_madt *madt = acpi_madt();
    unsigned count = 0;
    for (unsigned i = 0; i < madt->processor_count; i++) {
        count += madt->processors[i].enabled;
    }
    return count > 0 ? count : 1;
}
