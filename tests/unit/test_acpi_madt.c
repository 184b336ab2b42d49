/*
 * test_acpi_madt.c - MADT and MCFG, as firmware makes them and as it should not.
 */
/* uses: c/drivers/acpi_madt.c c/drivers/acpi_mcfg.c c/drivers/acpi_tables.c */
#include "drivers/acpi_madt.h"
#include "drivers/acpi_mcfg.h"

#include "acpi_memory.h"
#include "unit.h"

enum { ENTRIES = 44 };

static uint32_t end; /* of the table that is being made */
static struct acpi_madt madt;
static struct acpi_mcfg mcfg;

static void put16(uint8_t *at, uint16_t value) {
    memcpy(at, &value, sizeof value);
}

static void begin(void) {
    acpi_memory_reset();
    put32(memory + 36, 0xfee00000);
    end = ENTRIES;
}

/* The table in memory of exactly its size, so that a read beyond it is noticed. */
static const uint8_t *exact(uint32_t length) {
    put32(memory + 4, length);
    return acpi_memory_map(MEMORY_BASE, length);
}

static void read_madt(void) {
    acpi_read_madt(exact(end), &madt);
}

static uint8_t *entry(uint8_t type, uint8_t size) {
    uint8_t *at = memory + end;
    at[0] = type;
    at[1] = size;
    end += size;
    return at;
}

static void lapic(uint8_t uid, uint8_t id, uint32_t flags) {
    uint8_t *at = entry(0, 8);
    at[2] = uid;
    at[3] = id;
    put32(at + 4, flags);
}

static void x2apic(uint32_t uid, uint32_t id, uint32_t flags) {
    uint8_t *at = entry(9, 16);
    put32(at + 4, id);
    put32(at + 8, flags);
    put32(at + 12, uid);
}

static void ioapic(uint8_t id, uint32_t address, uint32_t gsi_base) {
    uint8_t *at = entry(1, 12);
    at[2] = id;
    put32(at + 4, address);
    put32(at + 8, gsi_base);
}

static void override(uint8_t bus, uint8_t irq, uint32_t gsi, uint16_t flags) {
    uint8_t *at = entry(2, 10);
    at[2] = bus;
    at[3] = irq;
    put32(at + 4, gsi);
    put16(at + 8, flags);
}

static void local_nmi(uint8_t uid, uint16_t flags, uint8_t lint) {
    uint8_t *at = entry(4, 6);
    at[2] = uid;
    put16(at + 3, flags);
    at[5] = lint;
}

UNIT_TEST(madt_pc, "the MADT of a PC gives processors, IOAPIC, overrides and the NMI") {
    begin();
    put32(memory + 40, 1);
    lapic(0, 0, 1);
    lapic(1, 2, 1);
    lapic(2, 4, 2);
    lapic(3, 255, 0);
    ioapic(7, 0xfec00000, 0);
    override(0, 0, 2, 0);
    override(0, 9, 20, 0xd);
    override(0, 10, 10, 0xf);
    override(0, 11, 11, 0x5);
    uint8_t *nmi = entry(3, 8);
    put16(nmi + 2, 3);
    put32(nmi + 4, 21);
    local_nmi(255, 0, 1);
    local_nmi(1, 3, 0);
    read_madt();
    CHECK(madt.present && madt.pcat_compatible && !madt.truncated);
    CHECK_EQ_U64(madt.lapic_address, 0xfee00000);
    CHECK_EQ_U64(madt.processor_count, 3);
    CHECK_EQ_U64(madt.processors[1].apic_id, 2);
    CHECK_EQ_U64(madt.processors[1].uid, 1);
    CHECK(madt.processors[1].enabled && !madt.processors[1].online_capable);
    CHECK(!madt.processors[2].enabled && madt.processors[2].online_capable);
    CHECK_EQ_U64(madt.ioapic_count, 1);
    CHECK_EQ_U64(madt.ioapics[0].id, 7);
    CHECK_EQ_U64(madt.ioapics[0].address, 0xfec00000);
    CHECK_EQ_U64(madt.override_count, 4);
    CHECK_EQ_U64(madt.overrides[0].irq, 0);
    CHECK_EQ_U64(madt.overrides[0].gsi, 2);
    CHECK_EQ_U64(madt.overrides[0].polarity, ACPI_POLARITY_OF_BUS);
    CHECK_EQ_U64(madt.overrides[0].trigger, ACPI_TRIGGER_OF_BUS);
    CHECK_EQ_U64(madt.overrides[1].gsi, 20);
    CHECK_EQ_U64(madt.overrides[1].polarity, ACPI_ACTIVE_HIGH);
    CHECK_EQ_U64(madt.overrides[1].trigger, ACPI_LEVEL);
    CHECK_EQ_U64(madt.overrides[2].polarity, ACPI_ACTIVE_LOW);
    CHECK_EQ_U64(madt.overrides[2].trigger, ACPI_LEVEL);
    CHECK_EQ_U64(madt.overrides[3].trigger, ACPI_EDGE);
    CHECK_EQ_U64(madt.nmi_source_count, 1);
    CHECK_EQ_U64(madt.nmi_sources[0].gsi, 21);
    CHECK_EQ_U64(madt.nmi_sources[0].polarity, ACPI_ACTIVE_LOW);
    CHECK_EQ_U64(madt.local_nmi_count, 2);
    CHECK(madt.local_nmis[0].all_processors && !madt.local_nmis[1].all_processors);
    CHECK_EQ_U64(madt.local_nmis[0].lint, 1);
    CHECK_EQ_U64(madt.local_nmis[1].uid, 1);
    CHECK_EQ_U64(madt.left_out, 0);
    acpi_memory_reset();
}

UNIT_TEST(madt_x2apic, "x2APIC entries count, and one for a known processor is left out") {
    begin();
    lapic(0, 0, 1);
    x2apic(0, 0, 1);
    x2apic(300, 300, 1);
    x2apic(301, UINT32_MAX, 1);
    uint8_t *nmi = entry(10, 12);
    put16(nmi + 2, 1);
    put32(nmi + 4, UINT32_MAX);
    nmi[8] = 1;
    read_madt();
    CHECK_EQ_U64(madt.processor_count, 2);
    CHECK_EQ_U64(madt.processors[1].apic_id, 300);
    CHECK_EQ_U64(madt.processors[1].uid, 300);
    CHECK_EQ_U64(madt.local_nmi_count, 1);
    CHECK(madt.local_nmis[0].all_processors);
    CHECK_EQ_U64(madt.local_nmis[0].polarity, ACPI_ACTIVE_HIGH);
    CHECK_EQ_U64(madt.left_out, 1);
    acpi_memory_reset();
}

UNIT_TEST(madt_address, "the 64-bit address of the local APIC wins, unless it is 0 or cut short") {
    begin();
    uint8_t *at = entry(5, 12);
    put64(at + 4, UINT64_C(0x1fee00000));
    read_madt();
    CHECK_EQ_U64(madt.lapic_address, UINT64_C(0x1fee00000));
    put64(at + 4, 0);
    read_madt();
    CHECK_EQ_U64(madt.lapic_address, 0xfee00000);
    begin();
    (void)entry(5, 11);
    read_madt();
    CHECK_EQ_U64(madt.lapic_address, 0xfee00000);
    CHECK_EQ_U64(madt.left_out, 1);
    acpi_memory_reset();
}

UNIT_TEST(madt_senseless, "entries that cannot be are left out, and the others still count") {
    begin();
    ioapic(1, 0, 0);
    ioapic(2, 0xfec00000, 0);
    ioapic(3, 0xfec00000, 24);
    ioapic(4, 0xfec01000, 0);
    override(1, 3, 3, 0);
    override(0, 16, 16, 0);
    override(0, 5, 5, 0xd);
    override(0, 5, 6, 0);
    override(0, 6, 7, 0xa);
    local_nmi(0, 0, 2);
    (void)entry(0, 7);
    (void)entry(1, 11);
    (void)entry(2, 9);
    (void)entry(3, 7);
    (void)entry(4, 5);
    (void)entry(9, 15);
    (void)entry(10, 11);
    (void)entry(0x7f, 2);
    (void)entry(0x80, 40);
    lapic(0, 9, 1);
    read_madt();
    CHECK(!madt.truncated);
    CHECK_EQ_U64(madt.ioapic_count, 1);
    CHECK_EQ_U64(madt.ioapics[0].id, 2);
    CHECK_EQ_U64(madt.override_count, 2);
    CHECK_EQ_U64(madt.overrides[0].gsi, 5);
    CHECK_EQ_U64(madt.overrides[1].polarity, ACPI_POLARITY_OF_BUS); /* reserved values */
    CHECK_EQ_U64(madt.overrides[1].trigger, ACPI_TRIGGER_OF_BUS);
    CHECK_EQ_U64(madt.local_nmi_count, 0);
    CHECK_EQ_U64(madt.processor_count, 1);
    CHECK_EQ_U64(madt.processors[0].apic_id, 9);
    CHECK_EQ_U64(madt.left_out, 14);
    acpi_memory_reset();
}

UNIT_TEST(madt_walk, "an entry of length 0 or 1, or past the end, ends the walk") {
    static const uint8_t sizes[] = {0, 1, 9, 255};
    for (size_t i = 0; i < sizeof sizes; i++) {
        begin();
        lapic(0, 1, 1);
        lapic(0, 2, 1);
        memory[ENTRIES + 8 + 1] = sizes[i];
        read_madt();
        CHECK(madt.truncated);
        CHECK_EQ_U64(madt.processor_count, 1);
    }
    begin();
    lapic(0, 1, 1);
    end++; /* half an entry header */
    read_madt();
    CHECK(madt.truncated);
    CHECK_EQ_U64(madt.processor_count, 1);
    for (uint32_t length = 36; length < 44; length++) {
        acpi_read_madt(exact(length), &madt);
        CHECK(madt.present && madt.truncated);
        CHECK_EQ_U64(madt.lapic_address, 0);
    }
    acpi_memory_reset();
}

UNIT_TEST(madt_crowd, "more entries than there is room for are left out and counted") {
    begin();
    for (unsigned i = 0; i < ACPI_PROCESSORS_MAX + 3; i++) {
        x2apic(i, i, 1);
    }
    for (unsigned i = 0; i < ACPI_IOAPICS_MAX + 2; i++) {
        ioapic((uint8_t)i, 0xfec00000 + i * 0x1000, i * 24);
    }
    for (unsigned i = 0; i < ACPI_LOCAL_NMIS_MAX + 1; i++) {
        local_nmi((uint8_t)i, 0, 1);
    }
    for (unsigned i = 0; i < ACPI_NMI_SOURCES_MAX + 1; i++) {
        (void)entry(3, 8);
    }
    read_madt();
    CHECK_EQ_U64(madt.processor_count, ACPI_PROCESSORS_MAX);
    CHECK_EQ_U64(madt.ioapic_count, ACPI_IOAPICS_MAX);
    CHECK_EQ_U64(madt.local_nmi_count, ACPI_LOCAL_NMIS_MAX);
    CHECK_EQ_U64(madt.nmi_source_count, ACPI_NMI_SOURCES_MAX);
    CHECK_EQ_U64(madt.left_out, 3 + 2 + 1 + 1);
    acpi_memory_reset();
}

static void segment(uint32_t index, uint64_t base, uint16_t group, uint8_t first, uint8_t last) {
    uint8_t *at = memory + 44 + index * 16;
    put64(at, base);
    put16(at + 8, group);
    at[10] = first;
    at[11] = last;
}

UNIT_TEST(mcfg_segments, "the MCFG gives its segments") {
    begin();
    segment(0, 0xb0000000, 0, 0, 255);
    segment(1, UINT64_C(0x10000000000), 1, 0x80, 0xff);
    acpi_read_mcfg(exact(44 + 2 * 16 + 15), &mcfg);
    CHECK_EQ_U64(mcfg.count, 2);
    CHECK_EQ_U64(mcfg.left_out, 0);
    CHECK_EQ_U64(mcfg.segments[0].base, 0xb0000000);
    CHECK_EQ_U64(mcfg.segments[0].last_bus, 255);
    CHECK_EQ_U64(mcfg.segments[1].base, UINT64_C(0x10000000000));
    CHECK_EQ_U64(mcfg.segments[1].group, 1);
    CHECK_EQ_U64(mcfg.segments[1].first_bus, 0x80);
    for (uint32_t length = 36; length < 60; length++) {
        acpi_read_mcfg(exact(length), &mcfg);
        CHECK_EQ_U64(mcfg.count, 0);
    }
    acpi_memory_reset();
}

UNIT_TEST(mcfg_senseless, "segments that cannot be, or overlap an earlier one, are left out") {
    begin();
    segment(0, 0, 0, 0, 255);
    segment(1, 0xb0000000, 0, 8, 7);
    segment(2, 0xb0080000, 0, 0, 255);
    segment(3, UINT64_C(1) << 52, 0, 0, 0);
    segment(4, (UINT64_C(1) << 52) - (1u << 20), 0, 0, 1);
    segment(5, UINT64_MAX & ~UINT64_C(0xfffff), 0, 0, 255);
    segment(6, 0xc0000000, 0, 16, 31);
    segment(7, 0xd0000000, 0, 31, 40);
    segment(8, 0xd0000000, 0, 32, 40);
    segment(9, 0xe0000000, 3, 16, 31);
    acpi_read_mcfg(exact(44 + 10 * 16), &mcfg);
    CHECK_EQ_U64(mcfg.count, 3);
    CHECK_EQ_U64(mcfg.left_out, 7);
    CHECK_EQ_U64(mcfg.segments[0].base, 0xc0000000);
    CHECK_EQ_U64(mcfg.segments[1].first_bus, 32);
    CHECK_EQ_U64(mcfg.segments[2].group, 3);
    for (uint32_t i = 0; i < ACPI_MCFG_SEGMENTS_MAX + 4; i++) {
        segment(i, 0xe0000000, (uint16_t)i, 0, 255);
    }
    acpi_read_mcfg(exact(44 + (ACPI_MCFG_SEGMENTS_MAX + 4) * 16), &mcfg);
    CHECK_EQ_U64(mcfg.count, ACPI_MCFG_SEGMENTS_MAX);
    CHECK_EQ_U64(mcfg.left_out, 4);
    acpi_memory_reset();
}

UNIT_TEST(madt_random, "random bytes in MADT and MCFG are survived, and the limits hold") {
    uint64_t state = 99;
    for (unsigned round = 0; round < 20000; round++) {
        begin();
        const uint32_t length = 36 + round % 700;
        for (uint32_t i = 36; i < length; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            memory[i] = (uint8_t)(state >> 56);
            if (round % 2 != 0 && i >= ENTRIES) {
                memory[i] %= 13; /* more that looks like entries */
            }
        }
        const uint8_t *table = exact(length);
        acpi_read_madt(table, &madt);
        CHECK(madt.processor_count <= ACPI_PROCESSORS_MAX);
        CHECK(madt.ioapic_count <= ACPI_IOAPICS_MAX);
        CHECK(madt.override_count <= ACPI_OVERRIDES_MAX);
        for (unsigned i = 0; i < madt.override_count; i++) {
            CHECK(madt.overrides[i].irq < ACPI_ISA_LINES);
        }
        for (unsigned i = 0; i < madt.local_nmi_count; i++) {
            CHECK(madt.local_nmis[i].lint < 2);
        }
        acpi_read_mcfg(table, &mcfg);
        for (unsigned i = 0; i < mcfg.count; i++) {
            CHECK(mcfg.segments[i].first_bus <= mcfg.segments[i].last_bus);
        }
    }
    acpi_memory_reset();
}
