/*
 * apic.c - the local APIC: memory-mapped, or through MSRs where the firmware left it in x2APIC mode (Intel
 * SDM volume 3, sections 10.4 to 10.12).
 *
 * The mode is taken as found. Out of x2APIC mode there is no way but a reset of the APIC. Into it there is
 * one, but processors in that mode are made for an interrupt remapping unit, which the kernel does not
 * program: without it only hypervisors promise that IOAPICs reach them. What it would save, an uncached
 * store against a WRMSR at the end of each interrupt, is not worth such a machine.
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

enum {
    SPURIOUS_ENABLE = 1 << 8, /* and not bit 12: the end of an interrupt is told to the IOAPICs */
    VERSION_LAST_LVT_SHIFT = 16,
    ID_SHIFT = 24,
};

/* The highest local vector that must exist for the register to (the version register counts them from 0). */
enum { LAST_LVT_PERFORMANCE = 4, LAST_LVT_THERMAL = 5, LAST_LVT_CMCI = 6 };

static volatile uint32_t *registers; /* NULL in x2APIC mode */
static uint64_t address;
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
    address = base & BASE_ADDRESS_MASK;
    registers = vmm_map_device(address, REGISTERS_SIZE);
    return registers != NULL;
}

/* Masks a source that the firmware may have set up; but not where it has the processor call the firmware
 * itself, which is how some keep a machine from overheating. */
static void mask_unless_smi(unsigned lvt, unsigned last_lvt, unsigned last_needed) {
    if (last_lvt >= last_needed && (lapic_read(lvt) & LVT_DELIVERY_MASK) != LVT_SMI) {
        lapic_write(lvt, LVT_MASKED);
    }
}

bool lapic_init(unsigned spurious_vector, unsigned error_vector) {
    present = find_registers();
    if (!present) {
        return false;
    }
    const unsigned last_lvt = lapic_read(REG_VERSION) >> VERSION_LAST_LVT_SHIFT & 0xff;

    lapic_write(REG_SPURIOUS, SPURIOUS_ENABLE | spurious_vector);
    lapic_write(REG_LVT_TIMER, LVT_MASKED);
    lapic_write(REG_INITIAL_COUNT, 0);
    lapic_write(REG_LVT_LINT0, LVT_MASKED);
    lapic_write(REG_LVT_LINT1, LVT_MASKED);
    mask_unless_smi(REG_LVT_PERFORMANCE, last_lvt, LAST_LVT_PERFORMANCE);
    mask_unless_smi(REG_LVT_THERMAL, last_lvt, LAST_LVT_THERMAL);
    mask_unless_smi(REG_LVT_CMCI, last_lvt, LAST_LVT_CMCI);
    (void)lapic_take_errors();
    lapic_write(REG_LVT_ERROR, error_vector);
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

bool lapic_is_x2apic(void) {
    return present && registers == NULL;
}

uint64_t lapic_address(void) {
    return address;
}

unsigned lapic_id(void) {
    if (!present) {
        return 0;
    }
    return registers == NULL ? lapic_read(REG_ID) : lapic_read(REG_ID) >> ID_SHIFT;
}

bool lapic_in_service(unsigned vector) {
    return present && lapic_read(REG_IN_SERVICE + vector / 32 * 0x10) >> vector % 32 & 1;
}

void lapic_end_of_interrupt(void) {
    lapic_write(REG_END_OF_INTERRUPT, 0);
}

void lapic_send_self(unsigned vector) {
    if (present) {
        lapic_write(REG_INTERRUPT_COMMAND, COMMAND_TO_SELF | vector);
    }
}

void lapic_accept_nmi(unsigned lint, bool active_low) {
    if (present) {
        lapic_write(lint == 0 ? REG_LVT_LINT0 : REG_LVT_LINT1,
                    LVT_NMI | (active_low ? LVT_ACTIVE_LOW : 0));
    }
}

uint32_t lapic_take_errors(void) {
    if (!present) {
        return 0;
    }
    lapic_write(REG_ERROR_STATUS, 0); /* what is written does not matter: it latches the bits */
    return lapic_read(REG_ERROR_STATUS);
}

void lapic_accept_legacy(void) {
    if (present) {
        lapic_write(REG_LVT_LINT0, LVT_EXTINT);
    }
}
