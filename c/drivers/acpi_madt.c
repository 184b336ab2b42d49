/*
 * acpi_madt.c - the MADT: the processors of the machine.
 */
#include "drivers/acpi_madt.h"

#include "drivers/acpi_tables.h"

enum {
    MADT_ENTRIES = 44,
    TYPE_LAPIC = 0,
    LAPIC_SIZE = 8,
    TYPE_X2APIC = 9,
    X2APIC_SIZE = 16,
    FLAG_ENABLED = 1,
};

static void add(struct acpi_madt *madt, uint32_t apic_id, bool enabled) {
    for (unsigned i = 0; i < madt->processor_count; i++) {
        if (madt->processors[i].apic_id == apic_id) {
            return;
        }
    }
    if (madt->processor_count < ACPI_PROCESSORS_MAX) {
        madt->processors[madt->processor_count++] = (struct acpi_processor){apic_id, enabled};
    }
}

void acpi_read_madt(const uint8_t *table, struct acpi_madt *madt) {
    const uint32_t length = acpi_read32(table + 4);
    *madt = (struct acpi_madt){.present = true};
    for (uint32_t at = MADT_ENTRIES; at + 2 <= length;) {
        const uint8_t type = table[at], size = table[at + 1];
        if (size < 2 || size > length - at) {
            return;
        }
        if (type == TYPE_LAPIC && size >= LAPIC_SIZE) {
            add(madt, table[at + 3], (acpi_read32(table + at + 4) & FLAG_ENABLED) != 0);
        } else if (type == TYPE_X2APIC && size >= X2APIC_SIZE) {
            add(madt, acpi_read32(table + at + 4),
                (acpi_read32(table + at + 8) & FLAG_ENABLED) != 0);
        }
        at += size;
    }
}
