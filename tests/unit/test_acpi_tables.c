/*
 * test_acpi_tables.c - RSDP, root tables and table checks against broken firmware.
 */
/* uses: c/drivers/acpi_tables.c */
#include "drivers/acpi_tables.h"

#include "acpi_memory.h"
#include "unit.h"

enum { RSDP = 0x100, RSDT = 0x200, XSDT = 0x400, TABLE_A = 0x1000, TABLE_B = 0x2000 };

static struct acpi_tables tables;

static void make_rsdp(uint8_t revision, uint64_t xsdt) {
    uint8_t *rsdp = memory + RSDP;
    memcpy(rsdp, "RSD PTR ", 8);
    rsdp[15] = revision;
    put32(rsdp + 16, MEMORY_BASE + RSDT);
    fix_checksum(rsdp, 20, 8);
    put32(rsdp + 20, 36);
    put64(rsdp + 24, xsdt);
    fix_checksum(rsdp, 36, 32);
}

/* RSDT lists table A; XSDT lists A and B; both tables are 40 bytes of signature TEST. */
static void make_all(uint8_t revision) {
    acpi_memory_reset();
    make_rsdp(revision, MEMORY_BASE + XSDT);
    uint8_t *rsdt = table_new(RSDT, "RSDT", 40);
    put32(rsdt + 36, MEMORY_BASE + TABLE_A);
    table_done(rsdt);
    uint8_t *xsdt = table_new(XSDT, "XSDT", 52);
    put64(xsdt + 36, MEMORY_BASE + TABLE_A);
    put64(xsdt + 44, MEMORY_BASE + TABLE_B);
    table_done(xsdt);
    for (uint32_t at = TABLE_A; at <= TABLE_B; at += TABLE_B - TABLE_A) {
        uint8_t *table = table_new(at, "TEST", 40);
        put32(table + 36, at);
        table_done(table);
    }
}

static bool open_tables(void) {
    return acpi_tables_open(&tables, MEMORY_BASE + RSDP, acpi_memory_map);
}

UNIT_TEST(acpi_revision_1, "an RSDP of revision 0 leads to the RSDT") {
    make_all(0);
    CHECK(open_tables());
    CHECK_EQ_U64(tables.entry_count, 1);
    CHECK_EQ_U64(acpi_read32(acpi_tables_find(&tables, "TEST", 0) + 36), TABLE_A);
    CHECK(acpi_tables_find(&tables, "TEST", 1) == NULL);
    CHECK(acpi_tables_find(&tables, "NONE", 0) == NULL);
    acpi_memory_reset();
}

UNIT_TEST(acpi_revision_2, "an RSDP of revision 2 leads to the XSDT") {
    make_all(2);
    CHECK(open_tables());
    CHECK_EQ_U64(tables.entry_count, 2);
    CHECK_EQ_U64(acpi_read32(acpi_tables_find(&tables, "TEST", 0) + 36), TABLE_A);
    CHECK_EQ_U64(acpi_read32(acpi_tables_find(&tables, "TEST", 1) + 36), TABLE_B);
    CHECK(acpi_tables_find(&tables, "TEST", 2) == NULL);
    acpi_memory_reset();
}

UNIT_TEST(acpi_falls_back, "an unusable XSDT makes the RSDT count") {
    make_all(2);
    memory[XSDT + 40] ^= 1; /* checksum */
    CHECK(open_tables());
    CHECK_EQ_U64(tables.entry_size, 4);
    make_all(2);
    memory[RSDP + 24] ^= 1; /* second checksum of the RSDP */
    CHECK(open_tables());
    CHECK_EQ_U64(tables.entry_size, 4);
    make_all(2);
    make_rsdp(2, 0);
    CHECK(open_tables());
    CHECK_EQ_U64(tables.entry_size, 4);
    make_all(2);
    make_rsdp(2, UINT64_MAX - 100);
    CHECK(open_tables());
    CHECK_EQ_U64(tables.entry_size, 4);
    make_all(2);
    put32(memory + RSDP + 20, UINT32_MAX); /* length of the RSDP */
    CHECK(open_tables());
    CHECK_EQ_U64(tables.entry_size, 4);
    acpi_memory_reset();
}

UNIT_TEST(acpi_xsdt_leads_nowhere,
          "an XSDT of which no entry is a sound table makes the RSDT count") {
    make_all(2);
    uint8_t *xsdt = table_new(XSDT, "XSDT", 52);
    put64(xsdt + 36, 0x1000);
    put64(xsdt + 44, UINT64_MAX);
    table_done(xsdt);
    CHECK(open_tables());
    CHECK_EQ_U64(tables.entry_size, 4);
    CHECK_EQ_U64(tables.root, MEMORY_BASE + RSDT);
    CHECK_EQ_U64(acpi_read32(acpi_tables_find(&tables, "TEST", 0) + 36), TABLE_A);
    acpi_memory_reset();
}

UNIT_TEST(acpi_root_loop,
          "root tables that list themselves, each other and the RSDP end all the same") {
    make_all(2);
    uint8_t *xsdt = table_new(XSDT, "XSDT", 60);
    put64(xsdt + 36, MEMORY_BASE + XSDT);
    put64(xsdt + 44, MEMORY_BASE + RSDT);
    put64(xsdt + 52, MEMORY_BASE + RSDP);
    table_done(xsdt);
    uint8_t *rsdt = table_new(RSDT, "RSDT", 44);
    put32(rsdt + 36, MEMORY_BASE + RSDT);
    put32(rsdt + 40, MEMORY_BASE + XSDT);
    table_done(rsdt);
    CHECK(open_tables());
    CHECK_EQ_U64(tables.entry_count, 3);
    CHECK(acpi_tables_find(&tables, "TEST", 0) == NULL);
    CHECK(acpi_tables_find(&tables, "XSDT", 0) != NULL);
    CHECK(acpi_tables_find(&tables, "XSDT", 1) == NULL);
    acpi_memory_reset();
}

UNIT_TEST(acpi_many_entries,
          "a root table with absurdly many entries is looked at as far as the limit") {
    make_all(2);
    uint8_t *xsdt = table_new(0x4000, "XSDT", 36 + 8 * (ACPI_ENTRIES_MAX + 10));
    for (unsigned i = 0; i < ACPI_ENTRIES_MAX + 10; i++) {
        put64(xsdt + 36 + 8 * i, MEMORY_BASE + (i == 3 ? TABLE_A : TABLE_B + 1));
    }
    put64(xsdt + 36 + 8 * ACPI_ENTRIES_MAX, MEMORY_BASE + TABLE_B);
    table_done(xsdt);
    make_rsdp(2, MEMORY_BASE + 0x4000);
    CHECK(open_tables());
    CHECK_EQ_U64(tables.entry_count, ACPI_ENTRIES_MAX);
    CHECK_EQ_U64(acpi_read32(acpi_tables_find(&tables, "TEST", 0) + 36), TABLE_A);
    CHECK(acpi_tables_find(&tables, "TEST", 1) == NULL);
    acpi_memory_reset();
}

UNIT_TEST(acpi_describe, "a table is described as its header has it, sound or not, and printable") {
    make_all(2);
    memcpy(memory + TABLE_A + 8,
           "\x05"
           "?OE\0\x07Z",
           8);
    table_done(memory + TABLE_A);
    struct acpi_table_info info = acpi_table_describe(acpi_memory_map, MEMORY_BASE + TABLE_A);
    CHECK(info.readable && info.sound);
    CHECK_STR(info.signature, "TEST");
    CHECK_EQ_U64(info.length, 40);
    CHECK_EQ_U64(info.revision, 5);
    CHECK_EQ_U64(info.address, MEMORY_BASE + TABLE_A);
    memcpy(memory + TABLE_A, "A\xff\n~", 4);
    memcpy(memory + TABLE_A + 10, "OE\0\x07Z\x7f", 6);
    info = acpi_table_describe(acpi_memory_map, MEMORY_BASE + TABLE_A);
    CHECK(info.readable && !info.sound);
    CHECK_STR(info.signature, "A??~");
    CHECK_STR(info.oem_id, "OE ?Z?");
    put32(memory + TABLE_A + 4, UINT32_MAX);
    info = acpi_table_describe(acpi_memory_map, MEMORY_BASE + TABLE_A);
    CHECK(info.readable && !info.sound);
    CHECK_EQ_U64(info.length, UINT32_MAX);
    info = acpi_table_describe(acpi_memory_map, 0x1234);
    CHECK(!info.readable && !info.sound);
    CHECK_EQ_U64(info.address, 0x1234);
    CHECK(!acpi_table_describe(acpi_memory_map, 0).readable);
    CHECK(!acpi_table_describe(acpi_memory_map, UINT64_MAX).readable);
    acpi_memory_reset();
}

UNIT_TEST(acpi_no_root, "a wrong signature, checksum or address means no ACPI") {
    CHECK(!acpi_tables_open(&tables, 0, acpi_memory_map));
    CHECK(!acpi_tables_open(&tables, 0x1000, acpi_memory_map));
    CHECK(!acpi_tables_open(&tables, UINT64_MAX, acpi_memory_map));
    CHECK(!acpi_tables_open(&tables, MEMORY_BASE + MEMORY_SIZE - 4, acpi_memory_map));
    make_all(0);
    memory[RSDP] = 'r';
    CHECK(!open_tables());
    make_all(0);
    memory[RSDP + 10] ^= 1;
    CHECK(!open_tables());
    make_all(0);
    memory[RSDT + 9] ^= 1;
    CHECK(!open_tables());
    CHECK(acpi_tables_find(&tables, "TEST", 0) == NULL);
    acpi_memory_reset();
}

UNIT_TEST(acpi_bad_lengths, "tables that are too short, too long or cut off are not found") {
    static const uint32_t lengths[] = {0, 1, 35, 0x10000, ACPI_TABLE_MAX + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        make_all(2);
        CHECK(open_tables());
        put32(memory + TABLE_A + 4, lengths[i]);
        CHECK_EQ_U64(acpi_read32(acpi_tables_find(&tables, "TEST", 0) + 36), TABLE_B);
        CHECK(acpi_tables_find(&tables, "TEST", 1) == NULL);
    }
    acpi_memory_reset();
}

UNIT_TEST(acpi_odd_root_length, "a root table whose length is no whole number of entries is cut") {
    make_all(2);
    table_done(table_new(XSDT, "XSDT", 51));
    CHECK(open_tables());
    CHECK_EQ_U64(tables.entry_count, 1);
    table_done(table_new(XSDT, "XSDT", 36)); /* leads to nothing: the RSDT counts */
    CHECK(open_tables());
    CHECK_EQ_U64(tables.entry_size, 4);
    table_done(table_new(RSDT, "RSDT", 36));
    CHECK(open_tables());
    CHECK_EQ_U64(tables.entry_count, 0);
    CHECK(acpi_tables_find(&tables, "TEST", 0) == NULL);
    acpi_memory_reset();
}

UNIT_TEST(acpi_wild_entries, "entries that point nowhere are stepped over") {
    make_all(2);
    uint8_t *xsdt = table_new(XSDT, "XSDT", 36 + 6 * 8);
    static const uint64_t wild[] = {0, 1, UINT64_MAX, UINT64_C(1) << 63, MEMORY_BASE + 0xfffe};
    for (size_t i = 0; i < 5; i++) {
        put64(xsdt + 36 + i * 8, wild[i]);
    }
    put64(xsdt + 76, MEMORY_BASE + TABLE_B);
    table_done(xsdt);
    CHECK(open_tables());
    CHECK_EQ_U64(acpi_read32(acpi_tables_find(&tables, "TEST", 0) + 36), TABLE_B);
    acpi_memory_reset();
}

UNIT_TEST(acpi_damaged, "no single damaged byte makes the parser read outside what it mapped") {
    static const uint32_t starts[] = {RSDP, RSDT, XSDT, TABLE_A};
    for (size_t i = 0; i < 4; i++) {
        for (uint32_t at = 0; at < 52; at++) {
            for (unsigned change = 1; change < 256; change = change * 2 + 1) {
                make_all(2);
                memory[starts[i] + at] ^= (uint8_t)change;
                if (open_tables()) {
                    (void)acpi_tables_find(&tables, "TEST", 1);
                }
            }
        }
    }
    acpi_memory_reset();
}
