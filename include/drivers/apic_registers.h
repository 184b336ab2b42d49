/*
 * apic_registers.h - the registers of the local APIC, for the files that drive it.
 */
#ifndef DRIVERS_APIC_REGISTERS_H
#define DRIVERS_APIC_REGISTERS_H

#include <stdint.h>

/* Offsets of registers (SDM volume 3, table 10-1). */
enum {
    REG_ID = 0x20,
    REG_VERSION = 0x30,
    REG_TASK_PRIORITY = 0x80,
    REG_END_OF_INTERRUPT = 0xb0,
    REG_SPURIOUS = 0xf0,
    REG_IN_SERVICE = 0x100, /* eight registers of 32 vectors each, 0x10 apart */
    REG_ERROR_STATUS = 0x280,
    REG_LVT_CMCI = 0x2f0,
    REG_INTERRUPT_COMMAND = 0x300, /* low half of the ICR; in x2APIC mode all of it */
    REG_LVT_TIMER = 0x320,
    REG_LVT_THERMAL = 0x330,
    REG_LVT_PERFORMANCE = 0x340,
    REG_LVT_LINT0 = 0x350,
    REG_LVT_LINT1 = 0x360,
    REG_LVT_ERROR = 0x370,
    REG_INITIAL_COUNT = 0x380,
    REG_CURRENT_COUNT = 0x390,
    REG_DIVIDE = 0x3e0,
};

/* Bits of the local vector table. */
enum {
    LVT_SMI = 2 << 8,
    LVT_NMI = 4 << 8,
    LVT_EXTINT = 7 << 8,
    LVT_DELIVERY_MASK = 7 << 8,
    LVT_ACTIVE_LOW = 1 << 13,
    LVT_MASKED = 1 << 16,
    LVT_PERIODIC = 1 << 17,
};

/* Bits of the interrupt command register (SDM volume 3, section 10.6.1). */
enum {
    COMMAND_INIT = 5 << 8,
    COMMAND_PENDING = 1 << 12, /* the last message is still on its way; not in x2APIC mode */
    COMMAND_ASSERT = 1 << 14,
    COMMAND_TO_SELF = 1 << 18,
    COMMAND_TO_ALL_OTHERS = 3 << 18,
};

/* Through memory or MSRs, as the mode is. Only when lapic_is_present(). ISR-safe. */
uint32_t lapic_read(unsigned offset);
void lapic_write(unsigned offset, uint32_t value);

#endif
