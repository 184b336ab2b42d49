/*
 * acpi_mcfg.c - reads the MCFG.
 */
#include "drivers/acpi_mcfg.h"

#include <stdbool.h>
#include <stddef.h>

#include "drivers/acpi_tables.h"

/* PCI Firmware specification 3.3 tables 4-2 and 4-3. */
enum {
    MCFG_ENTRIES = 44,
    MCFG_ENTRY_SIZE = 16,
    ENTRY_GROUP = 8,
    ENTRY_FIRST_BUS = 10,
    ENTRY_LAST_BUS = 11,
};

#define PHYSICAL_END (UINT64_C(1) << 52)

/* Registers at address 0, or past what a processor can address, cannot be. */
static bool makes_sense(const struct acpi_mcfg_segment *segment) {
    const uint64_t size = ((uint64_t)segment->last_bus + 1) << ACPI_MCFG_BUS_SHIFT;
    return segment->base != 0 && segment->base % (1u << ACPI_MCFG_BUS_SHIFT) == 0 &&
           segment->base < PHYSICAL_END && size <= PHYSICAL_END - segment->base &&
           segment->first_bus <= segment->last_bus;
}

static bool overlaps_earlier(const struct acpi_mcfg *mcfg,
                             const struct acpi_mcfg_segment *segment) {
    for (unsigned i = 0; i < mcfg->count; i++) {
        const struct acpi_mcfg_segment *earlier = &mcfg->segments[i];
        if (earlier->group == segment->group && earlier->first_bus <= segment->last_bus &&
            segment->first_bus <= earlier->last_bus) {
            return true;
        }
    }
    return false;
}

void acpi_read_mcfg(const uint8_t *table, struct acpi_mcfg *mcfg) {
    const size_t length = acpi_table_length(table);

    *mcfg = (struct acpi_mcfg){0};
    for (size_t at = MCFG_ENTRIES; at + MCFG_ENTRY_SIZE <= length; at += MCFG_ENTRY_SIZE) {
        const uint8_t *entry = table + at;
        const struct acpi_mcfg_segment segment = {
            .base = acpi_read64(entry),
            .group = acpi_read16(entry + ENTRY_GROUP),
            .first_bus = entry[ENTRY_FIRST_BUS],
            .last_bus = entry[ENTRY_LAST_BUS],
        };
        if (mcfg->count < ACPI_MCFG_SEGMENTS_MAX && makes_sense(&segment) &&
            !overlaps_earlier(mcfg, &segment)) {
            mcfg->segments[mcfg->count++] = segment;
        } else {
            mcfg->left_out++;
        }
    }
}
