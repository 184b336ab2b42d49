/*
 * acpi_madt.h - the MADT: the processors of the machine (ACPI 6.5 section 5.2.12). Pure.
 */
#ifndef ACPI_MADT_H
#define ACPI_MADT_H

#include <stdbool.h>
#include <stdint.h>

enum { ACPI_PROCESSORS_MAX = 256 };

/* A logical processor and its local APIC. */
struct acpi_processor {
    uint32_t apic_id;
    bool enabled; /* ready to be used */
};

struct acpi_madt {
    bool present; /* there is a MADT; without one all else is 0 */
    unsigned processor_count;
    struct acpi_processor processors[ACPI_PROCESSORS_MAX];
};

/* Reads a table that acpi_table_at has accepted. A processor that is listed twice counts once. */
void acpi_read_madt(const uint8_t *table, struct acpi_madt *madt);

#endif
