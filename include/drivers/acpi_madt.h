/*
 * acpi_madt.h - the MADT: processors, interrupt controllers and how interrupts are wired (ACPI 6.5 section
 * 5.2.12).
 *
 * Pure. The table is one that acpi_table_at has accepted; nothing is read outside its own length. What
 * makes no sense, comes twice or has no room is left out and counted.
 */
#ifndef ACPI_MADT_H
#define ACPI_MADT_H

#include <stdbool.h>
#include <stdint.h>

enum {
    ACPI_PROCESSORS_MAX = 256,
    ACPI_IOAPICS_MAX = 16,
    ACPI_OVERRIDES_MAX = 16, /* one for each ISA line */
    ACPI_NMI_SOURCES_MAX = 8,
    ACPI_LOCAL_NMIS_MAX = 16,
    ACPI_ISA_LINES = 16,
};

/* A logical processor and its local APIC. */
struct acpi_processor {
    uint32_t apic_id;
    uint32_t uid;        /* what the namespace and the local NMIs call it */
    bool enabled;        /* ready to be used */
    bool online_capable; /* not enabled, but could become so while the machine runs */
};

struct acpi_ioapic {
    uint64_t address;  /* physical, of its registers */
    uint32_t gsi_base; /* global system interrupt of its first input */
    uint8_t id;
};

/* Polarity and trigger mode, as the flags of several entries give them (table 5.26). */
enum acpi_polarity { ACPI_POLARITY_OF_BUS, ACPI_ACTIVE_HIGH, ACPI_ACTIVE_LOW };
enum acpi_trigger { ACPI_TRIGGER_OF_BUS, ACPI_EDGE, ACPI_LEVEL };

/* ISA line `irq` is not input `irq` of the first IOAPIC, or is not triggered as ISA lines are. */
struct acpi_override {
    uint32_t gsi;
    uint8_t irq; /* 0 to 15 */
    enum acpi_polarity polarity;
    enum acpi_trigger trigger;
};

/* An IOAPIC input that is a non-maskable interrupt. */
struct acpi_nmi_source {
    uint32_t gsi;
    enum acpi_polarity polarity;
};

/* An input of local APICs that is a non-maskable interrupt. */
struct acpi_local_nmi {
    uint32_t uid; /* of the processor; meaningless with all_processors */
    uint8_t lint; /* 0 or 1 */
    bool all_processors;
    enum acpi_polarity polarity;
};

struct acpi_madt {
    bool present;           /* there is a MADT; without one all else is 0 */
    bool pcat_compatible;   /* the machine also has the two 8259 controllers */
    uint64_t lapic_address; /* physical; the 64-bit override preferred */

    unsigned processor_count;
    unsigned ioapic_count;
    unsigned override_count;
    unsigned nmi_source_count;
    unsigned local_nmi_count;
    unsigned left_out; /* entries without room, doubled, or senseless */
    bool truncated;    /* the entries do not fill the table evenly: the rest was not read */

    struct acpi_processor processors[ACPI_PROCESSORS_MAX];
    struct acpi_ioapic ioapics[ACPI_IOAPICS_MAX];
    struct acpi_override overrides[ACPI_OVERRIDES_MAX];
    struct acpi_nmi_source nmi_sources[ACPI_NMI_SOURCES_MAX];
    struct acpi_local_nmi local_nmis[ACPI_LOCAL_NMIS_MAX];
};

/* Reads a whole MADT. Any bytes give a result that keeps to the limits above. */
void acpi_read_madt(const uint8_t *table, struct acpi_madt *madt);

#endif
