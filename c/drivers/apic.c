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

/* Offsets of registers (SDM volume 3, table 10-1). */
enum {
    REG_ID = 0x20,
    REG_TASK_PRIORITY = 0x80,
    REG_END_OF_INTERRUPT = 0xb0,
    REG_SPURIOUS = 0xf0,
    REG_IN_SERVICE = 0x100, /* eight registers of 32 vectors each, 0x10 apart */
    REG_LVT_TIMER = 0x320,
    REG_LVT_LINT0 = 0x350,
    REG_LVT_ERROR = 0x370,
    REG_INITIAL_COUNT = 0x380,
    REG_CURRENT_COUNT = 0x390,
    REG_DIVIDE = 0x3e0,
};

enum {
    SPURIOUS_ENABLE = 1 << 8,
    LVT_EXTINT = 7 << 8,
    LVT_MASKED = 1 << 16,
    LVT_PERIODIC = 1 << 17,
    DIVIDE_BY_16 = 3,
};

static volatile uint32_t *registers; /* NULL in x2APIC mode */
static bool present;

static uint32_t read_register(unsigned offset) {
    if (registers == NULL) {
        return (uint32_t)rdmsr(MSR_X2APIC + offset / 16);
    }
    return registers[offset / sizeof *registers];
}

static void write_register(unsigned offset, uint32_t value) {
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
    write_register(REG_SPURIOUS, SPURIOUS_ENABLE | spurious_vector);
    write_register(REG_LVT_TIMER, LVT_MASKED);
    write_register(REG_INITIAL_COUNT, 0);
    write_register(REG_LVT_LINT0, LVT_MASKED);
    write_register(REG_LVT_ERROR, LVT_MASKED);
    write_register(REG_TASK_PRIORITY, 0);
    /* the firmware may have left an interrupt in service, which would hold back all below it; each
     * end signalled takes the highest, and there can be no more than one for each class of 16 */
    for (unsigned i = 0; i < 16; i++) {
        write_register(REG_END_OF_INTERRUPT, 0);
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
    return registers == NULL ? read_register(REG_ID) : read_register(REG_ID) >> 24;
}

bool lapic_in_service(unsigned vector) {
    return present && read_register(REG_IN_SERVICE + vector / 32 * 0x10) >> vector % 32 & 1;
}

void lapic_end_of_interrupt(void) {
    if (present) {
        write_register(REG_END_OF_INTERRUPT, 0);
    }
}

void lapic_accept_legacy(void) {
    if (present) {
        write_register(REG_LVT_LINT0, LVT_EXTINT);
    }
}

void lapic_timer_free_run(void) {
    if (present) {
        write_register(REG_LVT_TIMER, LVT_MASKED);
        write_register(REG_DIVIDE, DIVIDE_BY_16);
        write_register(REG_INITIAL_COUNT, UINT32_MAX);
    }
}

uint32_t lapic_timer_count(void) {
    return present ? read_register(REG_CURRENT_COUNT) : 0;
}

void lapic_timer_periodic(unsigned vector, uint32_t count) {
    if (present) {
        write_register(REG_DIVIDE, DIVIDE_BY_16);
        write_register(REG_LVT_TIMER, LVT_PERIODIC | vector);
        write_register(REG_INITIAL_COUNT, count);
    }
}
