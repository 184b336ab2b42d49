/*
 * fuzz_madt.c - any MADT: nothing is read outside the table, and lists and routes keep to their limits.
 */
/* uses: c/drivers/acpi_madt.c c/drivers/acpi_tables.c c/drivers/irq_route.c */
/* plant: c/drivers/acpi_madt.c: s/entry\[1\] < smallest_size(entry\[0\]) ||// */
/* plant: c/drivers/acpi_madt.c: s/madt->processor_count == ACPI_PROCESSORS_MAX/false/ */
/* plant: c/drivers/acpi_madt.c: s/|| table\[at + 1\] > left// */
/* plant: c/drivers/acpi_madt.c: s/override.irq >= ACPI_ISA_LINES/false/ */
/* plant: c/drivers/acpi_madt.c: s/madt->ioapics\[i\].address == ioapic.address ||// */
/* plant: c/drivers/acpi_madt.c: s/lint >= LINT_COUNT ||// */
#include "drivers/acpi_madt.h"

#include "drivers/acpi_tables.h"
#include "drivers/irq_route.h"
#include "fuzz_input.h"

enum { TABLE_MAX = 8192, HEADER = 44 };

/* Builds a table of entries, most of them of the length that is right; returns its size. */
static size_t build(struct fuzz_input *in, uint8_t *table) {
    static const uint8_t lengths[] = {8, 12, 10, 8, 6, 12, 8, 16, 6, 16, 12};
    size_t at = HEADER;
    memcpy(table + 36, &(uint64_t){fuzz_take(in, 5)}, 8);
    while (in->left > 0 && at + 32 < TABLE_MAX) {
        const uint8_t kind = (uint8_t)fuzz_take(in, 1);
        const uint8_t type = kind < 250 ? kind % 12 : kind % 2 * 9; /* many processors */
        const uint8_t repeat = kind < 250 ? 1 : 200;
        uint8_t length = type < 11 ? lengths[type] : 4;
        if (kind >= 232 && kind < 250) {
            length = (uint8_t)fuzz_take(in, 1) % 32;
        }
        uint8_t entry[32] = {type, length};
        for (unsigned i = 2; i < length && i < sizeof entry; i++) {
            entry[i] = (uint8_t)fuzz_take(in, 1);
        }
        for (unsigned i = 0; i < repeat && at + sizeof entry < TABLE_MAX; i++) {
            entry[3] =
                (uint8_t)(entry[3] + (repeat > 1)); /* many processors of different numbers */
            entry[5] = (uint8_t)(entry[5] + (i % 256 == 255));
            memcpy(table + at, entry, sizeof entry);
            at += length > 0 ? length : 1;
        }
    }
    return at - fuzz_take(in, 1) % 2;
}

static void check_processors(const struct acpi_madt *madt) {
    PROPERTY(madt->processor_count <= ACPI_PROCESSORS_MAX, "there is room for the processors");
    for (unsigned i = 0; i < madt->processor_count; i++) {
        const struct acpi_processor *processor = &madt->processors[i];
        PROPERTY(!processor->enabled || !processor->online_capable, "enabled is more than capable");
        for (unsigned j = 0; j < i; j++) {
            PROPERTY(madt->processors[j].apic_id != processor->apic_id, "no processor comes twice");
        }
    }
}

static void check_lines(const struct acpi_madt *madt) {
    PROPERTY(madt->ioapic_count <= ACPI_IOAPICS_MAX && madt->override_count <= ACPI_OVERRIDES_MAX &&
                 madt->nmi_source_count <= ACPI_NMI_SOURCES_MAX &&
                 madt->local_nmi_count <= ACPI_LOCAL_NMIS_MAX,
             "there is room for the lists");
    for (unsigned i = 0; i < madt->ioapic_count; i++) {
        PROPERTY(madt->ioapics[i].address != 0, "IOAPICs have registers");
        for (unsigned j = 0; j < i; j++) {
            PROPERTY(madt->ioapics[j].address != madt->ioapics[i].address &&
                         madt->ioapics[j].gsi_base != madt->ioapics[i].gsi_base,
                     "no IOAPIC comes twice");
        }
    }
    unsigned lines = 0;
    for (unsigned i = 0; i < madt->override_count; i++) {
        PROPERTY(madt->overrides[i].irq < ACPI_ISA_LINES, "overrides are of ISA lines");
        PROPERTY((lines >> madt->overrides[i].irq & 1) == 0, "a line has one override");
        lines |= 1u << madt->overrides[i].irq;
    }
    for (unsigned i = 0; i < madt->local_nmi_count; i++) {
        PROPERTY(madt->local_nmis[i].lint <= 1, "a local APIC has two inputs");
    }
}

static void check_routes(const struct acpi_madt *madt, unsigned sci) {
    for (unsigned irq = 0; irq < 40; irq++) {
        struct irq_route route;
        if (!irq_find_route(madt, sci, irq, &route)) {
            PROPERTY(irq < ACPI_ISA_LINES, "global system interrupts are there");
            continue;
        }
        PROPERTY(irq != ISA_LINE_CASCADE, "nothing is on the cascade");
        bool moved = false, taken = false;
        for (unsigned i = 0; i < madt->override_count; i++) {
            const struct acpi_override *override = &madt->overrides[i];
            PROPERTY(override->irq != irq || override->gsi == route.gsi, "overrides are obeyed");
            moved |= override->irq == irq;
            taken |= override->gsi == irq;
        }
        PROPERTY(moved || route.gsi == irq, "other lines are where they always were");
        PROPERTY(moved || !taken || irq >= ACPI_ISA_LINES, "but not where another one is");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct acpi_madt madt;
    struct fuzz_input in = {data, size};
    uint8_t bytes[TABLE_MAX + 256] = "APIC";
    const unsigned sci = (unsigned)fuzz_take(&in, 1) % 32;
    const bool is_short = fuzz_take(&in, 1) == 0;
    size_t length = build(&in, bytes);
    if (is_short) {
        length = ACPI_HEADER_SIZE + fuzz_take(&in, 1) % 16;
    }
    memcpy(bytes + 4, &(uint32_t){(uint32_t)length}, 4);
    uint8_t *table = fuzz_copy(bytes, length);
    acpi_read_madt(table, &madt);
    free(table);
    PROPERTY(madt.present && madt.left_out <= length, "what was left out was there");
    check_processors(&madt);
    check_lines(&madt);
    check_routes(&madt, sci);
    return 0;
}
