/*
 * acpi_mcfg.h - the MCFG: where PCI Express configuration space is in memory (PCI Firmware
 * specification 3.3 section 4.1.2).
 *
 * Pure. The table is one that acpi_table_at has accepted; nothing is read outside its own length.
 */
#ifndef ACPI_MCFG_H
#define ACPI_MCFG_H

#include <stdint.h>

enum { ACPI_MCFG_SEGMENTS_MAX = 32, ACPI_MCFG_BUS_SHIFT = 20 };

/* Bus b, first_bus <= b <= last_bus, has its megabyte of configuration space at base + (b <<
 * ACPI_MCFG_BUS_SHIFT). Base is a multiple of 1 MiB and the last byte lies below 2^52. */
struct acpi_mcfg_segment {
    uint64_t base; /* physical, of bus 0, even where first_bus is another */
    uint16_t group;
    uint8_t first_bus, last_bus;
};

struct acpi_mcfg {
    unsigned count;
    unsigned left_out; /* entries without room, senseless, or overlapping an earlier one */
    struct acpi_mcfg_segment segments[ACPI_MCFG_SEGMENTS_MAX];
};

/* Reads a whole MCFG. An incomplete last entry is ignored. */
void acpi_read_mcfg(const uint8_t *table, struct acpi_mcfg *mcfg);

#endif
