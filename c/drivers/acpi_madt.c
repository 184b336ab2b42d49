/*
 * acpi_madt.c - reads the MADT.
 *
 * The table is a list of entries that begin with their type and their length. A length that is too short
 * for its type says that the entry is not what it claims to be; one that leads out of the table, or
 * nowhere, ends the walk, because then nobody knows where the next entry begins.
 */
#include "drivers/acpi_madt.h"

#include <stddef.h>

#include "drivers/acpi_tables.h"

/* ACPI 6.5 table 5.19, and the lengths of the entries of section 5.2.12. */
enum {
    MADT_LAPIC_ADDRESS = 36,
    MADT_FLAGS = 40,
    MADT_ENTRIES = 44,
    MADT_ENTRY_HEADER = 2,
    MADT_FLAG_PCAT_COMPATIBLE = 1u << 0,
};

enum entry_type {
    ENTRY_LAPIC = 0,
    ENTRY_IOAPIC = 1,
    ENTRY_OVERRIDE = 2,
    ENTRY_NMI_SOURCE = 3,
    ENTRY_LAPIC_NMI = 4,
    ENTRY_LAPIC_ADDRESS = 5,
    ENTRY_X2APIC = 9,
    ENTRY_X2APIC_NMI = 10,
};

enum {
    SIZE_LAPIC = 8,
    SIZE_IOAPIC = 12,
    SIZE_OVERRIDE = 10,
    SIZE_NMI_SOURCE = 8,
    SIZE_LAPIC_NMI = 6,
    SIZE_LAPIC_ADDRESS = 12,
    SIZE_X2APIC = 16,
    SIZE_X2APIC_NMI = 12,
};

enum {
    PROCESSOR_ENABLED = 1u << 0,
    PROCESSOR_ONLINE_CAPABLE = 1u << 1,
    LAPIC_ID_NONE = 0xff, /* what stands where a processor is not: the broadcast id */
    LAPIC_UID_ALL = 0xff,
    BUS_ISA = 0,
    LINT_COUNT = 2,
};

#define X2APIC_ID_NONE UINT32_MAX
#define X2APIC_UID_ALL UINT32_MAX

/* The bits of an MPS INTI flags field; the reserved values count as "as the bus has it". */
static enum acpi_polarity polarity_of(uint16_t flags) {
    switch (flags & 3) {
    case 1:
        return ACPI_ACTIVE_HIGH;
    case 3:
        return ACPI_ACTIVE_LOW;
    default:
        return ACPI_POLARITY_OF_BUS;
    }
}

static enum acpi_trigger trigger_of(uint16_t flags) {
    switch (flags >> 2 & 3) {
    case 1:
        return ACPI_EDGE;
    case 3:
        return ACPI_LEVEL;
    default:
        return ACPI_TRIGGER_OF_BUS;
    }
}

/* A processor may stand in the table twice, as a local APIC and as an x2APIC. */
static bool add_processor(struct acpi_madt *madt, uint32_t apic_id, uint32_t uid, uint32_t flags) {
    const bool enabled = (flags & PROCESSOR_ENABLED) != 0;
    const bool online_capable = !enabled && (flags & PROCESSOR_ONLINE_CAPABLE) != 0;

    for (unsigned i = 0; i < madt->processor_count; i++) {
        if (madt->processors[i].apic_id == apic_id) {
            return false;
        }
    }
    if (madt->processor_count == ACPI_PROCESSORS_MAX) {
        return false;
    }
    madt->processors[madt->processor_count++] =
        (struct acpi_processor){apic_id, uid, enabled, online_capable};
    return true;
}

static bool add_ioapic(struct acpi_madt *madt, const uint8_t *entry) {
    const struct acpi_ioapic ioapic = {
        .address = acpi_read32(entry + 4),
        .gsi_base = acpi_read32(entry + 8),
        .id = entry[2],
    };
    for (unsigned i = 0; i < madt->ioapic_count; i++) {
        if (madt->ioapics[i].address == ioapic.address ||
            madt->ioapics[i].gsi_base == ioapic.gsi_base) {
            return false;
        }
    }
    if (ioapic.address == 0 || madt->ioapic_count == ACPI_IOAPICS_MAX) {
        return false;
    }
    madt->ioapics[madt->ioapic_count++] = ioapic;
    return true;
}

/* Of two overrides of one line the first counts. With one for each line the table cannot overflow. */
static bool add_override(struct acpi_madt *madt, const uint8_t *entry) {
    const uint16_t flags = acpi_read16(entry + 8);
    const struct acpi_override override = {
        .gsi = acpi_read32(entry + 4),
        .irq = entry[3],
        .polarity = polarity_of(flags),
        .trigger = trigger_of(flags),
    };
    if (entry[2] != BUS_ISA || override.irq >= ACPI_ISA_LINES) {
        return false;
    }
    for (unsigned i = 0; i < madt->override_count; i++) {
        if (madt->overrides[i].irq == override.irq) {
            return false;
        }
    }
    madt->overrides[madt->override_count++] = override;
    return true;
}

static bool add_nmi_source(struct acpi_madt *madt, const uint8_t *entry) {
    if (madt->nmi_source_count == ACPI_NMI_SOURCES_MAX) {
        return false;
    }
    madt->nmi_sources[madt->nmi_source_count++] = (struct acpi_nmi_source){
        .gsi = acpi_read32(entry + 4),
        .polarity = polarity_of(acpi_read16(entry + 2)),
    };
    return true;
}

static bool add_local_nmi(struct acpi_madt *madt, uint32_t uid, bool all_processors, uint16_t flags,
                          uint8_t lint) {
    if (lint >= LINT_COUNT || madt->local_nmi_count == ACPI_LOCAL_NMIS_MAX) {
        return false;
    }
    madt->local_nmis[madt->local_nmi_count++] = (struct acpi_local_nmi){
        .uid = uid,
        .lint = lint,
        .all_processors = all_processors,
        .polarity = polarity_of(flags),
    };
    return true;
}

static bool override_lapic_address(struct acpi_madt *madt, uint64_t address) {
    if (address == 0) {
        return false;
    }
    madt->lapic_address = address;
    return true;
}

static uint8_t smallest_size(uint8_t type) {
    switch ((enum entry_type)type) {
    case ENTRY_LAPIC:
        return SIZE_LAPIC;
    case ENTRY_IOAPIC:
        return SIZE_IOAPIC;
    case ENTRY_OVERRIDE:
        return SIZE_OVERRIDE;
    case ENTRY_NMI_SOURCE:
        return SIZE_NMI_SOURCE;
    case ENTRY_LAPIC_NMI:
        return SIZE_LAPIC_NMI;
    case ENTRY_LAPIC_ADDRESS:
        return SIZE_LAPIC_ADDRESS;
    case ENTRY_X2APIC:
        return SIZE_X2APIC;
    case ENTRY_X2APIC_NMI:
        return SIZE_X2APIC_NMI;
    }
    return MADT_ENTRY_HEADER;
}

/* Takes one entry, which is as long as its type demands; false when it is left out. */
static bool read_entry(struct acpi_madt *madt, const uint8_t *entry) {
    switch ((enum entry_type)entry[0]) {
    case ENTRY_LAPIC:
        return entry[3] == LAPIC_ID_NONE ||
               add_processor(madt, entry[3], entry[2], acpi_read32(entry + 4));
    case ENTRY_X2APIC:
        return acpi_read32(entry + 4) == X2APIC_ID_NONE ||
               add_processor(madt, acpi_read32(entry + 4), acpi_read32(entry + 12),
                             acpi_read32(entry + 8));
    case ENTRY_IOAPIC:
        return add_ioapic(madt, entry);
    case ENTRY_OVERRIDE:
        return add_override(madt, entry);
    case ENTRY_NMI_SOURCE:
        return add_nmi_source(madt, entry);
    case ENTRY_LAPIC_NMI:
        return add_local_nmi(madt, entry[2], entry[2] == LAPIC_UID_ALL, acpi_read16(entry + 3),
                             entry[5]);
    case ENTRY_X2APIC_NMI:
        return add_local_nmi(madt, acpi_read32(entry + 4), acpi_read32(entry + 4) == X2APIC_UID_ALL,
                             acpi_read16(entry + 2), entry[8]);
    case ENTRY_LAPIC_ADDRESS:
        return override_lapic_address(madt, acpi_read64(entry + 4));
    }
    return true; /* of other machines, or of a later specification */
}

void acpi_read_madt(const uint8_t *table, struct acpi_madt *madt) {
    const size_t length = acpi_table_length(table);

    *madt = (struct acpi_madt){.present = true};
    if (length < MADT_ENTRIES) {
        madt->truncated = true;
        return;
    }
    madt->lapic_address = acpi_read32(table + MADT_LAPIC_ADDRESS);
    madt->pcat_compatible = (acpi_read32(table + MADT_FLAGS) & MADT_FLAG_PCAT_COMPATIBLE) != 0;

    size_t at = MADT_ENTRIES;
    while (at != length) {
        const size_t left = length - at;
        if (left < MADT_ENTRY_HEADER || table[at + 1] < MADT_ENTRY_HEADER || table[at + 1] > left) {
            madt->truncated = true;
            return;
        }
        const uint8_t *entry = table + at;
        if (entry[1] < smallest_size(entry[0]) || !read_entry(madt, entry)) {
            madt->left_out++;
        }
        at += entry[1];
    }
}
