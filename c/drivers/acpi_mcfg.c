/*
 * acpi_mcfg.c - the MCFG: where PCI Express configuration space is in memory.
 */
#include "drivers/acpi_mcfg.h"

#include "drivers/acpi_tables.h"

enum { MCFG_ENTRIES = 44, ENTRY_SIZE = 16, BUS_SHIFT = 20 };

#define ADDRESS_END (UINT64_C(1) << 52)

void acpi_read_mcfg(const uint8_t *table, struct acpi_mcfg *mcfg) {
    const uint32_t length = acpi_read32(table + 4);
    mcfg->count = 0;
    for (uint32_t at = MCFG_ENTRIES; at <= length && length - at >= ENTRY_SIZE; at += ENTRY_SIZE) {
        const struct acpi_mcfg_segment segment = {
            .base = acpi_read64(table + at),
            .group = acpi_read16(table + at + 8),
            .first_bus = table[at + 10],
            .last_bus = table[at + 11],
        };
        if (mcfg->count < ACPI_MCFG_SEGMENTS_MAX && segment.base != 0 &&
            segment.base % (UINT64_C(1) << BUS_SHIFT) == 0 && segment.base < ADDRESS_END &&
            (segment.last_bus + UINT64_C(1)) << BUS_SHIFT <= ADDRESS_END - segment.base &&
            segment.first_bus <= segment.last_bus) {
            mcfg->segments[mcfg->count++] = segment;
        }
    }
}
