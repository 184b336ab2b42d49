/*
 * apic.c - the local APIC: memory-mapped, or through MSRs where the firmware left it in x2APIC
 * mode.
 *
 * The mode is taken as found. A machine whose firmware chose x2APIC mode cannot be brought back
 * without a reset of the APIC, and may have interrupt remapping set up to match (Intel SDM volume
 * 3, sections 10.4 to 10.12).
 */
#include "drivers/apic.h"

#include <stddef.h>

#include "cpu/io.h"
#include "drivers/apic_registers.h"
#include "mm/vmm.h"

enum {
    CPUID_FEATURES = 1,
    CPUID_EDX_APIC = 1 << 9,
    MSR_APIC_BASE = 0x1b,
    MSR_X2APIC = 0x800, /* register at offset r is MSR 0x800 + r / 16 */
    REGISTERS_SIZE = 4096,
};

#define BASE_X2APIC       (UINT64_C(1) << 10)
#define BASE_ENABLED      (UINT64_C(1) << 11)
#define BASE_ADDRESS_MASK UINT64_C(0x000ffffffffff000)

enum { SPURIOUS_ENABLE = 1 << 8 };

static volatile uint32_t *registers; /* NULL in x2APIC mode */
static bool present;

uint32_t lapic_read(unsigned offset) {
    if (registers == NULL) {
        return (uint32_t)rdmsr(MSR_X2APIC + offset / 16);
    }
    return registers[offset / sizeof *registers];
}

void lapic_write(unsigned offset, uint32_t value) {
    if (registers == NULL) {
        wrmsr(MSR_X2APIC + offset / 16, value);
    } else {
        registers[offset / sizeof *registers] = value;
    }
}

/* Makes the registers reachable; false when they cannot be. */
static bool find_registers(void) {
    if (!(cpuid(CPUID_FEATURES, 0).edx & CPUID_EDX_APIC)) {
        return false;
    }
    uint64_t base = rdmsr(MSR_APIC_BASE);
    if (!(base & BASE_ENABLED)) {
        wrmsr(MSR_APIC_BASE, base | BASE_ENABLED);
        base = rdmsr(MSR_APIC_BASE);
    }
    if (!(base & BASE_ENABLED)) {
        return false;
    }
    if (base & BASE_X2APIC) {
        registers = NULL;
        return true;
    }
    /* the MSR is what the processor goes by, whatever the ACPI tables say */
    registers = vmm_map_device(base & BASE_ADDRESS_MASK, REGISTERS_SIZE);
    return registers != NULL;
}

bool lapic_init(unsigned spurious_vector) {
    present = find_registers();
    if (!present) {
        return false;
    }
    lapic_write(REG_SPURIOUS, SPURIOUS_ENABLE | spurious_vector);
    lapic_write(REG_LVT_TIMER, LVT_MASKED);
    lapic_write(REG_INITIAL_COUNT, 0);
    lapic_write(REG_LVT_LINT0, LVT_MASKED);
    lapic_write(REG_LVT_ERROR, LVT_MASKED);
    lapic_write(REG_TASK_PRIORITY, 0);
    /* the firmware may have left an interrupt in service, which would hold back all below it; each
     * end signalled takes the highest, and there can be no more than one for each class of 16 */
    for (unsigned i = 0; i < 16; i++) {
        lapic_write(REG_END_OF_INTERRUPT, 0);
    }
    return true;
}

bool lapic_is_present(void) {
    return present;
}

unsigned lapic_id(void) {
    if (!present) {
        return 0;
    }
    return registers == NULL ? lapic_read(REG_ID) : lapic_read(REG_ID) >> 24;
}

bool lapic_in_service(unsigned vector) {
    return present && lapic_read(REG_IN_SERVICE + vector / 32 * 0x10) >> vector % 32 & 1;
}

void lapic_end_of_interrupt(void) {
    if (present) {
        lapic_write(REG_END_OF_INTERRUPT, 0);
    }
}

void lapic_accept_legacy(void) {
    if (present) {
        lapic_write(REG_LVT_LINT0, LVT_EXTINT);
    }
}
